import type { Values } from './render.ts'

/** Where namespaces are named in values: a real API server wants them to be there. */
export interface Places {
  readonly teamA: string
  readonly teamB: string
}

/**
 * Ways to install the chart. Together they give every documented value another value than its default; a test holds
 * them to that.
 */
export function scenes(places: Places): Readonly<Record<string, Values>> {
  return {
    'as it comes': {},
    'one half: Secrets': { issuers: { enabled: false }, crds: { issuers: false } },
    'one half: certificates': { externalSecrets: { enabled: false }, crds: { externalSecrets: false } },
    'no frills': noFrills,
    names: names(places),
    'two Deployments': twoDeployments,
    'some namespaces': scoped(places),
    'every right': everyRight(places),
    pods,
    'a private network': privateNetwork,
    Cilium: cilium,
    monitored: monitored(places),
    'monitored by Azure': azureMonitored,
    'monitored by Google': googleMonitored,
  }
}

const noFrills = {
  crds: { enabled: false, keep: false },
  rbac: { create: false, aggregate: false },
  serviceAccount: { create: false, name: 'mine' },
  externalSecrets: {
    serviceAccount: { create: false, name: 'mine-secrets' },
    tokenRequest: { enabled: false },
  },
  issuers: { serviceAccount: { create: false, name: 'mine-issuer' }, approver: { enabled: false } },
  replicaCount: 1,
  leaderElection: { createLease: false },
  podDisruptionBudget: { enabled: false },
  metrics: { enabled: false },
  networkPolicy: { enabled: false },
  test: { enabled: false },
}

const names = ({ teamA }: Places) => ({
  nameOverride: 'ferry',
  fullnameOverride: 'carrier',
  commonLabels: { team: 'platform' },
  commonAnnotations: { 'example.com/owner': 'platform' },
  image: {
    registry: 'registry.example:5000',
    repository: 'carriers/keyferry',
    tag: '1.2.3',
    digest: `sha256:${'ab'.repeat(32)}`,
    pullPolicy: 'Always',
  },
  imagePullSecrets: [{ name: 'registry' }],
  clusterResourceNamespace: teamA,
  leaderElection: { leaseName: 'carrier-lease' },
  log: { level: 'debug' },
  extraObjects: [
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}-text"}\n',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'whole' }, data: { key: 'value' } },
  ],
  serviceAccount: { annotations: { 'example.com/role': 'elects' }, labels: { role: 'elects' } },
  metrics: { service: { annotations: { 'example.com/scrape': 'yes' } } },
  azureWorkloadIdentity: {
    enabled: true,
    clientId: '00000000-0000-0000-0000-000000000001',
    tenantId: 'tenant',
  },
})

const account = { annotations: { 'example.com/role': 'half' }, labels: { role: 'half' } }
const twoDeployments = {
  split: true,
  externalSecrets: {
    serviceAccount: account,
    controllerClass: 'mine',
    concurrent: 5,
    storeRequeueInterval: '90s',
    staleAfter: '1h30m',
    allowedGatewayHosts: ['*.akeyless.io', 'gateway.example:8000'],
    allowAmbientCloudIdentity: true,
    events: {
      enabled: true,
      port: 9443,
      tlsSecretName: 'event-tls',
      tokenSecretName: 'event-token',
      clientCASecretName: 'event-ca',
      serviceType: 'LoadBalancer',
      serviceAnnotations: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' },
    },
  },
  issuers: { serviceAccount: account, checkInterval: '10m', allowedPkiHosts: ['pki.example'] },
  metrics: { secure: { enabled: true, tlsSecretName: 'metrics-tls' } },
}

const scoped = ({ teamA, teamB }: Places) => ({
  scopedNamespaces: [teamA, teamB],
  externalSecrets: { deleteSecrets: true, rolloutRestart: true },
})

const everyRight = ({ teamA, teamB }: Places) => ({
  externalSecrets: {
    tokenRequest: { serviceAccountNames: ['app', 'akeyless'] },
    deleteSecrets: true,
    rolloutRestart: true,
  },
  issuers: {
    inputNamespaces: [teamA],
    tokenServiceAccounts: [{ namespace: teamA, name: 'pki' }],
    refreshTokenSecrets: [{ namespace: teamB, name: 'refresh' }],
    kubernetesCSR: true,
    approver: { namespace: teamB, serviceAccountName: 'approver' },
  },
  metrics: { secure: { enabled: true } },
  flowSchema: { enabled: true, priorityLevel: 'workload-low', matchingPrecedence: 900 },
})

