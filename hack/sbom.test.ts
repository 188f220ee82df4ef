import { expect, test } from 'vitest'
import { packagesOf } from './sbom/bundled.ts'
import { type Bom, shippedBom } from './sbom/cyclonedx.ts'
import type { Lock } from './sbom/lock.ts'

const lock: Lock = {
  packages: {
    'node_modules/a': { version: '1.0.0' },
    'node_modules/@scope/b': { version: '2.0.0' },
    'node_modules/a/node_modules/@scope/b': { version: '1.5.0' },
  },
}
const a = { path: 'node_modules/a', name: 'a', version: '1.0.0' }
const b = { path: 'node_modules/@scope/b', name: '@scope/b', version: '2.0.0' }
const nested = { path: 'node_modules/a/node_modules/@scope/b', name: '@scope/b', version: '1.5.0' }
const date = new Date('2026-11-21T10:00:00Z')

function printed(...refs: readonly string[]): Bom {
  const component = (ref: string) => {
    const at = ref.lastIndexOf('@')
    return { 'bom-ref': ref, name: ref.slice(0, at), version: ref.slice(at + 1), purl: `pkg:npm/${ref}` }
  }
  return {
    bomFormat: 'CycloneDX',
    serialNumber: 'urn:uuid:00000000-0000-4000-8000-000000000000',
    metadata: { timestamp: 'now', component: { ...component('keyferry@0.1.0'), name: 'folder' } },
    components: refs.map(component),
    dependencies: ['keyferry@0.1.0', ...refs].map((ref) => ({ ref, dependsOn: [...refs] })),
  }
}

test.for([
  ['a file of ours', ['../src/main.ts', 'src/template/worker.ts'], []],
  ['a file of a package, from wherever the bundle lies', ['../../tmp/x/node_modules/a/lib/x.js'], [a]],
  ['two files of one package', ['node_modules/a/x.js', 'node_modules/a/lib/y.js'], [a]],
  ['a package with a scope', ['node_modules/@scope/b/x.js'], [b]],
  ['a package inside another', ['node_modules/a/node_modules/@scope/b/x.js'], [nested]],
] as const)('packagesOf() for %s', ([, sources, expected]) => {
  expect(packagesOf(sources, lock)).toEqual(expected)
})

test('packagesOf() refuses a package that the lock file does not know', () => {
  expect(() => packagesOf(['node_modules/stranger/x.js'], lock)).toThrow('node_modules/stranger')
})

test('shippedBom() keeps what ships, sorted, and no dependency on anything else', () => {
  const bom = shippedBom(printed('tool@9.0.0', 'a@1.0.0', '@scope/b@2.0.0', '@scope/b@1.5.0'), [b, a], date)

  expect(bom.components.map((it) => it['bom-ref'])).toEqual(['@scope/b@2.0.0', 'a@1.0.0'])
  expect(bom.dependencies).toEqual(
    ['@scope/b@2.0.0', 'a@1.0.0', 'keyferry@0.1.0'].map((ref) => ({
      ref,
      dependsOn: ['@scope/b@2.0.0', 'a@1.0.0'],
    })),
  )
})

test('shippedBom() refuses a list that lacks a package of the bundle', () => {
  expect(() => shippedBom(printed('a@1.0.0', '@scope/b@2.0.0'), [a, b, nested], date)).toThrow(
    "The bundle holds packages that npm's bill does not list: @scope/b@1.5.0",
  )
})

test('shippedBom() is the same for the same packages, whatever the order, the folder and the serial number', () => {
  const first = shippedBom(printed('a@1.0.0', '@scope/b@2.0.0'), [a, b], date)
  const { metadata, ...rest } = printed('@scope/b@2.0.0', 'tool@9.0.0', 'a@1.0.0')
  const elsewhere = { ...metadata, component: { ...metadata.component, name: 'src' } }

  const second = shippedBom({ ...rest, serialNumber: 'urn:uuid:other', metadata: elsewhere }, [b, a], date)

  expect(second).toEqual(first)
  expect(first.metadata).toMatchObject({
    timestamp: '2026-11-21T10:00:00.000Z',
    component: { name: 'keyferry' },
  })
  expect(first['serialNumber']).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

test('shippedBom() gives other packages another serial number', () => {
  const list = printed('a@1.0.0', '@scope/b@2.0.0')

  expect(shippedBom(list, [a], date)['serialNumber']).not.toBe(shippedBom(list, [b], date)['serialNumber'])
})
