import { Failure } from '../std/failure.ts'

/** A failure whose message says which kubeconfig cannot be used and why. */
export function invalid(file: string, why: string): Failure {
  return new Failure('InvalidKubeconfig', `Cannot use kubeconfig "${file}": ${why}`, { userMustAct: true })
}
