import type { SecretMethod } from './identity.ts'

/** Access id and access key, both from Secrets. */
export const accessKey: SecretMethod = {
  accessType: 'access_key',
  identify: ({ accessId, digest, parameter }) => ({
    method: 'access_key',
    accessId,
    key: ['access_key', accessId, digest],
    title: 'access key',
    hint: 'check access id and access key in the Secrets of secretRef',
    async credentials(signal) {
      const key = await parameter(signal)
      return { body: { 'access-id': accessId, 'access-type': 'access_key', 'access-key': key.reveal() } }
    },
  }),
}
