import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { KubeObject } from '../../src/kube/object.ts'
import { findProgram, type Program } from '../cluster/binaries.ts'

const rules = ['workloads.yaml', 'rights.yaml'].map((it) => join(import.meta.dirname, it))

/** What our rules have against objects, by the real gator: `Deployment/keyferry replicas: one pod is not enough`. */
export async function violations(objects: readonly KubeObject[]): Promise<readonly string[]> {
  const files = rules.flatMap((it) => ['--filename', it])
  const text = await judged('gator', objects, (file) => [
    'test',
    ...files,
    '--filename',
    file,
    '--output',
    'json',
  ])
  const found = JSON.parse(text) as readonly Violation[] | null
  return (found ?? []).map(
    ({ msg, violatingObject: { kind, metadata } }) => `${kind}/${metadata.name} ${msg}`,
  )
}

interface Violation {
  readonly msg: string
  readonly violatingObject: { readonly kind: string; readonly metadata: { readonly name: string } }
}

/** What kube-score finds critical or worth a warning, a line each; `ignored` are the ids of its tests. */
export async function scored(
  objects: readonly KubeObject[],
  ignored: readonly string[],
): Promise<readonly string[]> {
  const ignore = ignored.flatMap((it) => ['--ignore-test', it])
  const text = await judged('kube-score', objects, (file) => [
    'score',
    ...ignore,
    '--output-format',
    'ci',
    file,
  ])
  return text.split('\n').filter((it) => /^\[(CRITICAL|WARNING)\]/.test(it))
}

/** Both judges exit with an error when they find something; what they say decides. */
async function judged(
  program: Program,
  objects: readonly KubeObject[],
  argsFor: (file: string) => readonly string[],
): Promise<string> {
  const path = await findProgram(program)
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-judge-'))
  try {
    const file = join(directory, 'objects.yaml')
    await writeFile(file, objects.map((it) => stringify(it, { aliasDuplicateObjects: false })).join('---\n'))
    return await outputOf(path, argsFor(file))
  } finally {
    await rm(directory, { recursive: true })
  }
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error !== null && stdout === '')
        reject(new Error(`${program} failed:\n${stderr}`, { cause: error }))
      else resolve(stdout)
    })
    // gator reads what stands there, too, and would wait for its end.
    child.stdin?.end()
  })
}
