import { expect, test } from 'vitest'
import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import { unsupportedFields } from './unsupported.ts'

const remote = (rest: object = {}) => ({ data: [{ secretKey: 'a', remoteRef: { key: '/a', ...rest } }] })
const from = (rest: object) => ({ dataFrom: [rest] })
const pathsOf = (spec: object) => unsupportedFields(spec as ExternalSecretSpec).map((it) => it.path)

test.each([
  [{ target: { creationPolicy: 'Orphan' } }, 'spec.target.creationPolicy'],
  [{ target: { creationPolicy: 'Merge' } }, 'spec.target.creationPolicy'],
  [{ target: { deletionPolicy: 'Delete' } }, 'spec.target.deletionPolicy'],
  [{ target: { immutable: true } }, 'spec.target.immutable'],
  [{ target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } } }, 'spec.target.manifest'],
  [{ syncWindows: { kind: 'allow', windows: [] } }, 'spec.syncWindows'],
  [{ rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }] }, 'spec.rolloutRestartTargets'],
  [{ data: [{ ...remote().data[0], sourceRef: {} }] }, 'spec.data[0].sourceRef'],
  [remote({ decodingStrategy: 'Base64' }), 'spec.data[0].remoteRef.decodingStrategy'],
  [remote({ metadataPolicy: 'Fetch' }), 'spec.data[0].remoteRef.metadataPolicy'],
  [remote({ conversionStrategy: 'Unicode' }), 'spec.data[0].remoteRef.conversionStrategy'],
  [remote({ nullBytePolicy: 'Fail' }), 'spec.data[0].remoteRef.nullBytePolicy'],
  [from({ find: {} }), 'spec.dataFrom[0].find'],
  [from({ sourceRef: { generatorRef: {} } }), 'spec.dataFrom[0].sourceRef'],
  [from({ extract: { key: '/a', decodingStrategy: 'Auto' } }), 'spec.dataFrom[0].extract.decodingStrategy'],
])('%j is refused at %s', (spec, path) => {
  expect(pathsOf(spec)).toEqual([path])
})

test.each([
  {},
  { target: {} },
  { target: { template: { type: 'Opaque', templateFrom: [{ literal: 'a: b' }] } } },
  from({ extract: { key: '/a' }, rewrite: [{ transform: { template: '{{ .value }}' } }] }),
  { target: { name: 'x', creationPolicy: 'Owner', deletionPolicy: 'Retain', immutable: false } },
  { rolloutRestartTargets: [] },
  remote({
    decodingStrategy: 'None',
    conversionStrategy: 'Default',
    metadataPolicy: 'None',
    nullBytePolicy: 'Ignore',
  }),
  remote({ property: 'p', version: '3' }),
  from({ extract: { key: '/a', property: 'p' }, rewrite: [] }),
])('%j is carried out', (spec) => {
  expect(pathsOf(spec)).toEqual([])
})
