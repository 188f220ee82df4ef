import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installDebianPackages, isDebian, type Progress } from '../cluster/debian.ts'

/** Where Debian puts the plugins of CNI. */
export const cniPlugins = '/usr/lib/cni'

/** The Debian packages of a node, each with a program by which it is known. */
const packages: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': join(cniPlugins, 'ptp'),
  iptables: 'iptables-restore',
  iproute2: 'ip',
}

/** Installs what is missing of a node's Debian packages; says what is missing where that cannot be done. */
export async function installPackages(progress: Progress): Promise<string | undefined> {
  if (missing().length === 0) return undefined
  if (!(await isDebian())) return `no ${missing().join(', ')}, and not Debian`
  await installDebianPackages(missing(), progress)
  if (missing().length > 0) throw new Error(`Debian's packages do not hold ${missing().join(', ')}`)
  return undefined
}

function missing(): string[] {
  return Object.keys(packages).filter((it) => !isThere(packages[it] ?? it))
}

function isThere(program: string): boolean {
  const folders = program.startsWith('/') ? [''] : (process.env['PATH'] ?? '').split(':')
  return folders.some((folder) => existsSync(join(folder, program)))
}
