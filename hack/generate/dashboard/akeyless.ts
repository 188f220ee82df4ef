import { noFailure, of, one, quantiles, type Row, rate, total } from './panel.ts'

export const akeyless: Row = {
  title: 'Akeyless',
  panels: [
    {
      title: 'Calls a second',
      description: 'By command',
      kind: 'stack',
      unit: 'ops',
      queries: one(rate('call', 'keyferry_provider_calls_total'), '{{call}}'),
    },
    {
      title: 'Calls that fail, a second',
      description: 'Answers other than 2xx, and calls without one, by reason. 429 is throttling',
      kind: 'stack',
      unit: 'ops',
      queries: one(
        rate('call, code', 'keyferry_provider_calls_total', ', code!~"2.."'),
        '{{call}} {{code}}',
        noFailure,
      ),
    },
    {
      title: 'Time of a call',
      description: 'By command, failures too',
      kind: 'lines',
      unit: 's',
      queries: quantiles('call', 'keyferry_provider_call_seconds'),
    },
    {
      title: 'Logins saved by the cache',
      description: 'Near 100 %: each identity logs in once in the life of its token',
      kind: 'lines',
      unit: 'percentunit',
      queries: one(
        `sum(rate(keyferry_provider_token_cache_total{${of}, result="hit"}[$__rate_interval])) / sum(rate(keyferry_provider_token_cache_total{${of}}[$__rate_interval]))`,
        'hits',
      ),
    },
    {
      title: 'Gateways that are not called',
      description: 'They do not answer, or asked for a pause',
      kind: 'lines',
      unit: 'short',
      queries: one(
        total('gateway, reason', 'keyferry_gateway_circuit_open'),
        '{{gateway}}: {{reason}}',
        'every Gateway is called',
      ),
    },
    {
      title: 'Work that failed without a call, a second',
      description: 'Because its Gateway is not called',
      kind: 'stack',
      unit: 'ops',
      queries: one(rate('reason', 'keyferry_gateway_calls_not_sent_total'), '{{reason}}'),
    },
  ],
}
