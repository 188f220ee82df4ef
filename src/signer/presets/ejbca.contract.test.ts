import { signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { startEjbca } from '../../../test/fakes/pki/ejbca.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'

const names = {
  certificateAuthority: 'ManagementCA',
  certificateProfile: 'web',
  endEntityProfile: 'kubernetes',
}
const submitPath = '/pkcs10enroll'

signerContract(
  'ejbca by client certificate',
  async () => {
    const server = await startEjbca(await PkiAuthority.make())
    const { certificatePem, privateKeyPem } = await server.authority.client()
    const tls = { caBundle: server.authority.rootPem, clientCertificate: { secretName: 'ejbca-client' } }
    const data = new Map([
      ['Secret/ejbca-client/tls.crt', certificatePem],
      ['Secret/ejbca-client/tls.key', privateKeyPem],
    ])
    return {
      server,
      open: { yaml: presetYaml(server, 'ejbca', names, { tls }), data },
      submitPath,
      submits: () => server.state.submits,
      isIdempotent: false,
    }
  },
  { hasTokens: false },
)

signerContract('ejbca by OAuth', async () => {
  const server = await startEjbca(await PkiAuthority.make())
  const { state } = server
  state.auth = 'oauth'
  const oauth = { tokenURL: `${server.url}/oauth/token`, scopes: ['ejbca'] }
  return {
    server,
    open: {
      yaml: presetYaml(server, 'ejbca', { ...names, oauth }),
      credentials: { clientId: state.clientId, clientSecret: state.clientSecret },
    },
    submitPath,
    submits: () => state.submits,
    logins: () => state.logins,
    revokeTokens: () => state.tokens.clear(),
    isIdempotent: false,
  }
})
