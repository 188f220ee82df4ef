import { beforeAll, expect, test } from 'vitest'
import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { connect } from '../cluster/client.ts'
import { inTime } from '../cluster/in-time.ts'
import { sharedCluster } from '../cluster/shared.ts'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { presetYaml } from '../fakes/pki/preset-yaml.ts'
import { startTpp } from '../fakes/pki/tpp.ts'
import { Electors } from '../fakes/runtime/electors.ts'
import { eventually } from '../manager/eventually.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const cluster = sharedCluster()
/** Longer than what is under way has to end by itself when the manager stops. */
const slowLoginMs = 12_000

beforeAll(() => applyCertManagerCrds(cluster), 300_000)

/** What a chart with `issuers.tokenSecrets` grants. */
async function letSave(scene: IssuerScene, name: string): Promise<void> {
  const { namespace } = scene
  const at = ['-n', namespace]
  const rights = ['--verb=get,patch', '--resource=secrets', `--resource-name=${name}`]
  await scene.kubectl('create', 'role', 'tokens', ...at, ...rights)
  const account = `--serviceaccount=${namespace}:keyferry-issuer`
  await scene.kubectl('create', 'rolebinding', 'tokens', ...at, '--role=tokens', account)
}

test('a leader that stops during a slow login puts the refresh token that it gives on record', async () => {
  await using stack = new AsyncDisposableStack()
  const scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  await letSave(scene, 'tpp')
  const pki = stack.use(await startTpp(await PkiAuthority.make()))
  const { policy: policyDN, clientId } = pki.state
  const settings = { policyDN, clientId, auth: { refreshToken: { secretName: 'tpp' } } }
  const yaml = presetYaml(pki, 'venafi-tpp', settings).replace('request: 10s', 'request: 30s')
  const metadata = { namespace, name: 'tpp' }
  const stringData = { 'refresh-token': pki.state.newRefreshToken() }
  await scene.apply(
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'pki.yaml': yaml } },
    scene.issuer('tpp', { signerType: 'pki', configRef: { name: 'tpp' } }),
  )
  pki.faults.add({ kind: 'slow', ms: slowLoginMs, path: '/authorize/token', times: 1 })
  const args = ['--namespace', namespace, '--insecure-local-endpoints']
  const elector = new Electors().elector('first')
  const manager = await startIssuerManager({ cluster, token, args, elector })

  await eventually('it logs in', () => pki.state.logins === 1, 90_000)
  await manager[Symbol.asyncDispose]()

  const connection = stack.use(connect(cluster))
  type Secret = KubeObject & { readonly data: Readonly<Record<string, string>> }
  const { data } = await connection.client.get<Secret>(secretKind, metadata, { signal: inTime() })
  const onRecord = Buffer.from(data['refresh-token'] ?? '', 'base64').toString()
  expect([...pki.state.refreshTokens]).toEqual([onRecord])
})
