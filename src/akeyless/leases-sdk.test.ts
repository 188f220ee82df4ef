import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { extendBody } from './lease-extend.ts'
import { DynamicItem, mintBody } from './lease-mint.ts'
import { revokeBody } from './lease-revoke.ts'
import { TmpUserData } from './tmp-creds.ts'

const modelFolder = join(dirname(createRequire(import.meta.url).resolve('akeyless')), 'model')
const operations = readFileSync(join(modelFolder, '../api/V2Api.js'), 'utf8')

/** The fields of a model of the npm SDK: what it sets on the prototype. */
function fieldsOf(model: string): readonly string[] {
  const source = readFileSync(join(modelFolder, `${model}.js`), 'utf8')
  const found = source.matchAll(new RegExp(`^${model}\\.prototype\\['([^']+)'\\]`, 'gm'))
  return [...found].map(([, field]) => field ?? '')
}

const lease = { item: '/a', id: 'tmp_x' }

test.each([
  ['get-dynamic-secret-value', 'GetDynamicSecretValue', mintBody('/a')],
  ['dynamic-secret-tmp-creds-Get', 'DynamicSecretTmpCredsGet', { name: '/a', json: false }],
  ['dynamic-secret-tmp-creds-update', 'DynamicSecretTmpCredsUpdate', extendBody(lease, 'h', 60)],
  ['dynamic-secret-tmp-creds-delete', 'DynamicSecretTmpCredsDelete', revokeBody(lease, 'h')],
])('the npm SDK knows the path /%s and all fields that we send', (command, model, body) => {
  expect(operations).toContain(`callApi('/${command}','POST'`)
  expect(fieldsOf(model)).toEqual(expect.arrayContaining(Object.keys({ ...body, token: 't' })))
})

const info = DynamicItem.shape.item_general_info

test.each([
  ['TmpUserData', TmpUserData],
  ['Item', DynamicItem],
  ['ItemGeneralInfo', info],
  ['DynamicSecretProducerInfo', info.shape.dynamic_secret_producer_details],
])('the npm SDK knows the fields of %s that we read', (model, schema) => {
  expect(fieldsOf(model)).toEqual(expect.arrayContaining(Object.keys(schema.shape)))
})
