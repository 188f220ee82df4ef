import { describe, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { SecretTemplate } from '../api/externalsecret-target.ts'
import { type ReadSource, templateJobsOf } from './template-jobs.ts'

const object = { metadata: { namespace: 'shop', name: 'db' }, spec: {} } as ExternalSecret

function reading(
  objects: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>,
  asked: string[] = [],
): ReadSource {
  return ({ kind, name }) => {
    asked.push(`${kind}/${name}`)
    const texts = objects[`${kind}/${name}`]
    const entries = Object.entries(texts ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const)
    return Promise.resolve(texts === undefined ? undefined : new Map(entries))
  }
}

const jobsOf = (template: SecretTemplate, read: ReadSource = reading({})) =>
  templateJobsOf(object, template, read)
const from = (entry: object): SecretTemplate => ({ templateFrom: [entry] })
const configMap = (...items: { key: string; templateAs?: 'Values' | 'KeysAndValues' }[]) => ({
  configMap: { name: 'templates', items },
})

describe('the templates of an ExternalSecret', () => {
  test('come from templateFrom first, then from data, labels and annotations', async () => {
    const jobs = await jobsOf(
      {
        data: { 'tls.crt': '1' },
        metadata: { labels: { team: '2' }, annotations: { note: '3' } },
        templateFrom: [
          { literal: '4', target: 'LABELS' },
          { secret: { name: 's', items: [{ key: 'k' }] }, literal: '5', target: 'annotations' },
        ],
      },
      reading({ 'Secret/s': { k: '6' } }),
    )

    expect(jobs.map(({ part, key, template }) => [template.name, template.text, part, key])).toEqual([
      ['spec.target.template.templateFrom[0].literal', '4', 'labels', undefined],
      ['key "k" of Secret shop/s', '6', 'annotations', 'k'],
      ['spec.target.template.templateFrom[1].literal', '5', 'annotations', undefined],
      ['spec.target.template.data["tls.crt"]', '1', 'data', 'tls.crt'],
      ['spec.target.template.metadata.labels["team"]', '2', 'labels', 'team'],
      ['spec.target.template.metadata.annotations["note"]', '3', 'annotations', 'note'],
    ])
  })

  test('say what they give and how it is decoded', async () => {
    const read = reading({ 'ConfigMap/templates': { a: 'x', b: 'y' } })
    const entry = configMap({ key: 'a', templateAs: 'Values' }, { key: 'b', templateAs: 'KeysAndValues' })

    const jobs = await jobsOf(from({ ...entry, valuesDecodingStrategy: 'Base64' }), read)

    expect(jobs.map((it) => [it.key, it.part, it.decoding])).toEqual([
      ['a', 'data', 'Base64'],
      [undefined, 'data', 'Base64'],
    ])
  })

  test('are read once from each object, however many entries name it', async () => {
    const asked: string[] = []
    const read = reading({ 'ConfigMap/templates': { a: 'x' } }, asked)

    await jobsOf({ templateFrom: [configMap({ key: 'a' }), configMap({ key: 'a' })] }, read)

    expect(asked).toEqual(['ConfigMap/templates'])
  })
})

describe('a template that is not there', () => {
  test('in an object that is not there says what to do', async () => {
    await expect(jobsOf(from(configMap({ key: 'a' })))).rejects.toMatchObject({
      reason: 'NotFound',
      userMustAct: true,
      message:
        'Cannot use spec.target.template.templateFrom[0].configMap: there is no ConfigMap shop/templates; create it or correct the name',
    })
  })

  test.each(['b', 'constructor', '__proto__'])('under the key %s says so', async (key) => {
    const read = reading({ 'ConfigMap/templates': { a: 'x' } })

    await expect(jobsOf(from(configMap({ key: 'a' }, { key })), read)).rejects.toMatchObject({
      reason: 'NotFound',
      message: `Cannot use spec.target.template.templateFrom[0].configMap.items[1]: ConfigMap shop/templates has no key "${key}"; add it or correct the key`,
    })
  })

  test('as text is refused without showing it', async () => {
    const read = reading({ 'Secret/s': { k: Uint8Array.of(0xff, 0x41) } })

    await expect(jobsOf(from({ secret: { name: 's', items: [{ key: 'k' }] } }), read)).rejects.toMatchObject({
      reason: 'TemplateFailed',
      message: 'Cannot render key "k" of Secret shop/s: the template is not UTF-8',
    })
  })
})
