import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { helms, runHelm } from '../chart/render.ts'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'

const run = promisify(execFile)

test("helm-unittest finds the chart's own specs to hold", async () => {
  const suites = (await readdir(join(chart, 'tests'))).filter((it) => it.endsWith('_test.yaml')).length
  const { stdout } = await run(await findProgram('helm-unittest'), [chart]).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout)
    },
  )

  expect(stdout).toContain(`Test Suites: ${suites} passed, ${suites} total`)
  expect(stdout).toMatch(/Tests: {7}\d+ passed, \d+ total/)
})

test.each(helms)('%s packs what an installer needs, and no specs', async (helm) => {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-package-'))
  await runHelm(helm, 'package', chart, '--destination', directory)
  const [archive = ''] = await readdir(directory)
  const { stdout } = await run('tar', ['-tzf', join(directory, archive)])
  const files = stdout.trim().split('\n')

  expect(archive).toBe('keyferry-0.1.0.tgz')
  expect(files).toContain('keyferry/values.schema.json')
  expect(files).toContain('keyferry/templates/tests/check.yaml')
  expect(files.filter((it) => it.startsWith('keyferry/files/crds/'))).toHaveLength(5)
  expect(files.filter((it) => /^keyferry\/tests\/|gotmpl$/.test(it))).toEqual([])
  await rm(directory, { recursive: true })
})
