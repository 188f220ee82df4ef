import { SignFailure } from '../sign-failure.ts'

/** The key of the ConfigMap. */
export const configKey = 'pki.yaml'

/** InvalidConfig at a path: `pki.yaml: submit.response.certificate.path is not a path`. */
export function wrong(path: readonly PropertyKey[], why: string): SignFailure {
  const at = path.map(String).join('.')
  return new SignFailure('InvalidConfig', `${configKey}: ${at === '' ? 'it' : at} ${why}`)
}
