import type { Pki } from './schema.ts'
import { wrong } from './wrong.ts'

/**
 * Refuses steps that could never come to a certificate: the PKI would sign, and nobody would see it. Throws
 * InvalidConfig.
 */
export function checkOrders({ submit, poll, fetch }: Pki): void {
  const next = poll ?? fetch
  if (![submit, poll, fetch].some((it) => it?.response.certificate !== undefined))
    throw wrong([next === undefined ? 'submit' : 'fetch', 'response', 'certificate'], 'is missing')
  if (next !== undefined && submit.response.id === undefined)
    throw wrong(['submit', 'response', 'id'], 'is missing: poll and fetch ask by it')
  const waits = submit.response.rules.some((it) => it.is === 'pending')
  if (next === undefined && waits)
    throw wrong(['submit', 'response', 'rules'], 'has pending, but there is neither poll nor fetch')
}
