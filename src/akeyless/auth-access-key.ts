import { failure } from '../api/reason.ts'
import type { SecretMethod } from './identity.ts'

/** Access id and access key, both from Secrets. */
export const accessKey: SecretMethod = ({ accessId, parameter, path }) => {
  if (parameter === undefined)
    throw failure('InvalidSpec', `Cannot log in: ${path}.secretRef.accessTypeParam names no Secret`)
  return {
    method: 'access_key',
    accessId,
    key: ['access_key', accessId, parameter.digest],
    title: 'access key',
    hint: 'check access id and access key in the Secrets of secretRef',
    async credentials(signal) {
      const key = await parameter.value(signal)
      return { body: { 'access-id': accessId, 'access-type': 'access_key', 'access-key': key.reveal() } }
    },
  }
}
