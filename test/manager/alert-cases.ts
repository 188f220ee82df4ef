/** Series as promtool's unit tests write them, a value each minute, and what an alert makes of them. */
export interface AlertCase {
  readonly alert: string
  readonly fires: {
    readonly series: Readonly<Record<string, string>>
    /** Minutes; the alert is silent at `silentAt` and is told at `at`. */
    readonly silentAt: number
    readonly at: number
    readonly labels: Readonly<Record<string, string>>
    readonly summary: string
  }
  /** Series that look alike, and are well. */
  readonly quiet: Readonly<Record<string, string>>
}

const pod = 'job="keyferry", instance="a:8080"'
const twin = 'job="keyferry", instance="b:8080"'
const other = 'job="eso", instance="c:8080"'
const target = { job: 'keyferry', instance: 'a:8080' }
const ours = { [`keyferry_build_info{${pod}}`]: '1x150', [`keyferry_build_info{${twin}}`]: '1x150' }
const object = 'name="db", namespace="shop"'
const named = { ...target, name: 'db', namespace: 'shop' }

const es = (of: string, type: string, status: string) =>
  `externalsecret_status_condition{${of}, ${object}, condition="${type}", status="${status}"}`
const lastSuccess = `keyferry_last_success_timestamp_seconds{${pod}, controller="externalsecret", ${object}}`
const nextRefresh = `keyferry_next_refresh_timestamp_seconds{${pod}, controller="externalsecret", ${object}}`
const store = (of: string, kind: string) =>
  `${kind}_status_condition{${of}, ${object}, condition="Ready", status="True"}`
const leader = (of: string) => `leader_election_master_status{${of}, name="keyferry"}`
const failed = (result: string) =>
  `keyferry_certificate_requests_total{${pod}, issuer="shop/ca", result="${result}", reason="PKIRefused"}`

