import { join } from 'node:path'
import { apiServerPort, nodeAddress, nodeName, serviceRange } from './addresses.ts'
import type { Programs } from './programs.ts'

/** A program of the node with its arguments. */
export interface Daemon {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

/** etcd, on its usual ports: the network is the node's own. */
export function etcd(programs: Programs, directory: string): Daemon {
  const args = [`--data-dir=${join(directory, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn']
  return { name: 'etcd', command: programs.etcd, args }
}

/** kube-apiserver, which pods reach as kubernetes.default, and which asks kubelet for logs. */
export function apiServer(programs: Programs, directory: string): Daemon {
  const file = (name: string) => join(directory, name)
  const args = [
    '--etcd-servers=http://127.0.0.1:2379',
    '--bind-address=0.0.0.0',
    `--advertise-address=${nodeAddress}`,
    `--secure-port=${apiServerPort}`,
    `--tls-cert-file=${file('apiserver.crt')}`,
    `--tls-private-key-file=${file('apiserver.key')}`,
    `--kubelet-client-certificate=${file('kubelet.crt')}`,
    `--kubelet-client-key=${file('kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-signing-key-file=${file('service-account.key')}`,
    `--service-account-key-file=${file('service-account.key')}`,
    `--service-cluster-ip-range=${serviceRange}`,
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
  ]
  return { name: 'kube-apiserver', command: programs['kube-apiserver'], args }
}

/** What runs once the API server answers: controllers, scheduler, DNS, and the node itself. */
export function others(programs: Programs, directory: string): readonly Daemon[] {
  const file = (name: string) => join(directory, name)
  const kubeconfig = `--kubeconfig=${file('kubeconfig')}`
  const controllers = [
    kubeconfig,
    `--service-account-private-key-file=${file('service-account.key')}`,
    `--root-ca-file=${file('ca.crt')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]
  const kubelet = [
    kubeconfig,
    `--config=${file('kubelet.json')}`,
    `--root-dir=${file('kubelet')}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
  ]
  return [
    { name: 'kube-controller-manager', command: programs['kube-controller-manager'], args: controllers },
    {
      name: 'kube-scheduler',
      command: programs['kube-scheduler'],
      args: [kubeconfig, '--leader-elect=false', '--secure-port=0'],
    },
    { name: 'kubelet', command: programs.kubelet, args: kubelet },
    { name: 'kube-proxy', command: programs['kube-proxy'], args: [`--config=${file('kube-proxy.json')}`] },
    { name: 'coredns', command: programs.coredns, args: ['-conf', file('Corefile')] },
  ]
}

/** containerd with a folder and a socket of its own. */
export function containerd(directory: string): Daemon {
  const args = ['--config', join(directory, 'containerd.toml')]
  return { name: 'containerd', command: 'containerd', args }
}
