import { increased, of, one, quantiles, type Row, rate, total } from './panel.ts'

export const runtime: Row = {
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
      queries: quantiles('name', 'workqueue_queue_duration_seconds'),
    },
    {
      title: 'Time of a reconcile',
      description: 'By controller',
      kind: 'lines',
      unit: 's',
      queries: quantiles('controller', 'controller_runtime_reconcile_time_seconds'),
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
}
