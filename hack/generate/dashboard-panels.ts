/** A question to Prometheus; `$job` and `$namespace` are the choices at the top of the dashboard. */
export interface Query {
  readonly expr: string
  /** The name of each series: `{{reason}}`. */
  readonly legend: string
  /** Why it may have no answer though all is well; absent where it always has one. */
  readonly emptyWhen?: string
}

export interface Panel {
  readonly title: string
  /** What it shows, and when to worry. */
  readonly description: string
  readonly kind: 'number' | 'lines' | 'stack'
  /** As Grafana calls it: `short`, `s`, `ops`, `percentunit`, `bytes`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Above this a number is red. */
  readonly redAbove?: number
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

const of = 'job=~"$job"'

/** So many a second, by labels. */
const rate = (by: string, metric: string, only = '') =>
  `sum by (${by}) (rate(${metric}{${of}${only}}[$__rate_interval]))`
const total = (by: string, metric: string, only = '') => `sum by (${by}) (${metric}{${of}${only}})`
const number = (metric: string, only = '') => `sum(${metric}{${of}${only}}) or vector(0)`
const quantile = (q: number, by: string, metric: string, only = '') =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${of}${only}}[$__rate_interval])))`
const increased = (metric: string) => `sum(increase(${metric}{${of}}[1h])) or vector(0)`

const one = (expr: string, legend = '', emptyWhen?: string): readonly Query[] => [
  { expr, legend, ...(emptyWhen === undefined ? {} : { emptyWhen }) },
]
const halves = (by: string, metric: string, only = '', emptyWhen?: string): readonly Query[] =>
  [0.5, 0.99].map((q) => ({
    expr: quantile(q, by, metric, only),
    legend: `p${q * 100} {{${by}}}`,
    ...(emptyWhen === undefined ? {} : { emptyWhen }),
  }))

const objects = 'keyferry_objects'
const requests = 'keyferry_certificate_requests_total'
const noFailure = 'nothing failed'
const noLease = 'there is no lease'

/** The dashboard, from top to bottom. */
export const rows: readonly Row[] = [
  {
    title: 'Overview',
    panels: [
      {
        title: 'ExternalSecrets Ready',
        description: 'Of all that the leader looks after',
        kind: 'number',
        unit: 'short',
        queries: one(number(objects, ', controller="externalsecret", ready="True"')),
      },
      {
        title: 'Not Ready',
        description: 'ExternalSecrets, stores and issuers that are not Ready, or were not judged yet',
        kind: 'number',
        unit: 'short',
        redAbove: 0,
        queries: one(number(objects, ', ready!="True"')),
      },
      {
        title: 'Issuers Ready',
        description: 'ExternalIssuers and ExternalClusterIssuers',
        kind: 'number',
        unit: 'short',
        queries: one(number(objects, ', controller=~"external(cluster)?issuer", ready="True"')),
      },
      {
        title: 'Leaders',
        description: 'One for each Lease: 0 serves nothing, 2 is a fault',
        kind: 'number',
        unit: 'short',
        redAbove: 1,
        queries: one(
          total('name', 'leader_election_master_status'),
          '{{name}}',
          'there is no leader election',
        ),
      },
      {
        title: 'Version',
        description: 'Processes by version',
        kind: 'number',
        unit: 'short',
        queries: one(`count by (version) (keyferry_build_info{${of}})`, '{{version}}'),
      },
      {
        title: 'Not Ready, by reason',
        description: 'The reason is the one in the condition Ready',
        kind: 'stack',
        unit: 'short',
        queries: one(
          total('controller, reason', objects, ', ready!="True"'),
          '{{controller}}: {{reason}}',
          'all is Ready',
        ),
      },
      {
        title: 'Ready',
        description: 'Objects by kind',
        kind: 'lines',
        unit: 'short',
        queries: one(total('controller', objects, ', ready="True"'), '{{controller}}'),
      },
    ],
  },
  {
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
        description:
          'The ten ExternalSecrets whose last success is oldest; compare with their refreshInterval',
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
  },
  {
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
        queries: halves('call', 'keyferry_provider_call_seconds'),
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
  },
  {
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
        queries: one(
          `min(keyferry_lease_next_expiry_timestamp_seconds{${of}}) - time()`,
          'first end',
          noLease,
        ),
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
        description:
          'Near their end; and within an hour: left behind at their target, or never heard of again',
        kind: 'lines',
        unit: 'short',
        queries: [
          { expr: number('keyferry_leases_near_end'), legend: 'near their end' },
          { expr: increased('keyferry_leases_abandoned_total'), legend: 'abandoned' },
          { expr: increased('keyferry_leases_unaccounted_total'), legend: 'unaccounted' },
        ],
      },
    ],
  },
  {
    title: 'Events',
    panels: [
      {
        title: 'Notices of Akeyless, a second',
        description: 'What became of requests of event forwarders',
        kind: 'stack',
        unit: 'ops',
        queries: one(rate('result', 'keyferry_event_requests_total'), '{{result}}', 'no forwarder sends any'),
      },
      {
        title: 'Events of Kubernetes that were dropped',
        description: 'Within an hour; many at once are cut',
        kind: 'lines',
        unit: 'short',
        queries: one(increased('keyferry_events_dropped_total'), 'dropped'),
      },
    ],
  },
  {
    title: 'Certificates',
    panels: [
      {
        title: 'Requests a second',
        description: 'By result: `error` is tried again, `failed` and `denied` are not',
        kind: 'stack',
        unit: 'ops',
        queries: one(rate('issuer, result', requests), '{{issuer}} {{result}}'),
      },
      {
        title: 'Requests that fail, a second',
        description: 'By issuer and reason',
        kind: 'stack',
        unit: 'ops',
        queries: one(
          rate('issuer, reason', requests, ', result=~"failed|error"'),
          '{{issuer}}: {{reason}}',
          noFailure,
        ),
      },
      {
        title: 'Pending',
        description: 'Approved requests without a certificate',
        kind: 'lines',
        unit: 'short',
        queries: one(
          total('issuer', 'keyferry_certificate_requests_pending'),
          '{{issuer}}',
          'no request waits',
        ),
      },
      {
        title: 'Oldest pending',
        description: 'How long it has waited',
        kind: 'lines',
        unit: 's',
        queries: one(
          `max by (issuer) (keyferry_certificate_request_oldest_pending_seconds{${of}})`,
          '{{issuer}}',
          'no request waits',
        ),
      },
      {
        title: 'Time of a call of the CA',
        description: 'By step: check, submit, poll',
        kind: 'lines',
        unit: 's',
        queries: halves('step', 'keyferry_ca_call_seconds'),
      },
      {
        title: 'Doubts and warnings',
        description: 'Submits of unknown outcome within an hour, and what the last checks warned of',
        kind: 'lines',
        unit: 'short',
        queries: [
          { expr: increased('keyferry_certificate_requests_doubtful_total'), legend: 'doubtful' },
          {
            expr: total('issuer, reason', 'keyferry_issuer_warning'),
            legend: '{{issuer}}: {{reason}}',
            emptyWhen: 'no check warned of anything',
          },
        ],
      },
    ],
  },
  {
    title: 'Runtime',
    panels: [
      {
        title: 'Keys that wait',
        description: 'By queue; a queue that never empties wants more workers or CPU',
        kind: 'lines',
        unit: 'short',
        queries: one(total('name', 'workqueue_depth'), '{{name}}'),
      },
      {
        title: 'Time a key waits',
        description: 'Before a worker takes it',
        kind: 'lines',
        unit: 's',
        queries: halves('name', 'workqueue_queue_duration_seconds'),
      },
      {
        title: 'Time of a reconcile',
        description: 'By controller',
        kind: 'lines',
        unit: 's',
        queries: halves('controller', 'controller_runtime_reconcile_time_seconds'),
      },
      {
        title: 'Workers at work',
        description: 'By controller, beside how many there are',
        kind: 'lines',
        unit: 'short',
        queries: [
          { expr: total('controller', 'controller_runtime_active_workers'), legend: '{{controller}}' },
          {
            expr: `max by (controller) (controller_runtime_max_concurrent_reconciles{${of}})`,
            legend: '{{controller}} at most',
          },
        ],
      },
      {
        title: 'Defects and timeouts',
        description: 'Reconciles that broke, or took too long, within an hour',
        kind: 'lines',
        unit: 'short',
        queries: [
          { expr: increased('controller_runtime_reconcile_panics_total'), legend: 'defects' },
          { expr: increased('controller_runtime_reconcile_timeouts_total'), legend: 'timeouts' },
        ],
      },
      {
        title: 'Requests to the API server, a second',
        description: 'By method and answer',
        kind: 'stack',
        unit: 'ops',
        queries: one(rate('method, code', 'rest_client_requests_total'), '{{method}} {{code}}'),
      },
      {
        title: 'Age of watches',
        description: 'Since anything came; a bookmark comes each minute',
        kind: 'lines',
        unit: 's',
        queries: one(`max by (informer) (keyferry_watch_age_seconds{${of}})`, '{{informer}}'),
      },
      {
        title: 'Watches that failed, a second',
        description: 'By cause; now and then is ordinary',
        kind: 'stack',
        unit: 'ops',
        queries: one(
          rate('informer, cause', 'keyferry_watch_failures_total'),
          '{{informer}} {{cause}}',
          'no watch failed',
        ),
      },
      {
        title: 'Objects in caches',
        description: 'Of one replica',
        kind: 'lines',
        unit: 'short',
        queries: one(`max by (informer) (keyferry_informer_objects{${of}})`, '{{informer}}'),
      },
      {
        title: 'Memory',
        description: 'Of each process: resident, and of that the heap in use',
        kind: 'lines',
        unit: 'bytes',
        queries: [
          { expr: total('instance', 'process_resident_memory_bytes'), legend: '{{instance}} resident' },
          { expr: total('instance', 'nodejs_heap_size_used_bytes'), legend: '{{instance}} heap' },
        ],
      },
      {
        title: 'CPU',
        description: 'Cores in use, of each process',
        kind: 'lines',
        unit: 'short',
        queries: one(rate('instance', 'process_cpu_seconds_total'), '{{instance}}'),
      },
      {
        title: 'Event loop',
        description: 'Delay that the slowest of a hundred turns had; above a second work is held up',
        kind: 'lines',
        unit: 's',
        queries: one(`max by (instance) (nodejs_eventloop_lag_p99_seconds{${of}})`, '{{instance}}'),
      },
    ],
  },
]
