import { expect, test } from 'vitest'
import { unsupportedFields } from './unsupported.ts'

const remote = (rest: object = {}) => ({ data: [{ secretKey: 'a', remoteRef: { key: '/a', ...rest } }] })
const from = (rest: object) => ({ dataFrom: [rest] })
const violationsOf = (spec: object, rolloutRestart = false) => unsupportedFields(spec, { rolloutRestart })
const pathsOf = (spec: object) => violationsOf(spec).map((it) => it.path)

test.each([
  [{ target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }, 'spec.target.manifest'],
  [{ rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] }, 'spec.rolloutRestartTargets'],
  [
    { data: [{ ...remote().data[0], sourceRef: { generatorRef: {} } }] },
    'spec.data[0].sourceRef.generatorRef',
  ],
  [from({ sourceRef: { generatorRef: {} } }), 'spec.dataFrom[0].sourceRef.generatorRef'],
])('%j is refused at %s', (spec, path) => {
  expect(pathsOf(spec)).toEqual([path])
})

test.each([
  {},
  { target: {} },
  { target: { template: { type: 'Opaque', templateFrom: [{ literal: 'a: b' }] } } },
  from({ extract: { key: '/a' }, rewrite: [{ transform: { template: '{{ .value }}' } }] }),
  { target: { name: 'x', creationPolicy: 'Orphan', deletionPolicy: 'Merge', immutable: true } },
  { syncWindows: { kind: 'allow', windows: [{ schedule: '@daily', duration: '1h' }] } },
  { rolloutRestartTargets: [] },
  remote({
    decodingStrategy: 'Auto',
    conversionStrategy: 'Unicode',
    metadataPolicy: 'Fetch',
    nullBytePolicy: 'Fail',
  }),
  { data: [{ ...remote().data[0], sourceRef: { storeRef: { name: 'other' } } }] },
  from({ find: { name: { regexp: 'x' } }, sourceRef: { storeRef: { name: 'other' } } }),
  remote({ property: 'p', version: '3' }),
  from({ extract: { key: '/a', property: 'p' }, rewrite: [] }),
])('%j is carried out', (spec) => {
  expect(pathsOf(spec)).toEqual([])
})

test('workloads are restarted where the manager was told so, and else the message tells how', () => {
  const spec = { rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] }

  expect(violationsOf(spec, true)).toEqual([])
  expect(violationsOf(spec)[0]?.message).toContain('--enable-rollout-restart')
})
