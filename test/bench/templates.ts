// node test/bench/templates.ts [--count 1000] [--rounds 20]
// Renders typical templates in our engine and in ESO's own, in the same run; parsing is part of both. Prints one JSON
// object: milliseconds for all of them once, and the ratio.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { render } from '../../src/template/render.ts'
import { type Case, toBytes } from '../template/case.ts'
import { compare } from '../template/compare.ts'
import { startGoEngine } from '../template/go-engine.ts'
import { typicalCases } from './typical-templates.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '20' } },
})
const rounds = Number(values.rounds)
await using engine = await startGoEngine((line) => process.stderr.write(`${line}\n`))
const made = await engine.render({
  name: 'certificate',
  template: '{{ with genSelfSignedCert "a.test" nil nil 1 }}{{ .Cert }}{{ .Key }}{{ end }}',
  data: {},
})
if (made.kind !== 'output') throw new Error(`there is no certificate: ${made.message}`)
const cases = typicalCases(Number(values.count), made.bytes.toString())

const results = await Promise.all(cases.map((it) => compare(it, engine)))
const equal = results.filter((it) => it.kind === 'equal').length
const cold = await millisecondsOf(1, 'cold')
await millisecondsOf(5, 'warm')
const ours = await millisecondsOf(rounds, 'timed')
const known = await millisecondsOf(rounds, undefined)
await engine.bench(cases, 2)
const theirs = (await engine.bench(cases, rounds)) / rounds
const theirsKnown = (await engine.bench(cases, rounds, true)) / rounds

console.log(
  JSON.stringify(
    {
      templates: cases.length,
      rounds,
      equal,
      oursMs: rounded(ours),
      goMs: rounded(theirs),
      ratio: rounded(ours / theirs),
      // Ours keeps parsed templates from one refresh to the next; ESO parses each time.
      parsedBefore: {
        oursMs: rounded(known),
        goMs: rounded(theirsKnown),
        ratio: rounded(known / theirsKnown),
      },
      oursFirstRoundMs: rounded(cold),
      machine: { cores: availableParallelism() },
    },
    null,
    2,
  ),
)

/** One round's time; with a mark no template is known from before, for it is part of every name. */
async function millisecondsOf(times: number, mark: string | undefined): Promise<number> {
  const jobs = cases.map(jobOf)
  const started = performance.now()
  for (let round = 0; round < times; round++) {
    for (const { text, data } of jobs) {
      const name = mark === undefined ? 'known' : `${mark} ${round}`
      await render([{ name, text }], { data, compat: 'eso', nowMs: started })
    }
  }
  return (performance.now() - started) / times
}

function jobOf(it: Case): { text: string; data: ReadonlyMap<string, Uint8Array> } {
  const data = new Map(Object.entries(it.data).map(([key, value]) => [key, toBytes(value)]))
  return { text: toBytes(it.template).toString('utf8'), data }
}

function rounded(milliseconds: number): number {
  return Number(milliseconds.toFixed(2))
}
