import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { eventually } from '../manager/eventually.ts'
import type { ManagerProcess } from '../manager/manager-process.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World
let manager: ManagerProcess

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  manager = scene.manager
  const fake = { data: [{ key: '/a', value: 'canary-value' }] }
  await world.apply({
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace: world.namespace, name: 'fake' },
    spec: { controller: world.controllerClass, provider: { fake } },
  })
})

afterAll(() => scene?.[Symbol.asyncDispose]())

const templated = (name: string, text: string) =>
  world.externalSecret(
    name,
    {
      data: [{ secretKey: 'a', remoteRef: { key: '/a' } }],
      target: { template: { data: { k: text } } },
    },
    { name: 'fake' },
  )

const hostile: Readonly<Record<string, string>> = {
  repeat: '{{ repeat 100000 (repeat 100000 .a) }}',
  doubling: '{{ $x := .a }}{{ range until 64 }}{{ $x = print $x $x }}{{ end }}',
  printf: '{{ range until 1000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}',
  recursion: '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  fork: '{{ define "a" }}{{ template "a" . }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  ranges: '{{ range until 10000 }}{{ range until 10000 }}{{ $x := 1 }}{{ end }}{{ end }}',
  regex: '{{ range until 1000 }}{{ $x := regexMatch "(x+x+)+y" (repeat 100000 "x") }}{{ end }}',
  pattern: '{{ regexMatch "(((a{1,1000}){1,1000}){1,1000})" .a }}',
  'map-in-itself': '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}',
  constructor: '{{ .constructor.constructor }}',
  proto: '{{ .__proto__.polluted }}',
  'set-proto': '{{ $d := dict }}{{ $_ := set $d "__proto__" "x" }}{{ $d.polluted }}',
  bcrypt: '{{ range until 64 }}{{ $x := htpasswd "a" $.a }}{{ end }}{{ bcrypt .a | repeat 1000 | fail }}',
  keys: '{{ range until 1000 }}{{ $x := genPrivateKey "rsa" }}{{ end }}',
}

test('S21, S26: hostile templates end in TemplateFailed, and the manager goes on meanwhile', {
  timeout: 240_000,
}, async () => {
  let isOver = false
  const probes = watchProbes(() => isOver)

  await world.apply(...Object.entries(hostile).map(([name, text]) => templated(`hostile-${name}`, text)))
  await world.apply(templated('peaceful', 'x{{ .a }}'))
  await eventually(
    'another one syncs',
    async () => (await world.secret('peaceful'))?.['k'] === 'xcanary-value',
    3 * 5000,
  )
  for (const name of Object.keys(hostile)) {
    const seen = await world.reason(
      'externalsecret',
      `hostile-${name}`,
      'TemplateFailed',
      'Ready',
      3 * 30_000,
    )
    expect(JSON.stringify(seen.status)).not.toContain('canary-value')
    expect(await world.secret(`hostile-${name}`)).toBeUndefined()
  }

  isOver = true
  expect(await probes).toEqual([])
  expect(await manager.metric('process_resident_memory_bytes')).toBeLessThan(3 * 300 * 1024 * 1024)
})

/** Asks both probes all the time; gives every answer that was not 200 within a second. */
async function watchProbes(isOver: () => boolean): Promise<string[]> {
  const bad: string[] = []
  while (!isOver()) {
    for (const path of ['/healthz', '/readyz']) {
      const status = await fetch(`${manager.probeUrl}${path}`, { signal: AbortSignal.timeout(3000) })
        .then((it) => it.status)
        .catch((error: unknown) => String(error))
      if (status !== 200) bad.push(`${path}: ${status}`)
    }
    await sleep(20)
  }
  return bad
}
