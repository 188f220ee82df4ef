/** A kind of another project: the fields that the chart writes, and no others. */
interface ForeignSchema {
  readonly kind: string
  readonly apiVersion: string
  readonly schema: object
}

const text = { type: 'string' }
const anything = { type: 'object' }
const list = (items: object) => ({ type: 'array', minItems: 1, items })
const closed = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
})
const texts = { type: 'object', additionalProperties: text }
const metadata = closed({ name: text, namespace: text, labels: texts, annotations: texts }, ['name'])

function foreign(apiVersion: string, kind: string, spec: object): ForeignSchema {
  const schema = closed({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, spec }, [
    'metadata',
    'spec',
  ])
  return { kind, apiVersion, schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...schema } }
}

const endpoint = {
  port: text,
  path: text,
  interval: text,
  honorLabels: { type: 'boolean' },
  scheme: { enum: ['http', 'https'] },
  bearerTokenFile: text,
  tlsConfig: anything,
}
const limits = {
  labelLimit: { type: 'integer' },
  labelNameLengthLimit: { type: 'integer' },
  labelValueLengthLimit: { type: 'integer' },
  jobLabel: text,
}
const serviceMonitor = closed(
  { ...limits, selector: anything, namespaceSelector: anything, endpoints: list(closed(endpoint)) },
  ['selector', 'endpoints'],
)
const podEndpoint = {
  port: endpoint.port,
  path: endpoint.path,
  interval: endpoint.interval,
  honorLabels: endpoint.honorLabels,
}
const podMonitor = closed({ ...limits, selector: anything, podMetricsEndpoints: list(closed(podEndpoint)) }, [
  'selector',
  'podMetricsEndpoints',
])
const podMonitoring = closed(
  {
    selector: anything,
    endpoints: list(closed({ port: text, path: text, interval: text }, ['port', 'interval'])),
  },
  ['selector', 'endpoints'],
)
const ports = list(
  closed({ ports: list(closed({ port: text, protocol: text })), rules: anything }, ['ports']),
)
const ciliumRule = closed({
  toEntities: list(text),
  toEndpoints: list(anything),
  toCIDR: list(text),
  toFQDNs: list(closed({ matchName: text, matchPattern: text })),
  toPorts: ports,
})

/** Kinds that no Kubernetes describes, as the documentation of their projects has them. */
export const foreignSchemas: readonly ForeignSchema[] = [
  foreign('monitoring.coreos.com/v1', 'ServiceMonitor', serviceMonitor),
  foreign('azmonitoring.coreos.com/v1', 'ServiceMonitor', serviceMonitor),
  foreign('monitoring.coreos.com/v1', 'PodMonitor', podMonitor),
  foreign('azmonitoring.coreos.com/v1', 'PodMonitor', podMonitor),
  foreign('monitoring.googleapis.com/v1', 'PodMonitoring', podMonitoring),
  foreign('monitoring.coreos.com/v1beta1', 'PrometheusRule', closed({ groups: list(anything) }, ['groups'])),
  foreign('monitoring.coreos.com/v1', 'PrometheusRule', closed({ groups: list(anything) }, ['groups'])),
  foreign(
    'cilium.io/v2',
    'CiliumNetworkPolicy',
    closed({ endpointSelector: anything, egress: list(ciliumRule) }, ['endpointSelector']),
  ),
]
