import { beforeEach, describe, expect, test } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'

let bench: ReconcileBench

beforeEach(() => {
  bench = new ReconcileBench()
})

const templates = (text: string) => bench.secrets.putConfigMap('shop', 'templates', { url: text })
const fromConfigMap = (extra: object = {}) =>
  bench.change({
    ...extra,
    target: { template: { templateFrom: [{ configMap: { name: 'templates', items: [{ key: 'url' }] } }] } },
  })

describe('a template', () => {
  test('makes the Secret, with its type', async () => {
    bench.change({
      target: {
        template: { type: 'kubernetes.io/basic-auth', data: { username: 'x', password: '{{ .password }}' } },
      },
    })

    await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([
      ['username', 'x'],
      ['password', 'canary-1'],
    ])
    expect(bench.secrets.get('shop/db')?.type).toBe('kubernetes.io/basic-auth')
  })

  test('that breaks keeps the last good Secret, and says where', async () => {
    bench.change({ target: { template: { data: { url: 'x://{{ .password }}' } } } })
    await bench.sync()
    bench.change({ target: { template: { data: { url: '{{ .pasword }}' } } } })

    await expect(bench.reconcile()).rejects.toMatchObject({
      reason: 'TemplateFailed',
      userMustAct: true,
      message: expect.stringContaining('spec.target.template.data["url"], line 1, column 4') as string,
    })
    expect(bench.dataOf('shop/db')).toEqual([['url', 'x://canary-1']])
  })
})

describe('a template of a ConfigMap', () => {
  test('that changes is rendered anew, though nothing else changed', async () => {
    templates('old {{ .password }}')
    fromConfigMap()
    await bench.sync()
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })

    templates('new {{ .password }}')
    await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['url', 'new canary-1']])
    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('that changed while no manager ran is rendered anew after the restart', async () => {
    templates('old')
    fromConfigMap()
    await bench.sync()
    const restarted = { ...bench.ports, memories: new Map() }
    expect(await bench.reconcile(bench.object, restarted)).toMatchObject({ kind: 'resting' })

    templates('new')

    expect(await bench.reconcile(bench.object, restarted)).toMatchObject({ kind: 'done' })
    expect(bench.dataOf('shop/db')).toEqual([['url', 'new']])
  })

  test.each([{ refreshInterval: '0' }, { refreshPolicy: 'OnChange' }])(
    'is as good as the spec with %j',
    async (extra) => {
      templates('old')
      fromConfigMap(extra)
      await bench.sync()

      templates('new')
      await bench.sync()

      expect(bench.dataOf('shop/db')).toEqual([['url', 'new']])
    },
  )

  test('that changes does nothing to what is created once', async () => {
    templates('old')
    fromConfigMap({ refreshPolicy: 'CreatedOnce' })
    await bench.sync()

    templates('new')

    expect(await bench.reconcile()).toMatchObject({ kind: 'resting' })
  })

  test('that is missing says what to do, and is rendered once it is there', async () => {
    fromConfigMap()
    await expect(bench.reconcile()).rejects.toMatchObject({ reason: 'NotFound', userMustAct: true })

    templates('here')
    await bench.sync()

    expect(bench.dataOf('shop/db')).toEqual([['url', 'here']])
  })
})

test('a Secret that is written is no source of its own templates', async () => {
  bench.change({
    target: { template: { templateFrom: [{ secret: { name: 'db', items: [{ key: 'url' }] } }] } },
  })

  await expect(bench.reconcile()).rejects.toMatchObject({
    reason: 'InvalidSpec',
    message: expect.stringContaining('spec.target.template.templateFrom[0].secret.name') as string,
  })
})
