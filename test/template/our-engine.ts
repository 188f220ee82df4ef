import { TemplateError } from '../../src/template/error.ts'
import { render } from '../../src/template/render.ts'
import { type Case, type Outcome, toBytes } from './case.ts'

/** What our engine makes of a case, as ESO would: its limits are told apart from other errors. */
export async function renderOurs(it: Case): Promise<Outcome> {
  const data = new Map(Object.entries(it.data).map(([key, value]) => [key, toBytes(value)]))
  const template = { name: 't', text: toBytes(it.template).toString('utf8') }
  try {
    const options = { data, compat: 'eso', nowMs: Date.now() } as const
    const [bytes = new Uint8Array()] = await render([template], {
      ...options,
      ...(it.delimiters === undefined ? {} : { delimiters: it.delimiters }),
    })
    return { kind: 'output', bytes: Buffer.from(bytes) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { kind: limitWords.test(error.message) ? 'limit' : 'error', message: error.message }
  }
}

/** The messages of the budget, the interpreter's depth and the result's length. */
const limitWords = /takes more than|makes more than|nests too deeply|longer than/
