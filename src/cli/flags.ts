import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseBindAddress } from '../runtime/http.ts'
import { parseDuration } from '../std/duration.ts'
import { logLevels } from '../std/log.ts'
import { namespaceName } from './namespace-name.ts'
import { type NoticeFlags, noticeFlags } from './notice-flags.ts'
import { type TemplateFlags, templateFlags } from './template-flags.ts'

/** The two halves of the manager, as `--controllers` names them. */
export const halves = ['external-secrets', 'issuers'] as const
export type Half = (typeof halves)[number]

/** What `keyferry manager` was told; the same for flags and for `KEYFERRY_*` variables, flags winning. */
export interface ManagerFlags extends TemplateFlags, NoticeFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace: readonly string[]
  readonly controllers: readonly Half[]
  readonly controllerClass: string
  readonly clusterResourceNamespace: readonly string[]
  readonly externalSecretsServiceAccount?: string
  readonly issuerServiceAccount?: string
  readonly leaderElect?: boolean
  readonly leaderElectionId: string
  readonly leaderElectionNamespace?: string
  readonly metricsBindAddress: string
  readonly metricsSecure: boolean
  readonly metricsTlsCertFile?: string
  readonly metricsTlsKeyFile?: string
  readonly healthProbeBindAddress: string
  readonly concurrent: number
  readonly storeRequeueInterval: number
  readonly staleAfter?: number
  readonly allowedGatewayHosts: readonly string[]
  readonly insecureLocalEndpoints: boolean
  readonly allowAmbientCloudIdentity: boolean
  readonly enableRolloutRestart: boolean
  readonly issuerCheckInterval: number
  readonly allowedPkiHosts: readonly string[]
  readonly enableKubernetesCsr: boolean
  readonly logLevel: (typeof logLevels)[number]
  readonly logFormat: 'json'
}

/** Adds the flags of `keyferry manager`; names follow controller-runtime and ESO where they have one. */
export function addManagerFlags(command: Command): Command {
  for (const option of [
    ...clusterFlags(),
    ...scopeFlags(),
    ...leaderFlags(),
    ...serverFlags(),
    ...syncFlags(),
    ...issuerFlags(),
    ...templateFlags(),
    ...noticeFlags(bindAddress),
  ]) {
    command.addOption(option.env(variableOf(option)))
  }
  return command
}

function variableOf(option: Option): string {
  return `KEYFERRY_${option.name().replaceAll('-', '_').toUpperCase()}`
}

function clusterFlags(): Option[] {
  return [
    new Option(
      '--kubeconfig <file>',
      'kubeconfig to use (default: $KUBECONFIG, else in a cluster the pod, else ~/.kube/config)',
    ),
    new Option('--context <name>', 'context of the kubeconfig (default: its current one)'),
    new Option(
      '--external-secrets-service-account <namespace/name>',
      'work on ExternalSecrets as this ServiceAccount, by tokens requested for it (default: the own identity)',
    ).argParser(namespacedName),
    new Option(
      '--issuer-service-account <namespace/name>',
      'work on CertificateRequests as this ServiceAccount, by tokens requested for it (default: the own identity)',
    ).argParser(namespacedName),
  ]
}

function scopeFlags(): Option[] {
  return [
    new Option(
      '--namespace <name>',
      'watch only this namespace; repeat for more. Cluster kinds are then off (default: all)',
    )
      .argParser(namespaces)
      .default([], 'all'),
    new Option('--controllers <names>', 'halves to run, comma-separated: external-secrets, issuers')
      .argParser(halfNames)
      .default([...halves], halves.join(',')),
    new Option('--controller-class <name>', 'serve stores whose spec.controller is this or empty').default(
      'default',
    ),
    new Option(
      '--cluster-resource-namespace <name>',
      'namespace of configuration and credentials of cluster issuers; repeat for more, the first is the default',
    )
      .argParser(namespaces)
      .default([], 'none'),
  ]
}

function leaderFlags(): Option[] {
  return [
    new Option(
      '--leader-elect [boolean]',
      'elect one leader among replicas (default: true in a cluster, else false)',
    )
      .argParser(truth)
      .preset('true'),
    new Option('--leader-election-id <name>', 'name of the Lease').default('keyferry'),
    new Option('--leader-election-namespace <name>', "namespace of the Lease (default: the pod's own)"),
  ]
}

