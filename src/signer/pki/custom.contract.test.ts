import { type SignerUnderTest, signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { startCustomPki } from '../../../test/fakes/pki/custom.ts'
import { customYaml } from '../../../test/fakes/pki/custom-yaml.ts'

async function makeCustom(): Promise<SignerUnderTest> {
  const server = await startCustomPki(await PkiAuthority.make())
  const { state } = server
  const credentials = { clientId: 'keyferry', clientSecret: state.clientSecret }
  return {
    server,
    open: { yaml: customYaml(server.url, server.authority.rootPem), credentials },
    submitPath: '/api/orders',
    submits: () => state.submits,
    logins: () => state.logins,
    revokeTokens: () => state.revokeAll(),
    isIdempotent: true,
  }
}

signerContract('custom', makeCustom)
