import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../std/duration.ts'
import { addManagerFlags, type ManagerFlags } from './flags.ts'

/** What `keyferry check` was told: everything that the manager can be told, and how to look. */
export interface CheckFlags extends ManagerFlags {
  readonly allNamespaces: boolean
  /** `NAMESPACE/NAME` of a SecretStore, or the name of a ClusterSecretStore. */
  readonly store?: string
  readonly output: 'text' | 'json'
  /** Milliseconds, for one leg. */
  readonly timeout: number
}

/** Those of the manager's flags that make a difference to what is checked; the others are taken and mean nothing. */
const shown = new Set([
  'kubeconfig',
  'context',
  'external-secrets-service-account',
  'issuer-service-account',
  'namespace',
  'controllers',
  'controller-class',
  'cluster-resource-namespace',
  'leader-elect',
  'leader-election-id',
  'leader-election-namespace',
  'allowed-gateway-hosts',
  'allowed-pki-hosts',
  'allow-ambient-cloud-identity',
  'enable-rollout-restart',
  'enable-kubernetes-csr',
  'insecure-local-endpoints',
])

/** Adds the flags of `keyferry check`: it takes a command line and the variables of the manager as they are. */
export function addCheckFlags(command: Command): Command {
  addManagerFlags(command)
  for (const option of command.options) {
    if (!shown.has(option.name())) option.hideHelp()
    if (option.name() === 'namespace') abbreviate(option)
  }
  return command
    .addOption(
      new Option('-A, --all-namespaces', 'look at all namespaces (the default)')
        .default(false)
        .conflicts('namespace'),
    )
    .addOption(
      new Option(
        '--store <namespace/name>',
        'look at this SecretStore only; a name alone is a ClusterSecretStore',
      ).argParser(storeName),
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the report').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'how long to wait for each leg; the whole takes twelve times that at most',
      )
        .argParser(milliseconds)
        .default(10_000, '10s'),
    )
}

function abbreviate(option: Option): void {
  option.short = '-n'
  option.flags = `-n, ${option.flags}`
  option.description = 'look at this namespace; repeat for more (default: all)'
}

function storeName(text: string): string {
  if (/^([a-z0-9][-a-z0-9]*\/)?[a-z0-9][-a-z0-9.]*$/.test(text)) return text
  throw new InvalidArgumentError('It takes NAMESPACE/NAME or NAME.')
}

function milliseconds(text: string): number {
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('It takes a duration such as 10s or 1m.')
}
