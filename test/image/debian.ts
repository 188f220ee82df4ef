import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  aptEnv,
  installDebianPackages,
  isDebian,
  type Progress,
  quietApt,
  update,
} from '../cluster/debian.ts'

const run = promisify(execFile)

/** Debian's name of a processor, which Go and OCI share with it. */
export type Architecture = 'amd64' | 'arm64'

export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'

/** Why no image can be built on this machine; undefined where it can. */
export async function whyNoImage(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'root is needed'
  return (await isDebian()) ? undefined : 'Debian is needed'
}

/** Installs buildah from Debian where it is missing. Throws when it cannot be installed. */
export async function ensureBuildah(progress: Progress): Promise<void> {
  if (existsSync('/usr/bin/buildah')) return
  await installDebianPackages(['buildah'], progress)
}

/** Debian's packages for one architecture, without an installation of it. */
export interface Packages {
  /** File names of the packages with their versions, and their sums: what a cache may be keyed by. */
  identify(names: readonly string[]): Promise<string>
  /** Downloads packages and unpacks them, without their scripts, into a folder. */
  unpack(names: readonly string[], into: string): Promise<void>
}

/** Packages of this machine's Debian; lists of a foreign architecture are kept in `folder`. */
export async function debianPackages(architecture: Architecture, folder: string): Promise<Packages> {
  const options = architecture === ownArchitecture ? [] : await foreignApt(architecture, folder)
  await ensureLists(options)
  return {
    async identify(names) {
      const lines = (await apt(options, '--print-uris', 'download', ...names)).trimEnd().split('\n')
      return lines
        .map((it) => it.slice(it.indexOf(' ') + 1))
        .toSorted()
        .join('\n')
    },
    async unpack(names, into) {
      const downloads = `${into}.debs`
      await mkdir(downloads, { recursive: true })
      await mkdir(into, { recursive: true })
      const download = () =>
        run('apt-get', [...quietApt, ...options, 'download', ...names], { cwd: downloads })
      // Old lists name versions that the archive no longer has.
      await download().catch(async () => {
        await update((...args) => apt(options, ...args))
        await download()
      })
      for (const it of await readdir(downloads)) await run('dpkg-deb', ['-x', join(downloads, it), into])
    },
  }
}

/** Options that give apt lists of its own, so that this machine's dpkg hears of no other architecture. */
async function foreignApt(architecture: Architecture, folder: string): Promise<readonly string[]> {
  const state = join(folder, `apt-${architecture}`)
  await mkdir(join(state, 'lists/partial'), { recursive: true })
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true })
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Architectures::': architecture,
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

/** A fresh machine has no lists of packages yet. */
async function ensureLists(options: readonly string[]): Promise<void> {
  const found = await apt(options, '--print-uris', 'download', 'libc6').catch(() => '')
  if (found === '') await update((...args) => apt(options, ...args))
}

async function apt(options: readonly string[], ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('apt-get', [...quietApt, ...options, ...args], {
    env: aptEnv,
    timeout: 100_000,
  })
  return stdout
}
