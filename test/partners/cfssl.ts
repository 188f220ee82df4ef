import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../cluster/free-port.ts'
import { type Partner, partnerFolder, startPartner } from './partner.ts'
import { makeServing, makeTwoTiers } from './pki-files.ts'

export interface Cfssl extends Partner {
  /** `https://127.0.0.1:PORT`; `POST /api/v1/cfssl/sign` and, with `authKey`, `/api/v1/cfssl/authsign`. */
  readonly url: string
  readonly rootPem: string
  readonly intermediatePem: string
  /** Hexadecimal key of the HMAC of `authsign`. */
  readonly authKey: string
}

export interface CfsslOptions {
  /** Changes of the default signing profile. */
  readonly profile?: object
  /** Other profiles, by name. */
  readonly profiles?: Readonly<Record<string, object>>
}

/** Starts the real cfssl over TLS on loopback, with a root and an intermediate. */
export async function startCfssl(options: CfsslOptions = {}): Promise<Cfssl> {
  const directory = partnerFolder('cfssl')
  const tiers = await makeTwoTiers(directory, 'cfssl')
  const serving = await makeServing(directory, tiers)
  const port = await freePort()
  const config = join(directory, 'config.json')
  await writeFile(config, JSON.stringify(configuration(options)))
  const partner = await startPartner('cfssl', {
    directory,
    args: [
      'serve',
      '-address=127.0.0.1',
      `-port=${port}`,
      `-ca=${tiers.intermediate}`,
      `-ca-key=${tiers.intermediateKey}`,
      `-config=${config}`,
      `-tls-cert=${serving.crt}`,
      `-tls-key=${serving.key}`,
    ],
    isReady: (log) => log.includes('Now listening on'),
  })
  return {
    ...partner,
    url: `https://127.0.0.1:${port}`,
    rootPem: await readFile(tiers.root, 'utf8'),
    intermediatePem: await readFile(tiers.intermediate, 'utf8'),
    authKey,
  }
}

/** Nothing but a CA on loopback made for one test run knows it. */
const authKey = '00112233445566778899aabbccddeeff'

function configuration({ profile = {}, profiles = {} }: CfsslOptions): object {
  const usages = ['digital signature', 'key encipherment', 'server auth', 'client auth']
  const usual = { usages, expiry: '2160h', backdate: '30s', ...profile }
  return {
    signing: { default: usual, profiles },
    auth_keys: { keyferry: { type: 'standard', key: authKey } },
  }
}
