import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'

export const alertsFile = join(import.meta.dirname, '../../charts/keyferry/files/alerts.yaml')

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The alerts of the chart, in their order. */
export async function alertRules(): Promise<readonly AlertRule[]> {
  const { groups } = parse(await readFile(alertsFile, 'utf8')) as { groups: { rules: AlertRule[] }[] }
  return groups.flatMap((it) => it.rules)
}

/** Names of metrics in an expression of PromQL, as the manager serves them: without what a histogram adds. */
export function metricsIn(expression: string): readonly string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|\b(?:by|on|without)\s*\([^)]*\)|"[^"]*"/g, ' ')
  const names = bare.match(
    /\b(?:keyferry|externalsecret|secretstore|clustersecretstore|controller_runtime|workqueue|rest_client|leader_election|process|nodejs)_\w+/g,
  )
  return [...new Set((names ?? []).map((it) => it.replace(/_(bucket|sum|count)$/, '')))]
}
