import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../std/duration.ts'
import { namespaceName } from './namespace-name.ts'

/** What `keyferry release` was told. */
export interface ReleaseFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
  readonly allNamespaces: boolean
  readonly revoke: boolean
  /** Milliseconds. */
  readonly timeout: number
}

/** Adds the flags of `keyferry release`. */
export function addReleaseFlags(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'kubeconfig to use (default: $KUBECONFIG, else in a cluster the pod, else ~/.kube/config)',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(
      new Option('-n, --namespace <name>', 'ExternalSecrets of this namespace')
        .argParser(namespaceName)
        .conflicts('allNamespaces'),
    )
    .option('-A, --all-namespaces', 'ExternalSecrets of all namespaces', false)
    .option('--revoke', 'have the manager, which must still run, revoke their leases first', false)
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for that')
        .argParser(milliseconds)
        .default(60_000, '60s'),
    )
    .hook('preAction', refuseNoScope)
}

function refuseNoScope(command: Command): void {
  const { namespace, allNamespaces } = command.opts<ReleaseFlags>()
  if (namespace === undefined && !allNamespaces)
    command.error('error: name a namespace with --namespace, or give --all-namespaces')
}

function milliseconds(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('It must be a duration such as 90s or 5m.')
  return ms
}
