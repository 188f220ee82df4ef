// npm run fuzz:template -- [--minutes 15] [--seed 1] [--count 2000]
// Compares our template engine with ESO's own on generated cases, with fresh seeds, for a given time. What differs is
// made small and added to test/template/corpus/found.json; the exit status is then 1.
import { parseArgs } from 'node:util'
import { keyCases } from '../test/template/arbitrary-keys.ts'
import { type Difference, describe } from '../test/template/compare.ts'
import { addToCorpus } from '../test/template/corpus.ts'
import { type Findings, findDifferences } from '../test/template/find-differences.ts'
import { startGoEngine } from '../test/template/go-engine.ts'
import { makeKeyMaterial } from '../test/template/key-material.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    count: { type: 'string', default: '2000' },
  },
})
const count = Number(values.count)
const started = Date.now()
const ends = started + Number(values.minutes) * 60_000
const totals = { seeds: 0, compared: 0, limited: 0, deliberate: 0, different: 0 }
const found = new Map<string, Difference>()
const say = (line: string) => process.stderr.write(`${line}\n`)

await using engine = await startGoEngine(say)
const keys = keyCases(await makeKeyMaterial(engine))
for (let seed = Number(values.seed); Date.now() < ends || totals.seeds === 0; seed++) await fuzz(seed)
report()
process.exitCode = totals.different > 0 ? 1 : 0

async function fuzz(seed: number): Promise<void> {
  await take(seed, await findDifferences(engine, { seed, count }))
  await take(seed, await findDifferences(engine, { seed, count: count / 20, from: keys }))
  totals.seeds++
  if (totals.seeds % 10 === 1) say(progress(seed))
}

async function take(seed: number, findings: Findings): Promise<void> {
  totals.compared += findings.compared
  totals.limited += findings.limited
  totals.different += findings.different
  for (const it of Object.values(findings.deliberate)) totals.deliberate += it
  await keep(seed, findings.differences)
}

async function keep(seed: number, differences: readonly Difference[]): Promise<void> {
  for (const it of differences) {
    if (found.has(describe(it))) continue
    found.set(describe(it), it)
    say(`seed ${seed}\n${describe(it)}\n`)
  }
  // Keys are made anew in each run; their cases are for the eye only.
  const kept = differences
    .filter((it) => !describe(it).includes('-----BEGIN'))
    .map((it) => ({ ...it.case, name: `the fuzzer found this with seed ${seed}` }))
  if (kept.length > 0) await addToCorpus('found.json', kept)
}

function progress(seed: number): string {
  const seconds = Math.round((Date.now() - started) / 1000)
  return `${seconds} s, seed ${seed}: ${totals.compared} cases compared, ${totals.different} differ`
}

function report(): void {
  console.table({
    ...totals,
    'different kinds': found.size,
    seconds: Math.round((Date.now() - started) / 1000),
  })
}
