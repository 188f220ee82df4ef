import { type SignerUnderTest, signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import type { OpenOptions } from '../../../test/fakes/pki/open-signer.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { startTpp, type TppStandIn } from '../../../test/fakes/pki/tpp.ts'

async function make(
  auth: object,
  more: (server: TppStandIn) => Partial<OpenOptions>,
): Promise<SignerUnderTest> {
  const server = await startTpp(await PkiAuthority.make())
  const { state } = server
  const settings = { policyDN: state.policy, clientId: state.clientId, auth }
  return {
    server,
    open: { yaml: presetYaml(server, 'venafi-tpp', settings), ...more(server) },
    submitPath: '/certificates/request',
    submits: () => state.submits,
    logins: () => state.logins,
    revokeTokens: () => state.tokens.clear(),
    isIdempotent: false,
  }
}

signerContract('venafi-tpp by password', () =>
  make({ password: {} }, ({ state: { username, password } }) => ({ credentials: { username, password } })),
)
signerContract('venafi-tpp by refresh token', () =>
  make({ refreshToken: { secretName: 'tpp-refresh' } }, ({ state }) => {
    const data = new Map([['Secret/tpp-refresh/refresh-token', state.newRefreshToken()]])
    return { data }
  }),
)
