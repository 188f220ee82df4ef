import { type SignerUnderTest, signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { indented } from '../../../test/fakes/pki/custom-yaml.ts'
import { startVault } from '../../../test/fakes/pki/vault.ts'

const roleId = 'role-id-canary'
const secretId = 'secret-id-canary'

async function makeVault(auth: string): Promise<SignerUnderTest> {
  const server = await startVault(await PkiAuthority.make())
  const { state } = server
  state.appRoles.set(roleId, secretId)
  state.kubernetesRoles.set('issuer', (jwt) => jwt === 'jwt-canary')
  const yaml = `
preset: vault
baseURL: ${server.url}
timeouts: {request: 10s}
settings:
  role: web
  auth: ${auth}
tls:
  caBundle: |
${indented(server.authority.rootPem, 4)}
`
  return {
    server,
    open: { yaml, credentials: { roleId, secretId }, serviceAccountToken: () => 'jwt-canary' },
    submitPath: '/sign/',
    submits: () => state.submits,
    logins: () => state.logins,
    revokeTokens: () => state.revokeAll(),
    isIdempotent: false,
  }
}

signerContract('vault by AppRole', () => makeVault('{appRole: {}}'))
signerContract('vault by Kubernetes auth', () =>
  makeVault('{kubernetes: {role: issuer, serviceAccount: {name: keyferry-issuer}}}'),
)
