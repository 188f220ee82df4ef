import { describe, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import { render } from '../template/render.ts'
import { compatOf } from './renderer.ts'
import { shapeBy } from './target-template.ts'

const values = new Map(
  Object.entries({ user: 'canary-user', bad: 'canary!' }).map(([key, text]) => [
    key,
    new Redacted<Uint8Array>(Buffer.from(text)),
  ]),
)

interface Given {
  readonly objects?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly annotations?: Readonly<Record<string, string>>
}

function shapeWith(template: object | undefined, { objects = {}, annotations = {} }: Given = {}) {
  const object = {
    metadata: { namespace: 'shop', name: 'db', labels: { own: 'label' }, annotations },
    spec: { target: template === undefined ? {} : { template } },
  } as unknown as ExternalSecret
  return shapeBy(object, values, {
    render,
    compat: compatOf(object),
    nowMs: Date.UTC(2026, 0, 1),
    signal: new AbortController().signal,
    read: ({ kind, name }) => {
      const texts = objects[`${kind}/${name}`]
      if (texts === undefined) return Promise.resolve(undefined)
      return Promise.resolve(new Map(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)])))
    },
  })
}

async function dataWith(template: object, given: Given = {}) {
  const { data } = await shapeWith(template, given)
  return Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString()]))
}

async function failureWith(template: object, given: Given = {}): Promise<Failure> {
  const error = await shapeWith(template, given).catch((it: unknown) => it)
  if (!(error instanceof Failure)) throw error
  expect(error.message).not.toContain('canary')
  return error
}

const literal = (text: string, rest: object = {}) => ({ literal: text, ...rest })

describe('the data of the Secret', () => {
  test('is that of the templates alone', async () => {
    expect(await dataWith({ data: { url: 'x://{{ .user }}' } })).toEqual({ url: 'x://canary-user' })
  })

  test('has the values too with mergePolicy Merge, where a template wins', async () => {
    const template = { mergePolicy: 'Merge', data: { user: '{{ .user | upper }}' } }

    expect(await dataWith(template)).toEqual({ user: 'CANARY-USER', bad: 'canary!' })
  })

  test('is the values where a template makes metadata only', async () => {
    const shape = await shapeWith({ type: 'kubernetes.io/basic-auth', metadata: { labels: { a: 'b' } } })

    expect([...shape.data.keys()]).toEqual(['user', 'bad'])
    expect(shape).toMatchObject({ type: 'kubernetes.io/basic-auth', labels: { a: 'b' }, annotations: {} })
  })

  test('follows the order: values, then templateFrom in turn, then data', async () => {
    const template = {
      mergePolicy: 'Merge',
      templateFrom: [literal('user: one\na: one\nb: one'), literal('a: two\nb: two')],
      data: { b: 'three' },
    }

    expect(await dataWith(template)).toEqual({ user: 'one', bad: 'canary!', a: 'two', b: 'three' })
  })

  test('is decoded after it was rendered, keys left alone', async () => {
    const templateFrom = [literal('{{ .user }}: {{ .user | b64enc }}', { valuesDecodingStrategy: 'Base64' })]

    expect(await dataWith({ templateFrom })).toEqual({ 'canary-user': 'canary-user' })
  })
})

describe('labels and annotations', () => {
  test('are those of the template, and none of the ExternalSecret', async () => {
    const metadata = {
      labels: { team: '{{ .user }}' },
      annotations: { note: '{{ .bad }}' },
      finalizers: ['a.b/c'],
    }
    const shape = await shapeWith({ metadata }, { annotations: { mine: 'x' } })

    expect(shape).toMatchObject({
      labels: { team: 'canary-user' },
      annotations: { note: 'canary!' },
      finalizers: ['a.b/c'],
    })
    expect(shape.labels).not.toHaveProperty('own')
    expect(shape.annotations).not.toHaveProperty('mine')
  })

  test('are those of the ExternalSecret without a template', async () => {
    expect(await shapeWith(undefined)).toMatchObject({ labels: { own: 'label' } })
  })

  test('may come from templateFrom, and lose to those that are named', async () => {
    const templateFrom = [
      literal('a: one\nb: one', { target: 'LABELS' }),
      literal('note: {{ .bad }}', { target: 'annotations' }),
    ]
    const shape = await shapeWith({ templateFrom, metadata: { labels: { b: 'two' } } })

    expect(shape).toMatchObject({ labels: { a: 'one', b: 'two' }, annotations: { note: 'canary!' } })
    expect(shape.data.size).toBe(0)
  })
})

