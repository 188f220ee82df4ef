import { Command, CommanderError } from 'commander'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { addManagerFlags, type ManagerFlags } from './flags.ts'

/** What a command line and an environment come to; throws CommanderError with what stderr would show. */
function parse(argv: readonly string[], environment: Record<string, string> = {}): ManagerFlags {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const command = addManagerFlags(new Command('manager'))
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  command.parse([...argv], { from: 'user' })
  return command.opts<ManagerFlags>()
}

function refusalOf(argv: readonly string[], environment?: Record<string, string>): string {
  try {
    parse(argv, environment)
  } catch (error) {
    if (error instanceof CommanderError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

afterEach(() => {
  vi.unstubAllEnvs()
})

test('without flags the defaults hold', () => {
  expect(parse([])).toEqual({
    namespace: [],
    controllers: ['external-secrets', 'issuers'],
    issuerCheckInterval: 300_000,
    allowedPkiHosts: [],
    enableKubernetesCsr: false,
    enableRolloutRestart: false,
    controllerClass: 'default',
    clusterResourceNamespace: [],
    leaderElectionId: 'keyferry',
    metricsBindAddress: ':8080',
    metricsSecure: false,
    healthProbeBindAddress: ':8081',
    eventListenAddress: '0',
    concurrent: 20,
    storeRequeueInterval: 300_000,
    allowedGatewayHosts: [],
    allowAmbientCloudIdentity: false,
    insecureLocalEndpoints: false,
    logLevel: 'info',
    logFormat: 'json',
    templateLeftDelimiter: '{{',
    templateRightDelimiter: '}}',
  })
})

const accepted: readonly [string, string, keyof ManagerFlags, unknown][] = [
  ['--kubeconfig', '/k', 'kubeconfig', '/k'],
  ['--context', 'dev', 'context', 'dev'],
  ['--event-listen-address', ':8443', 'eventListenAddress', ':8443'],
  ['--event-token-file', '/t', 'eventTokenFile', '/t'],
  ['--event-advertise-address', '[fd00::1]:8443', 'eventAdvertiseAddress', '[fd00::1]:8443'],
  ['--namespace', 'shop', 'namespace', ['shop']],
  ['--namespace', 'shop, bank', 'namespace', ['shop', 'bank']],
  ['--controllers', 'external-secrets', 'controllers', ['external-secrets']],
  ['--controller-class', 'blue', 'controllerClass', 'blue'],
  ['--cluster-resource-namespace', 'pki', 'clusterResourceNamespace', ['pki']],
  ['--external-secrets-service-account', 'kf/es', 'externalSecretsServiceAccount', 'kf/es'],
  ['--controllers', 'issuers', 'controllers', ['issuers']],
  ['--allowed-pki-hosts', 'pki.corp, *.corp', 'allowedPkiHosts', ['pki.corp', '*.corp']],
  ['--issuer-check-interval', '90s', 'issuerCheckInterval', 90_000],
  ['--enable-kubernetes-csr', 'true', 'enableKubernetesCsr', true],
  ['--issuer-service-account', 'kf/issuer', 'issuerServiceAccount', 'kf/issuer'],
  ['--leader-elect', 'true', 'leaderElect', true],
  ['--leader-elect', 'false', 'leaderElect', false],
  ['--leader-election-id', 'kf', 'leaderElectionId', 'kf'],
  ['--leader-election-namespace', 'kf', 'leaderElectionNamespace', 'kf'],
  ['--metrics-bind-address', '127.0.0.1:0', 'metricsBindAddress', '127.0.0.1:0'],
  ['--metrics-bind-address', '0', 'metricsBindAddress', '0'],
  ['--metrics-secure', 'true', 'metricsSecure', true],
  ['--metrics-tls-cert-file', '/tls/tls.crt', 'metricsTlsCertFile', '/tls/tls.crt'],
  ['--metrics-tls-key-file', '/tls/tls.key', 'metricsTlsKeyFile', '/tls/tls.key'],
  ['--health-probe-bind-address', '[::1]:8081', 'healthProbeBindAddress', '[::1]:8081'],
  ['--log-level', 'debug', 'logLevel', 'debug'],
  ['--log-format', 'json', 'logFormat', 'json'],
  ['--concurrent', '50', 'concurrent', 50],
  ['--store-requeue-interval', '90s', 'storeRequeueInterval', 90_000],
  ['--stale-after', '1h30m', 'staleAfter', 5_400_000],
  ['--allowed-gateway-hosts', 'a.example, *.b.example', 'allowedGatewayHosts', ['a.example', '*.b.example']],
  ['--allow-ambient-cloud-identity', 'true', 'allowAmbientCloudIdentity', true],
  ['--allow-ambient-cloud-identity', 'false', 'allowAmbientCloudIdentity', false],
  ['--enable-rollout-restart', 'true', 'enableRolloutRestart', true],
  ['--enable-rollout-restart', 'false', 'enableRolloutRestart', false],
  ['--insecure-local-endpoints', 'true', 'insecureLocalEndpoints', true],
  ['--insecure-local-endpoints', 'false', 'insecureLocalEndpoints', false],
  ['--template-left-delimiter', '[[', 'templateLeftDelimiter', '[['],
  ['--template-right-delimiter', '%>', 'templateRightDelimiter', '%>'],
]

const variableOf = (flag: string) => `KEYFERRY_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`

describe('a flag is understood, and so is its variable', () => {
  test.each(accepted)('%s %s', (flag, text, name, value) => {
    expect(parse([`${flag}=${text}`])[name]).toEqual(value)
    expect(parse([], { [variableOf(flag)]: text })[name]).toEqual(value)
  })

  test.each(['leaderElect', 'allowAmbientCloudIdentity', 'insecureLocalEndpoints'] as const)(
    '%s needs no value',
    (name) => {
      const flag = name.replaceAll(/[A-Z]/g, (it) => `-${it.toLowerCase()}`)

      expect(parse([`--${flag}`])[name]).toBe(true)
    },
  )
})

test('a namespace may be repeated', () => {
  expect(parse(['--namespace', 'a', '--namespace', 'b,c']).namespace).toEqual(['a', 'b', 'c'])
})

test('a flag wins over its variable', () => {
  const environment = { KEYFERRY_CONTROLLER_CLASS: 'variable', KEYFERRY_NAMESPACE: 'variable' }

  const flags = parse(['--controller-class', 'flag', '--namespace', 'flag'], environment)

  expect(flags).toMatchObject({ controllerClass: 'flag', namespace: ['flag'] })
})

const refused: readonly [string, string, string][] = [
  ['--template-left-delimiter', '', 'It takes a text that is not empty.'],
  ['--namespace', 'Shop', 'It takes the name of a namespace'],
  ['--namespace', '', 'It takes the name of a namespace'],
  ['--namespace', 'a,,b', 'It takes the name of a namespace'],
  ['--cluster-resource-namespace', 'a/b', 'It takes the name of a namespace'],
  ['--controllers', 'secrets', 'It takes external-secrets and issuers'],
  ['--external-secrets-service-account', 'es', 'It takes NAMESPACE/NAME'],
  ['--issuer-service-account', 'a/b/c', 'It takes NAMESPACE/NAME'],
  ['--leader-elect', 'yes', 'It takes true or false'],
  ['--metrics-bind-address', '8080', 'It takes HOST:PORT, :PORT or 0'],
  ['--health-probe-bind-address', ':70000', 'It takes HOST:PORT, :PORT or 0'],
  ['--log-level', 'loud', 'Allowed choices are debug, info, warn, error'],
  ['--log-format', 'text', 'Allowed choices are json'],
  ['--concurrent', '0', 'It takes a whole number from 1 to 50'],
  ['--concurrent', '1.5', 'It takes a whole number from 1 to 50'],
  ['--concurrent', 'many', 'It takes a whole number from 1 to 50'],
  ['--store-requeue-interval', '5', 'It takes a duration such as 90s'],
  ['--store-requeue-interval', '0s', 'It takes a duration such as 90s'],
  ['--issuer-check-interval', '0s', 'It takes a duration such as 90s'],
  ['--stale-after', '-1m', 'It takes a duration such as 90s'],
  ['--allowed-gateway-hosts', '', 'It takes host names, comma-separated'],
  ['--allowed-gateway-hosts', 'https://a', 'It takes host names, comma-separated'],
  ['--insecure-local-endpoints', 'maybe', 'It takes true or false'],
  ['--event-advertise-address', 'https://a:1', 'It takes HOST:PORT'],
  ['--event-advertise-address', 'a', 'It takes HOST:PORT'],
]

describe('a wrong value is refused by name, and so is that of its variable', () => {
  test.each(refused)('%s %j', (flag, text, words) => {
    expect(refusalOf([`${flag}=${text}`])).toContain(`${flag} `)
    expect(refusalOf([`${flag}=${text}`])).toContain(words)
    expect(refusalOf([], { [variableOf(flag)]: text })).toContain(variableOf(flag))
  })
})

test.each([['--no-such-flag'], ['stray-word']])('%s is refused', (word) => {
  expect(refusalOf([word])).toMatch(/unknown option|too many arguments/)
})
