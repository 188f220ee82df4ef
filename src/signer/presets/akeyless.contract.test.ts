import { signerContract } from '../../../test/contract/signer.ts'
import { startAkeylessPki } from '../../../test/fakes/pki/akeyless-pki.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'

signerContract('akeyless', async () => {
  const server = await startAkeylessPki(await PkiAuthority.make())
  const { state } = server
  const { accessId, accessKey } = state
  return {
    server,
    open: {
      yaml: presetYaml(
        server,
        'akeyless',
        { certIssuerName: '/pki/web' },
        { baseURL: `${server.url}/api/v2` },
      ),
      credentials: { accessId, accessKey },
    },
    submitPath: '/get-pki-certificate',
    submits: () => state.submits,
    logins: () => state.logins,
    revokeTokens: () => state.tokens.clear(),
    isIdempotent: false,
    mayBeLogged: [accessId],
  }
})
