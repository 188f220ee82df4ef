import { randomBytes } from 'node:crypto'
import type { Client } from '../../src/kube/client.ts'
import { namespaceKind } from '../../src/kube/kind.ts'
import { inTime } from './in-time.ts'

/** Makes a namespace that no other test has, and gives its name. */
export async function makeNamespace(client: Client, prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`
  await client.create(namespaceKind, { metadata: { name } }, { fieldManager: 'a-user', signal: inTime() })
  return name
}
