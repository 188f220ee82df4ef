import { noFailure, of, one, type Row, rate } from './panel.ts'

export const syncs: Row = {
  title: 'Syncs',
  panels: [
    {
      title: 'Syncs a second',
      description: 'Attempts by kind and result',
      kind: 'stack',
      unit: 'ops',
      queries: one(rate('controller, result', 'keyferry_sync_total'), '{{controller}} {{result}}'),
    },
    {
      title: 'Failures a second, by reason',
      description: 'Of ExternalSecrets, stores and issuers',
      kind: 'stack',
      unit: 'ops',
      queries: one(
        rate('controller, reason', 'keyferry_sync_total', ', result="error"'),
        '{{controller}}: {{reason}}',
        noFailure,
      ),
    },
    {
      title: 'Longest since a success',
      description: 'The ten ExternalSecrets whose last success is oldest; compare with their refreshInterval',
      kind: 'lines',
      unit: 's',
      queries: one(
        `topk(10, time() - keyferry_last_success_timestamp_seconds{${of}, controller="externalsecret", namespace=~"$namespace"})`,
        '{{namespace}}/{{name}}',
      ),
    },
    {
      title: 'Overdue',
      description: 'ExternalSecrets whose time came more than a minute ago',
      kind: 'lines',
      unit: 'short',
      queries: one(
        `count(time() - keyferry_next_refresh_timestamp_seconds{${of}, controller="externalsecret"} > 60) or vector(0)`,
        'overdue',
      ),
    },
  ],
}
