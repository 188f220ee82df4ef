import { signerContract } from '../../../test/contract/signer.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'
import { startStep } from '../../../test/fakes/pki/step.ts'
import { makeProvisioner } from '../../../test/partners/step-ca-provisioner.ts'

signerContract(
  'step-ca',
  async () => {
    const server = await startStep(await PkiAuthority.make())
    const provisioner = makeProvisioner('keyferry')
    server.state.provisioners.push(provisioner)
    return {
      server,
      open: {
        yaml: presetYaml(server, 'step-ca', { provisioner: 'keyferry' }),
        credentials: { 'provisioner-key': JSON.stringify(provisioner.privateKey) },
      },
      submitPath: '/1.0/sign',
      submits: () => server.state.submits,
      isIdempotent: false,
    }
  },
  { hasTokens: false },
)