const pods = {
  extraArgs: ['--template-left-delimiter=<<'],
  extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/company/ca.crt' }],
  extraVolumes: [{ name: 'company', configMap: { name: 'company-ca' } }],
  extraVolumeMounts: [{ name: 'company', mountPath: '/etc/company', readOnly: true }],
  resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '512Mi' } },
  podSecurityContext: { runAsUser: 1000, fsGroup: 1000, supplementalGroups: [2000] },
  securityContext: { runAsUser: 1000 },
  podLabels: { tier: 'platform' },
  podAnnotations: { 'example.com/inject': 'false' },
  deploymentAnnotations: { 'example.com/reload': 'true' },
  nodeSelector: { pool: 'system' },
  tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  topologySpreadConstraints: [
    { maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} },
  ],
  priorityClassName: 'system-cluster-critical',
  terminationGracePeriodSeconds: 60,
  hostUsers: false,
  runtimeClassName: 'sandboxed',
  dnsPolicy: 'None',
  dnsConfig: {
    nameservers: ['10.0.0.10'],
    searches: ['corp.example'],
    options: [{ name: 'ndots', value: '2' }],
  },
  hostAliases: [{ ip: '10.1.2.3', hostnames: ['gateway.corp.example'] }],
  probes: {
    port: 9081,
    liveness: { failureThreshold: 6 },
    readiness: { periodSeconds: 2 },
  },
  podDisruptionBudget: { maxUnavailable: '50%' },
  metrics: { port: 9080 },
}

const privateNetwork = {
  proxy: { https: 'http://proxy.corp.example:3128', noProxy: 'corp.example,10.0.0.0/8' },
  externalSecrets: { events: { enabled: true, tlsSecretName: 'event-tls', tokenSecretName: 'event-token' } },
  networkPolicy: {
    apiServer: { cidrs: ['10.0.0.1/32', 'fd00::1/128'], ports: [6443] },
    dns: { namespace: 'dns', podLabels: { 'k8s-app': 'coredns' }, cidrs: ['169.254.20.10/32'] },
    gateways: [
      { cidr: '10.1.0.0/24', port: 8000 },
      { namespace: 'akeyless', podLabels: { app: 'gateway' }, port: 8080 },
    ],
    pkis: [{ namespace: 'pki', port: 9000 }],
    proxies: [{ cidr: '10.9.0.1/32', port: 3128 }],
    metricsFrom: [{ namespaceSelector: { matchLabels: { purpose: 'monitoring' } } }],
    eventsFrom: [{ ipBlock: { cidr: '10.1.0.0/24' } }],
    extraEgress: [{ to: [{ ipBlock: { cidr: '10.8.0.0/16' } }], ports: [{ port: 53, protocol: 'UDP' }] }],
  },
}

const cilium = {
  networkPolicy: {
    flavor: 'cilium',
    dns: { podLabels: { 'k8s-app': 'kube-dns' }, cidrs: ['169.254.20.10/32'] },
    gateways: [
      { host: 'api.akeyless.io', port: 443 },
      { host: '*.akeyless.io', port: 443 },
    ],
    pkis: [{ host: 'pki.example', port: 8443 }],
  },
}

const looks = { labels: { release: 'prometheus' }, annotations: { 'example.com/for': 'prometheus' } }
const monitored = ({ teamA }: Places) => ({
  metrics: {
    serviceMonitor: {
      enabled: true,
      namespace: teamA,
      interval: '15s',
      ...looks,
      spec: { jobLabel: 'keyferry' },
    },
    podMonitor: { enabled: true, interval: '15s', ...looks, spec: { jobLabel: 'keyferry' } },
    prometheusRule: {
      enabled: true,
      apiVersion: 'monitoring.coreos.com/v1beta1',
      namespace: teamA,
      ...looks,
      runbookURL: 'https://docs.example/alerts',
    },
    dashboard: {
      enabled: true,
      namespace: teamA,
      labels: { dashboards: 'yes' },
      annotations: { folder: 'Platform' },
    },
  },
})

const azureMonitored = {
  metrics: {
    service: { enabled: false },
    podMonitor: {
      enabled: true,
      apiVersion: 'azmonitoring.coreos.com/v1',
      spec: { labelLimit: 63, labelNameLengthLimit: 511, labelValueLengthLimit: 1023 },
    },
  },
}

const googleMonitored = {
  metrics: {
    serviceMonitor: { enabled: true, apiVersion: 'azmonitoring.coreos.com/v1' },
    podMonitor: { enabled: true, apiVersion: 'monitoring.googleapis.com/v1' },
  },
}