describe('a template that fails', () => {
  test('says where, and shows no value', async () => {
    expect(await failureWith({ data: { ok: 'x', 'tls.crt': 'a\n  {{ .bad | b64dec }}' } })).toMatchObject({
      reason: 'TemplateFailed',
      userMustAct: true,
      message: expect.stringMatching(
        /^Cannot render spec\.target\.template\.data\["tls\.crt"\], line 2, column \d+: /,
      ) as string,
    })
  })

  test('in a ConfigMap is named by it', async () => {
    const templateFrom = [{ configMap: { name: 'templates', items: [{ key: 'x' }] } }]

    const { message } = await failureWith(
      { templateFrom },
      { objects: { 'ConfigMap/templates': { x: '{{ .nope }}' } } },
    )

    expect(message).toContain('Cannot render key "x" of ConfigMap shop/templates, line 1, column 4: ')
    expect(message).toContain('nope')
  })

  test('in a Secret does not show its own text', async () => {
    const templateFrom = [{ secret: { name: 's', items: [{ key: 'x' }] } }]

    const { message } = await failureWith(
      { templateFrom },
      { objects: { 'Secret/s': { x: '{{ b64dec "canary!" }}' } } },
    )

    expect(message).toBe(
      'Cannot render key "x" of Secret shop/s, line 1, column 4: it fails there; keyferry render shows why',
    )
  })

  test.each([
    ['a result that is no map', { templateFrom: [literal('{{ .bad }}')] }, 'its result cannot be used'],
    [
      'a value that cannot be decoded',
      { templateFrom: [literal('a: "{{ .bad }}"', { valuesDecodingStrategy: 'Base64' })] },
      'its result is not Base64',
    ],
    [
      'a label that the API server refuses',
      { metadata: { labels: { team: '{{ .bad }}' } } },
      "a label's value must be",
    ],
    [
      'a key that a Secret cannot hold',
      { data: { 'a b': 'x' } },
      'spec.target.template.data["a b"]: a key of the Secret',
    ],
    [
      'a rendered key that a Secret cannot hold',
      { templateFrom: [literal('"{{ .bad }}": x')] },
      'a key of the Secret',
    ],
  ])('for %s', async (_, template, words) => {
    expect((await failureWith(template)).message).toContain(words)
  })

  test('for a bad input passes where the ExternalSecret asks for what ESO does', async () => {
    const given = { annotations: { 'keyferry.io/template-compat': 'eso' } }

    expect(await dataWith({ data: { a: '{{ .bad | b64dec }}' } }, given)).toHaveProperty('a')
  })
})

describe('S19: a ServiceAccount token Secret cannot be made', () => {
  const name = 'kubernetes.io/service-account.name'

  test.each([
    ['by its type', { type: 'kubernetes.io/service-account-token' }, 'InvalidSpec'],
    ['by an annotation', { metadata: { annotations: { [name]: 'default' } } }, 'TemplateFailed'],
    [
      'by a rendered annotation',
      { templateFrom: [literal(`${name}: default`, { target: 'Annotations' })] },
      'TemplateFailed',
    ],
    [
      'by the name of an annotation that is put together',
      {
        templateFrom: [
          literal('{{ "kubernetes.io" }}/service-account.name: default', { target: 'annotations' }),
        ],
      },
      'TemplateFailed',
    ],
  ])('%s', async (_, template, reason) => {
    expect(await failureWith(template)).toMatchObject({ reason, userMustAct: true })
  })
})
