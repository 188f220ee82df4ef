import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { get } from '../../src/json/get.ts'
import { plainText } from '../../src/json/plain-text.ts'
import { jsonIn } from '../../src/json/text.ts'
import { findProgram } from '../cluster/binaries.ts'
import { type Question, question } from '../json/arbitrary.ts'

const cases = 5_000
const seed = 20_261_121

let gjson: string

beforeAll(async () => {
  gjson = await findProgram('gjson')
})

/** What gjson finds, a text for each question; undefined where it finds nothing. */
function foundByGjson(questions: readonly Question[]): (string | undefined)[] {
  const input = questions.map((it) => `${JSON.stringify(it)}\n`).join('')
  const { stdout } = spawnSync(gjson, { input, maxBuffer: 256 * 1024 * 1024, timeout: 60_000 })
  const lines = stdout.toString().trimEnd().split('\n')
  return lines.map((line) => {
    const { exists, text } = JSON.parse(line) as { exists: boolean; text: string | null }
    return exists ? Buffer.from(text ?? '', 'base64').toString() : undefined
  })
}

function foundByUs({ json, path }: Question): string | undefined {
  const found = get(jsonIn(json) ?? '', path)
  return found === '' ? undefined : plainText(found)
}

test(`the GJSON paths of ${cases} generated questions find what gjson finds`, () => {
  const questions = fc.sample(question, { numRuns: cases, seed })
  const theirs = foundByGjson(questions)

  const different = questions.flatMap((it, index) => {
    const [ours, expected] = [foundByUs(it), theirs[index]]
    return ours === expected ? [] : [{ ...it, ours, gjson: expected }]
  })

  expect(theirs).toHaveLength(cases)
  expect(theirs.filter((it) => it !== undefined).length).toBeGreaterThan(cases / 5)
  expect(different).toEqual([])
})
