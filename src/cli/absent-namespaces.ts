import type { Client } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { namespaceKind } from '../kube/kind.ts'

/**
 * Those of these namespaces that are not there: an empty list of what is in one says the same of a misspelt name. Whoever
 * may not read a namespace is told of none. Throws ApiError and TransportError.
 */
export async function absentNamespaces(
  names: readonly string[],
  client: Client,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const absent: string[] = []
  for (const name of names) if (await isAbsent(name, client, signal)) absent.push(name)
  return absent
}

async function isAbsent(name: string, client: Client, signal: AbortSignal): Promise<boolean> {
  try {
    return (await client.find(namespaceKind, { name }, { signal })) === undefined
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}