function serverFlags(): Option[] {
  return [
    new Option('--metrics-bind-address <address>', 'where /metrics is served; 0 turns it off')
      .argParser(bindAddress)
      .default(':8080'),
    toggle(
      '--metrics-secure',
      'serve /metrics by HTTPS, and only to callers whom the API server knows and lets get /metrics',
    ),
    new Option(
      '--metrics-tls-cert-file <file>',
      'certificate for that, PEM; reread when it changes (default: one of its own, made at the start)',
    ),
    new Option('--metrics-tls-key-file <file>', 'its key'),
    new Option(
      '--health-probe-bind-address <address>',
      'where /healthz and /readyz are served; 0 turns it off',
    )
      .argParser(bindAddress)
      .default(':8081'),
    new Option('--log-level <level>', 'how much is logged').choices(logLevels).default('info'),
    new Option('--log-format <format>', 'how it is logged').choices(['json']).default('json'),
  ]
}

function syncFlags(): Option[] {
  return [
    new Option('--concurrent <number>', 'ExternalSecrets, and requests of one issuer, worked on at a time')
      .argParser(positive)
      .default(20),
    new Option('--store-requeue-interval <duration>', 'how often stores are validated')
      .argParser(duration)
      .default(300_000, '5m'),
    new Option(
      '--stale-after <duration>',
      'how long failures leave an ExternalSecret Ready (default: the larger of twice its interval and 10m)',
    ).argParser(duration),
    new Option(
      '--allowed-gateway-hosts <hosts>',
      'Akeyless hosts that stores may name, comma-separated (default: any)',
    )
      .argParser(hosts)
      .default([], 'any'),
    toggle(
      '--allow-ambient-cloud-identity',
      'let ClusterSecretStores log in as the Azure, AWS or Google identity of the pod or node',
    ),
    toggle(
      '--enable-rollout-restart',
      'restart the workloads of spec.rolloutRestartTargets; needs ClusterRole keyferry-rollout-restart',
    ),
    toggle(
      '--insecure-local-endpoints',
      'permit Gateways on loopback, also by http; for development and tests',
    ),
  ]
}

function issuerFlags(): Option[] {
  return [
    new Option('--issuer-check-interval <duration>', 'how often issuers that are ready are checked')
      .argParser(duration)
      .default(300_000, '5m'),
    new Option('--allowed-pki-hosts <hosts>', 'hosts that issuers may name, comma-separated (default: any)')
      .argParser(hosts)
      .default([], 'any'),
    toggle(
      '--enable-kubernetes-csr',
      'sign CertificateSigningRequests of certificates.k8s.io for cluster issuers, too',
    ),
  ]
}

/** Off unless it is given; given alone it is on. */
function toggle(flag: string, description: string): Option {
  return new Option(`${flag} [boolean]`, description).argParser(truth).preset('true').default(false)
}

function namespaces(text: string, previous: readonly string[]): string[] {
  return [...previous, ...listed(text).map(namespaceName)]
}

function hosts(text: string): string[] {
  const names = listed(text)
  if (names.every((it) => /^[-*a-zA-Z0-9.:[\]]+$/.test(it))) return names
  throw new InvalidArgumentError('It takes host names, comma-separated.')
}

function listed(text: string): string[] {
  return text.split(',').map((it) => it.trim())
}

function halfNames(text: string): Half[] {
  return listed(text).map((it) => {
    const half = halves.find((name) => name === it)
    if (half === undefined) throw new InvalidArgumentError(`It takes ${halves.join(' and ')}.`)
    return half
  })
}

function namespacedName(text: string): string {
  if (/^[a-z0-9][-a-z0-9.]*\/[a-z0-9][-a-z0-9.]*$/.test(text)) return text
  throw new InvalidArgumentError('It takes NAMESPACE/NAME.')
}

function bindAddress(text: string): string {
  try {
    parseBindAddress(text)
    return text
  } catch {
    throw new InvalidArgumentError('It takes HOST:PORT, :PORT or 0.')
  }
}

function truth(text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw new InvalidArgumentError('It takes true or false.')
}

function positive(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 50) return number
  throw new InvalidArgumentError('It takes a whole number from 1 to 50.')
}

function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('It takes a duration such as 90s, 15m or 1h30m.')
}
