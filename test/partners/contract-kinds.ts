import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { externalClusterIssuerKind, externalIssuerKind } from '../../src/api/externalissuer.ts'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import type { Kind } from '../../src/kube/kind.ts'
import { awaitCrds } from '../cluster/await-crds.ts'
import { type ClusterFacts, kubectl } from '../cluster/cluster.ts'
import { applyManifests } from './manifests.ts'

/** A kind of ours as people know it, and the copy of it that a test writes statuses of. */
export interface ContractKind {
  readonly own: Kind
  /** Of a group that no manager of another test watches, by a name that no kubectl of another test asks for. */
  readonly copy: Kind
  readonly spec: object
  /** Merged into the spec, it makes a new generation. */
  readonly change: object
}

const store = { spec: { provider: { fake: { data: [] } } }, change: { refreshInterval: 60 } }
const issuer = {
  spec: { signerType: 'mockca', configRef: { name: 'ca' } },
  change: { configRef: { name: 'other' } },
}
const kinds = {
  ExternalSecret: {
    own: externalSecretKind,
    spec: {
      secretStoreRef: { name: 'akeyless' },
      data: [{ secretKey: 'token', remoteRef: { key: '/dev/token' } }],
    },
    change: { refreshInterval: '2h' },
  },
  SecretStore: { own: secretStoreKind, ...store },
  ClusterSecretStore: { own: clusterSecretStoreKind, ...store },
  ExternalIssuer: { own: externalIssuerKind, ...issuer },
  ExternalClusterIssuer: { own: externalClusterIssuerKind, ...issuer },
} as const satisfies Record<string, Omit<ContractKind, 'copy'>>

export type KindName = keyof typeof kinds
export const kindNames = Object.keys(kinds) as readonly KindName[]

/** Gives a kind by its name; throws for one that was not copied. */
export type CopiedKinds = (name: KindName) => ContractKind

/** Serves copies of our kinds, made of our CRDs, in a group of the test's own, and waits until they are served. */
export async function copyKinds(cluster: ClusterFacts, names: readonly KindName[]): Promise<CopiedKinds> {
  const group = `contract-${randomBytes(4).toString('hex')}.keyferry.io`
  const copies = names.map((it) => ({ ...kinds[it], copy: namedApart(kinds[it].own, group) }))
  await applyManifests(cluster, await Promise.all(copies.map(copyOf)))
  await awaitCrds((...args) => kubectl(cluster, ...args))
  return (name) => {
    const found = copies.find((it) => it.own.kind === name)
    if (found === undefined) throw new Error(`No copy of ${name}`)
    return found
  }
}

/** kubectl would take a kind of the same name for the original. */
function namedApart(own: Kind, group: string): Kind {
  return { ...own, group, kind: `Copy${own.kind}`, plural: `copy${own.plural}` }
}

/** Without short names and categories, too. */
async function copyOf({ own, copy }: Pick<ContractKind, 'own' | 'copy'>): Promise<object> {
  const { group, kind, plural } = copy
  const file = join(import.meta.dirname, `../../config/crd/${own.group}_${own.plural}.yaml`)
  const crd = parse(await readFile(file, 'utf8')) as { readonly spec: object }
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() }
  return { ...crd, metadata: { name: `${plural}.${group}` }, spec: { ...crd.spec, group, names } }
}
