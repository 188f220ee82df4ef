import { join } from 'node:path'
import { kubernetesService, nodeAddress, nodeName, podRange } from './addresses.ts'
import { cniPlugins } from './debian.ts'

/** The image of the process that holds a pod's namespaces. */
export const pauseImage = 'keyferry.test/pause:1'

/** containerd's configuration: nothing of it lies outside the node's folder. */
export function containerdToml(directory: string, snapshotter: string): string {
  const path = (name: string) => JSON.stringify(join(directory, name))
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `version = 2
root = ${path('containerd')}
state = ${path('containerd-state')}
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
address = ${path('containerd.sock')}
[${cri}]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
disable_apparmor = true
[${cri}.containerd]
snapshotter = "${snapshotter}"
[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false
[${cri}.cni]
bin_dir = "${cniPlugins}"
conf_dir = ${path('cni')}
`
}

/** Pods reach each other and Services through the node's routing: `ptp` needs no bridge that filters. */
export function cniConflist(directory: string): string {
  const ipam = {
    type: 'host-local',
    dataDir: join(directory, 'cni-addresses'),
    ranges: [[{ subnet: podRange }]],
    routes: [{ dst: '0.0.0.0/0' }],
  }
  const plugins = [{ type: 'ptp', ipMasq: false, ipam }]
  return JSON.stringify({ cniVersion: '1.0.0', name: 'keyferry', plugins })
}

/** kubelet's configuration. Volumes of Secrets follow within seconds; nothing is evicted from a full machine. */
export function kubeletYaml(directory: string, cgroup: string): string {
  const path = (name: string) => join(directory, name)
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: path('ca.crt') },
    },
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: path('kubelet.crt'),
    tlsPrivateKeyFile: path('kubelet.key'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    containerRuntimeEndpoint: `unix://${path('containerd.sock')}`,
    clusterDomain: 'cluster.local',
    clusterDNS: [nodeAddress],
    resolvConf: path('resolv.conf'),
    podLogsDir: path('log/pods'),
    volumePluginDir: path('volume-plugins'),
    syncFrequency: '2s',
    registerNode: true,
  })
}

/** kube-proxy's configuration; it leaves settings of the kernel's connection tracking alone. */
export function proxyYaml(directory: string): string {
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: join(directory, 'kubeconfig') },
    mode: 'iptables',
    clusterCIDR: podRange,
    hostnameOverride: nodeName,
    bindAddress: nodeAddress,
    iptables: { localhostNodePorts: false },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
  })
}

/** CoreDNS: Services of the cluster, and names of the test's own servers from a hosts file that may change. */
export function corefile(directory: string): string {
  return `.:53 {
  errors
  hosts ${join(directory, 'hosts')} {
    reload 1s
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${join(directory, 'kubeconfig')}
  }
}
`
}

/** The administrator's kubeconfig; also that of the node's own parts. */
export function kubeconfig(directory: string, server: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'keyferry',
    clusters: [{ name: 'keyferry', cluster: { server, 'certificate-authority': join(directory, 'ca.crt') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'keyferry', context: { cluster: 'keyferry', user: 'admin' } }],
  })
}

/** What the API server's certificate says it is. */
export const apiServerNames = [
  'IP:127.0.0.1',
  `IP:${nodeAddress}`,
  `IP:${kubernetesService}`,
  'DNS:kubernetes',
  'DNS:kubernetes.default',
  'DNS:kubernetes.default.svc',
  'DNS:kubernetes.default.svc.cluster.local',
]
