import { increased, number, of, one, type Row, rate, total } from './panel.ts'

const noLease = 'there is no lease'

export const leases: Row = {
  title: 'Leases of dynamic secrets',
  panels: [
    {
      title: 'Leases',
      description: 'By state',
      kind: 'stack',
      unit: 'short',
      queries: one(total('state', 'keyferry_leases'), '{{state}}'),
    },
    {
      title: 'First end in',
      description: 'Until the lease in use that ends first ends, unless it is extended',
      kind: 'lines',
      unit: 's',
      queries: one(`min(keyferry_lease_next_expiry_timestamp_seconds{${of}}) - time()`, 'first end', noLease),
    },
    {
      title: 'Calls for leases, a second',
      description: 'By operation and result',
      kind: 'stack',
      unit: 'ops',
      queries: one(
        rate('operation, result', 'keyferry_lease_operations_total'),
        '{{operation}} {{result}}',
        noLease,
      ),
    },
    {
      title: 'In trouble',
      description: 'Near their end; and within an hour: left behind at their target, or never heard of again',
      kind: 'lines',
      unit: 'short',
      queries: [
        { expr: number('keyferry_leases_near_end'), legend: 'near their end' },
        { expr: increased('keyferry_leases_abandoned_total'), legend: 'abandoned' },
        { expr: increased('keyferry_leases_unaccounted_total'), legend: 'unaccounted' },
      ],
    },
  ],
}
