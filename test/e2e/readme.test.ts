// The README's own commands, in its order. Without a node the manager is a process, and what needs pods is left out.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { whyNoImage } from '../image/debian.ts'
import { whyNoNode } from '../node/requirements.ts'
import { blocksOf, testedBlocks } from '../readme/blocks.ts'
import { type NodeStage, startNodeStage } from '../readme/node-stage.ts'
import { type ProcessStage, startProcessStage } from '../readme/process-stage.ts'

const say = (line: string) => process.stderr.write(`${line}\n`)
const reason = (await whyNoNode(say)) ?? (await whyNoImage())
const place = reason === undefined ? 'on a real node' : `without pods (no node on this machine: ${reason})`
const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')

/** Three times the README's promise. */
const deadlineSeconds = 270

test(`the commands of the README work one after the other ${place}`, async () => {
  await using stage = reason === undefined ? await startNodeStage() : await startProcessStage()
  const { secondsUntil, printed } = await runAll(stage)

  say(`  README, ${place}, seconds after the beginning of helm install:`)
  for (const [it, seconds] of secondsUntil) say(`  ${seconds.toFixed(1).padStart(6)} s  ${it}`)
  expect([...secondsUntil.keys()]).toEqual(stage.hasPods ? milestones : milestones.filter(needsNoPods))
  expect(secondsUntil.get('externalsecret/greetings')).toBeLessThan(deadlineSeconds)
  expect(secondsUntil.get('certificate/shop')).toBeLessThan(deadlineSeconds)
  expect(printed).toContain('\nhello')

  const left = await stage.run('kubectl get crd -o name; kubectl -n shop get secret -o name')
  expect(left.match(/external-(secrets|issuer)\.io$/gm)).toHaveLength(5)
  expect(left).toContain('secret/greetings')
  expect(left).toContain('secret/shop-tls')
  expect(left.includes('secret/shop-database')).toBe(stage.hasPods)
})

/** Words of the blocks whose end is noted. */
const milestones: readonly string[] = [
  'helm install keyferry',
  'externalsecret/greetings',
  'certificate/shop',
  'externalsecret/shop-database',
  'helm upgrade keyferry',
  'helm uninstall keyferry',
]

function needsNoPods(milestone: string): boolean {
  return milestone !== 'externalsecret/shop-database'
}

/** Runs the blocks; gives the seconds from the beginning of the first to the end of each milestone. */
async function runAll(stage: NodeStage | ProcessStage) {
  const begin = performance.now()
  const secondsUntil = new Map<string, number>()
  let printed = ''
  for (const { text } of testedBlocks(readme, stage.hasPods)) {
    if (stage.hasPods && text.includes('akeyless.yaml')) await prepareAkeyless(stage)
    printed += await stage.run(text)
    if (!stage.hasPods && text.includes('helm install')) await stage.startManager()
    for (const it of milestones)
      if (text.includes(it)) secondsUntil.set(it, (performance.now() - begin) / 1000)
  }
  return { secondsUntil, printed }
}

/** Does what the README asks for: an item, the manifests with a Gateway that is there, and its CA. */
async function prepareAkeyless(stage: NodeStage): Promise<void> {
  const { akeyless } = stage
  await akeyless.put('/prod/shop/database-password', 'from-akeyless')
  const [manifests] = blocksOf(readme).filter((it) => it.words.includes('akeyless.yaml'))
  const edited = (manifests?.text ?? '')
    .replace('https://gateway.example.com:8000/api/v2', akeyless.url)
    .replace('p-1a2b3c4d5e6f', akeyless.accessId)
    .replace('my-cluster', akeyless.config)
    .replace('# caProvider:', 'caProvider:')
  await stage.write('akeyless.yaml', edited)
  await stage.write('ca.crt', akeyless.caPem)
  await stage.run('kubectl -n shop create configmap gateway-ca --from-file=ca.crt')
}