/** One for each alert: a series that fires it after its time, and one that does not. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: 'KeyferryExternalSecretNotReady',
    fires: {
      series: { ...ours, [es(pod, 'Ready', 'True')]: '1x4 0x55' },
      silentAt: 14,
      at: 16,
      labels: { ...named, condition: 'Ready', status: 'True' },
      summary: 'ExternalSecret shop/db is not Ready',
    },
    // Nine minutes at a time, and one of another operator.
    quiet: { ...ours, [es(pod, 'Ready', 'True')]: '1 0x8 1 0x8 1x41', [es(other, 'Ready', 'True')]: '0x60' },
  },
  {
    alert: 'KeyferryExternalSecretStale',
    fires: {
      series: { ...ours, [es(pod, 'LastSyncSucceeded', 'False')]: '0x5 1x120', [lastSuccess]: '300x126' },
      silentAt: 79,
      at: 82,
      labels: { ...named, condition: 'LastSyncSucceeded', status: 'False' },
      summary: 'ExternalSecret shop/db has not synced for an hour',
    },
    // It fails now and then, and succeeds in between.
    quiet: { ...ours, [es(pod, 'LastSyncSucceeded', 'False')]: '1x120', [lastSuccess]: '0+60x120' },
  },
  {
    alert: 'KeyferryExternalSecretOverdue',
    fires: {
      series: { [nextRefresh]: '600x60' },
      silentAt: 25,
      at: 27,
      labels: { ...named, controller: 'externalsecret' },
      summary: 'ExternalSecret shop/db is not looked at',
    },
    quiet: { [nextRefresh]: '300+60x60' },
  },
  {
    alert: 'KeyferryStoreNotReady',
    fires: {
      series: { ...ours, [store(pod, 'clustersecretstore')]: '1x4 0x55' },
      silentAt: 14,
      at: 16,
      labels: { ...named, condition: 'Ready', status: 'True' },
      summary: 'Store shop/db is not Ready',
    },
    quiet: {
      ...ours,
      [store(pod, 'secretstore')]: '1 0x8 1x51',
      [store(other, 'clustersecretstore')]: '0x60',
    },
  },
  {
    alert: 'KeyferryThrottled',
    fires: {
      series: { [`keyferry_provider_calls_total{${pod}, call="auth", code="429"}`]: '0x5 0+2x55' },
      silentAt: 19,
      at: 23,
      labels: { job: 'keyferry' },
      summary: 'Akeyless asks Keyferry to slow down',
    },
    // Once, and other answers.
    quiet: {
      [`keyferry_provider_calls_total{${pod}, call="auth", code="429"}`]: '0x5 1x55',
      [`keyferry_provider_calls_total{${pod}, call="auth", code="200"}`]: '0+9x60',
      [`keyferry_gateway_calls_not_sent_total{${pod}, reason="GatewayUnreachable"}`]: '0+9x60',
    },
  },
  {
    alert: 'KeyferryGatewayCircuitOpen',
    fires: {
      series: {
        [`keyferry_gateway_circuit_open{${pod}, gateway="gw", reason="GatewayUnreachable"}`]: '_x5 1x55',
      },
      silentAt: 9,
      at: 11,
      labels: { ...target, gateway: 'gw', reason: 'GatewayUnreachable' },
      summary: 'Gateway gw is not called (GatewayUnreachable)',
    },
    quiet: {
      [`keyferry_gateway_circuit_open{${pod}, gateway="gw", reason="Throttled"}`]: '1x3 stale _x9 1x3 stale',
    },
  },
  {
    alert: 'KeyferryLeaseNearEnd',
    fires: {
      series: { [`keyferry_leases_near_end{${pod}}`]: '0x5 1x55' },
      silentAt: 6,
      at: 8,
      labels: target,
      summary: 'Leases of dynamic secrets could not be extended and end soon',
    },
    quiet: { [`keyferry_leases_near_end{${pod}}`]: '0x60' },
  },
  {
    alert: 'KeyferryLeaseLost',
    fires: {
      series: { [`keyferry_leases_abandoned_total{${pod}}`]: '0x5 1x55' },
      silentAt: 5,
      at: 7,
      labels: target,
      summary: 'Credentials at Akeyless live on until their TTL ends them',
    },
    quiet: {
      [`keyferry_leases_abandoned_total{${pod}}`]: '3x60',
      [`keyferry_leases_unaccounted_total{${pod}}`]: '0x60',
    },
  },
  {
    alert: 'KeyferryIssuerNotReady',
    fires: {
      series: { [store(pod, 'keyferry_externalissuer')]: '1x4 0x55' },
      silentAt: 14,
      at: 16,
      labels: { ...named, condition: 'Ready', status: 'True' },
      summary: 'Issuer shop/db is not Ready',
    },
    quiet: { [store(pod, 'keyferry_externalclusterissuer')]: '1 0x8 1x51' },
  },
  {
    alert: 'KeyferryCertificatePending',
    fires: {
      series: {
        [`keyferry_certificate_request_oldest_pending_seconds{${pod}, issuer="shop/ca"}`]: '0+60x60',
      },
      silentAt: 20,
      at: 22,
      labels: { ...target, issuer: 'shop/ca' },
      summary: 'A certificate request of issuer shop/ca waits for more than 15 minutes',
    },
    quiet: {
      [`keyferry_certificate_request_oldest_pending_seconds{${pod}, issuer="shop/ca"}`]: '0+60x15 0+60x15',
    },
  },
  {
    alert: 'KeyferryCertificateRequestsFailing',
    fires: {
      series: { [failed('failed')]: '0x5 0+1x55' },
      silentAt: 10,
      at: 16,
      labels: { job: 'keyferry', issuer: 'shop/ca', reason: 'PKIRefused' },
      summary: 'Certificate requests of issuer shop/ca fail (PKIRefused)',
    },
    quiet: { [failed('error')]: '0x5 2x55', [failed('issued')]: '0+9x60', [failed('denied')]: '0+9x60' },
  },
  {
    alert: 'KeyferryAbsent',
    fires: {
      series: { [`keyferry_build_info{${pod}}`]: '1x5 stale' },
      silentAt: 10,
      at: 12,
      labels: {},
      summary: 'No Keyferry is scraped',
    },
    // One pod is replaced by another.
    quiet: { [`keyferry_build_info{${pod}}`]: '1x5 stale', [`keyferry_build_info{${twin}}`]: '_x8 1x60' },
  },
  {
    alert: 'KeyferryNoLeader',
    fires: {
      series: { ...ours, [leader(pod)]: '1x4 0x55', [leader(twin)]: '0x60' },
      silentAt: 7,
      at: 9,
      labels: { job: 'keyferry', name: 'keyferry' },
      summary: 'No replica of Keyferry leads (keyferry)',
    },
    // The lead goes from one to the other, and another operator has none.
    quiet: {
      ...ours,
      [leader(pod)]: '1x4 0x55',
      [leader(twin)]: '0x6 1x53',
      [`leader_election_master_status{${other}, name="eso"}`]: '0x60',
    },
  },
  {
    alert: 'KeyferryManyLeaders',
    fires: {
      series: { ...ours, [leader(pod)]: '1x60', [leader(twin)]: '0x4 1x55' },
      silentAt: 6,
      at: 8,
      labels: { job: 'keyferry', name: 'keyferry' },
      summary: 'More than one replica of Keyferry leads (keyferry)',
    },
    // One for each half, in Deployments of their own.
    quiet: {
      ...ours,
      [leader(pod)]: '1x60',
      [`leader_election_master_status{${twin}, name="keyferry-issuers"}`]: '1x60',
    },
  },
  {
    alert: 'KeyferryWatchStalled',
    fires: {
      series: { [`keyferry_watch_age_seconds{${pod}, informer="secrets"}`]: '0+60x60' },
      silentAt: 10,
      at: 12,
      labels: { ...target, informer: 'secrets' },
      summary: 'Keyferry hears nothing of secrets from the API server',
    },
    quiet: { [`keyferry_watch_age_seconds{${pod}, informer="secrets"}`]: '0+60x7 0+60x7 0+60x7 5x30' },
  },
  {
    alert: 'KeyferryReconcilePanics',
    fires: {
      series: {
        ...ours,
        [`controller_runtime_reconcile_panics_total{${pod}, controller="externalsecret"}`]: '0x5 1x55',
      },
      silentAt: 5,
      at: 7,
      labels: { ...target, controller: 'externalsecret' },
      summary: 'Keyferry has a defect in its controller externalsecret',
    },
    quiet: {
      ...ours,
      [`controller_runtime_reconcile_panics_total{${pod}, controller="externalsecret"}`]: '0x60',
      [`controller_runtime_reconcile_panics_total{${other}, controller="externalsecret"}`]: '0+1x60',
    },
  },
]
