import { writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What a test changes of a kubeconfig with one cluster, one user and one context. */
export interface KubeconfigParts {
  readonly cluster?: object
  readonly user?: object
  readonly context?: object
}

/** Writes a kubeconfig of these parts into a folder and gives its path. */
export async function writeKubeconfig(
  directory: string,
  { cluster = {}, user = {}, context = {} }: KubeconfigParts,
  name = 'config',
): Promise<string> {
  const file = path.join(directory, name)
  const content = {
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/base/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
  }
  await writeFile(file, JSON.stringify(content))
  return file
}

/** As the `-data` fields of a kubeconfig hold files. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** What a promise is rejected with; undefined when it is not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
