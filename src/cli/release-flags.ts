import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../std/duration.ts'

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
      'kubeconfig of the cluster; $KUBECONFIG, ~/.kube/config or the pod by default',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .addOption(
      new Option('-n, --namespace <name>', 'ExternalSecrets of this namespace').conflicts('allNamespaces'),
    )
    .option('-A, --all-namespaces', 'ExternalSecrets of all namespaces', false)
    .option('--revoke', 'have the manager, which must still run, revoke their leases first', false)
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for that')
        .argParser(milliseconds)
        .default(60_000, '60s'),
    )
}

function milliseconds(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('It must be a duration such as 90s or 5m.')
  return ms
}
