import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../cluster/free-port.ts'
import { type Partner, partnerFolder, startPartner } from './partner.ts'
import { makeTwoTiers } from './pki-files.ts'
import { makeProvisioner, type Provisioner } from './step-ca-provisioner.ts'

export interface StepCaOptions {
  /** The provisioner's template for certificates, in step's own language; step-ca's default for leaves unless said. */
  readonly template?: string
  /** The longest life of a certificate, as a Go duration; ten weeks longer than cert-manager's default. */
  readonly longest?: string
}

export interface StepCa extends Partner {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  readonly rootPem: string
  readonly provisioner: Provisioner
}

/** Starts the real step-ca over TLS on loopback, with a root, an intermediate and one JWK provisioner. */
export async function startStepCa(options: StepCaOptions = {}): Promise<StepCa> {
  const directory = partnerFolder('step-ca')
  const tiers = await makeTwoTiers(directory, 'step-ca')
  const provisioner = makeProvisioner('keyferry')
  const port = await freePort()
  const config = join(directory, 'ca.json')
  await writeFile(config, JSON.stringify(configuration(tiers, port, provisioner, options)))
  const partner = await startPartner('step-ca', {
    directory,
    args: [config],
    env: { STEPPATH: directory },
    isReady: (log) => log.includes('Serving HTTPS on'),
  })
  const rootPem = await readFile(tiers.root, 'utf8')
  return { ...partner, url: `https://127.0.0.1:${port}`, rootPem, provisioner }
}

function configuration(
  tiers: { readonly root: string; readonly intermediate: string; readonly intermediateKey: string },
  port: number,
  provisioner: Provisioner,
  { template, longest = '3840h' }: StepCaOptions,
): object {
  const { name, publicKey: key, encryptedKey } = provisioner
  const claims = {
    minTLSCertDuration: '1m',
    maxTLSCertDuration: longest,
    defaultTLSCertDuration: '2160h',
    disableSmallstepExtensions: true,
  }
  const templates = template === undefined ? {} : { options: { x509: { template } } }
  return {
    root: tiers.root,
    crt: tiers.intermediate,
    key: tiers.intermediateKey,
    address: `127.0.0.1:${port}`,
    dnsNames: ['127.0.0.1', 'localhost'],
    logger: { format: 'text' },
    // By less than what cert-manager's suite lets a certificate's life be off; a minute unless said.
    authority: {
      backdate: '20s',
      provisioners: [{ type: 'JWK', name, key, encryptedKey, claims, ...templates }],
    },
  }
}
