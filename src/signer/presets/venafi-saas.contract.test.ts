import { signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { startSaas } from '../../../test/fakes/pki/saas.ts'

signerContract(
  'venafi-saas',
  async () => {
    const server = await startSaas(await PkiAuthority.make())
    const { state } = server
    state.unseen = 1
    state.unsigned = 1
    const { applicationId, templateId: certificateIssuingTemplateId } = state
    return {
      server,
      open: {
        yaml: presetYaml(server, 'venafi-saas', { applicationId, certificateIssuingTemplateId }),
        credentials: { apiKey: state.apiKey },
      },
      submitPath: '/outagedetection/v1/certificaterequests',
      submits: () => state.submits,
      isIdempotent: false,
    }
  },
  { hasTokens: false },
)
