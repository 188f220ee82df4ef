import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { rows } from '../../hack/generate/dashboard/rows.ts'
import { dashboardFile } from '../../hack/generate/dashboard.ts'
import { type Helm, helms, renderObjects } from '../chart/render.ts'
import { type AlertCase, alertCases } from '../manager/alert-cases.ts'
import { type AlertRule, alertRules, alertsFile, metricsIn } from '../manager/alert-rules.ts'
import { findPrometheus, missingPrometheus } from '../partners/prometheus-programs.ts'

const missing = await missingPrometheus()
const rules = await alertRules()
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-alerts-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

/** What promtool says; its exit code is an error. */
async function promtool(...args: readonly string[]): Promise<string> {
  const programs = await findPrometheus()
  try {
    const { stdout, stderr } = await promisify(execFile)(programs?.promtool ?? '', [...args])
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return `FAILED\n${stdout}${stderr}`
  }
}

/** Runs promtool's unit tests over the rules. */
async function tested(name: string, ...tests: readonly object[]): Promise<string> {
  const file = join(directory, `${name}.yaml`)
  await writeFile(file, stringify({ rule_files: [alertsFile], evaluation_interval: '1m', tests }))
  return promtool('test', 'rules', file)
}

interface Placed {
  readonly id: number
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
}

/** The one object of a kind that the chart makes with these values of `metrics`. */
async function rendered(helm: Helm, kind: string, metrics: object): Promise<Record<string, unknown>> {
  const objects = (await renderObjects(helm, { metrics })) as readonly object[] as Record<string, unknown>[]
  const [found, ...more] = objects.filter((it) => it['kind'] === kind)
  expect(more).toEqual([])
  return found ?? {}
}

const seriesOf = (series: AlertCase['quiet']) =>
  Object.entries(series).map(([name, values]) => ({ series: name, values }))

describe.skipIf(missing !== undefined)('of alerts in Prometheus (promtool is needed)', () => {
  test('the file is one of rules', async () => {
    expect(await promtool('check', 'rules', alertsFile)).toContain(`SUCCESS: ${rules.length} rules found`)
  })

  test.each(alertCases)('$alert fires after its time', async ({ alert, fires }) => {
    const rule = rules.find((it) => it.alert === alert)
    const told = {
      exp_labels: { ...fires.labels, severity: rule?.labels['severity'] },
      exp_annotations: { summary: fires.summary, description: rule?.annotations['description'] },
    }
    const at = (minute: number, ...alerts: readonly object[]) => ({
      eval_time: `${minute}m`,
      alertname: alert,
      exp_alerts: alerts,
    })

    const words = await tested(alert, {
      interval: '1m',
      input_series: seriesOf(fires.series),
      alert_rule_test: [at(fires.silentAt), at(fires.at, told)],
    })

    expect(words).toContain('SUCCESS')
  })

  test.each(alertCases)('$alert is silent where all is well', async ({ alert, quiet }) => {
    const minutes = Array.from({ length: 60 }, (_, minute) => minute)

    const words = await tested(`${alert}-quiet`, {
      interval: '1m',
      input_series: seriesOf(quiet),
      alert_rule_test: minutes.map((it) => ({ eval_time: `${it}m`, alertname: alert, exp_alerts: [] })),
    })

    expect(words).toContain('SUCCESS')
  })
})

describe.each(helms)('%s', (helm) => {
  test('renders the rules, each with the link to its section', async () => {
    const prometheusRule = { enabled: true, runbookURL: 'https://runbooks.example.com/keyferry' }
    const rule = await rendered(helm, 'PrometheusRule', { prometheusRule })
    const { groups } = rule['spec'] as { groups: { rules: AlertRule[] }[] }

    expect(groups.flatMap((it) => it.rules)).toEqual(
      rules.map((it) => {
        const link = `https://runbooks.example.com/keyferry#${it.alert.toLowerCase()}`
        return { ...it, annotations: { ...it.annotations, runbook_url: link } }
      }),
    )
  })

  test('renders the dashboard as it was generated', async () => {
    const map = await rendered(helm, 'ConfigMap', { dashboard: { enabled: true } })

    expect(map['data']).toEqual({ 'keyferry.json': dashboardFile().text.trimEnd().concat('\n') })
    expect(map['metadata']).toMatchObject({ labels: { grafana_dashboard: '1' } })
  })

  test('renders neither unless asked', async () => {
    const kinds = (await renderObjects(helm, {})).map((it) => it['kind' as keyof typeof it])

    expect(kinds).toContain('Deployment')
    expect(kinds).not.toContain('PrometheusRule')
    expect(kinds).not.toContain('ConfigMap')
  })
})

test('the dashboard has an id for each panel, and none covers another', () => {
  const { panels } = JSON.parse(dashboardFile().text) as { panels: Placed[] }
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
  )

  expect(panels.length).toBeGreaterThan(40)
  expect(new Set(panels.map((it) => it.id)).size).toBe(panels.length)
  expect(new Set(cells).size).toBe(cells.length)
  expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
})

test('every alert has a case above, and a section of its own in the page of alerts', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8')
  const sections = [...page.matchAll(/^## (Keyferry\w+)$/gm)].map(([, name]) => name)
  const names = rules.map((it) => it.alert)

  expect(alertCases.map((it) => it.alert)).toEqual(names)
  expect(sections).toEqual(names)
  expect(new Set(names).size).toBe(names.length)
})

test('every alert says how bad it is and what it means', () => {
  const odd = rules.filter(({ labels, annotations }) => {
    const names = [...Object.keys(labels), ...Object.keys(annotations)].join(' ')
    const isGraded = /^(critical|warning)$/.test(labels['severity'] ?? '')
    // What an alert is about stands in its summary; the description is the same for all.
    return names !== 'severity summary description' || !isGraded || annotations['description']?.includes('{{')
  })

  expect(odd).toEqual([])
})

test('every metric that an alert or the dashboard asks for is one that the manager serves', async () => {
  const pages = ['docs/metrics.md', 'docs/issuer.md'].map((it) =>
    readFile(join(import.meta.dirname, '../..', it), 'utf8'),
  )
  const told = new Set(
    (await Promise.all(pages)).flatMap((text) => [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, it]) => it)),
  )
  const queries = rows.flatMap((row) => row.panels.flatMap((panel) => panel.queries))
  const asked = new Set([...rules, ...queries].flatMap(({ expr }) => metricsIn(expr)))
  // Those of Node.js are the library's; test/e2e/watching.test.ts has an answer to each query.
  const ours = [...asked].filter((it) => !/^(process|nodejs)_/.test(it))

  expect(ours.length).toBeGreaterThan(40)
  expect(ours.filter((it) => !told.has(it))).toEqual([])
})
