import { increased, noFailure, of, one, quantiles, type Row, rate, total } from './panel.ts'

const requests = 'keyferry_certificate_requests_total'

export const certificates: Row = {
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
      queries: quantiles('step', 'keyferry_ca_call_seconds'),
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
}
