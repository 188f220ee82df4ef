import { findProgram, type Program } from '../cluster/binaries.ts'
import type { Progress } from '../cluster/debian.ts'

const needed = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
  'pause',
  'coredns',
] as const satisfies readonly Program[]

/** Where each program of a node is. */
export type Programs = Readonly<Record<(typeof needed)[number], string>>

/** Finds the programs of a node; builds those that are missing, once. */
export async function findPrograms(progress: Progress): Promise<Programs> {
  const found: [string, string][] = []
  for (const it of needed) found.push([it, await findProgram(it, progress)])
  return Object.fromEntries(found) as Programs
}
