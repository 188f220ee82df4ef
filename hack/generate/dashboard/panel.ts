/** A question to Prometheus; `$job` and `$namespace` are the choices at the top of the dashboard. */
export interface Query {
  readonly expr: string
  /** The name of each series: `{{reason}}`. */
  readonly legend: string
  /** Why it may have no answer though all is well; absent where it always has one. */
  readonly emptyWhen?: string
}

export interface Panel {
  readonly title: string
  /** What it shows, and when to worry. */
  readonly description: string
  readonly kind: 'number' | 'lines' | 'stack'
  /** As Grafana calls it: `short`, `s`, `ops`, `percentunit`, `bytes`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** Above this a number is red. */
  readonly redAbove?: number
}

export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** Series of the jobs that were chosen at the top. */
export const of = 'job=~"$job"'

/** Why a panel of failures may be empty. */
export const noFailure = 'nothing failed'

/** A panel of one query. */
export function one(expr: string, legend = '', emptyWhen?: string): readonly Query[] {
  return [{ expr, legend, ...(emptyWhen === undefined ? {} : { emptyWhen }) }]
}

/** The median and the 99th percentile of a histogram, by one label. */
export function quantiles(by: string, metric: string): readonly Query[] {
  return [0.5, 0.99].map((q) => ({ expr: quantile(q, by, metric), legend: `p${q * 100} {{${by}}}` }))
}

function quantile(q: number, by: string, metric: string): string {
  return `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${of}}[$__rate_interval])))`
}

/** So many a second, by labels; `only` narrows the series, as in `, result="error"`. */
export function rate(by: string, metric: string, only = ''): string {
  return `sum by (${by}) (rate(${metric}{${of}${only}}[$__rate_interval]))`
}

/** The sum by labels. */
export function total(by: string, metric: string, only = ''): string {
  return `sum by (${by}) (${metric}{${of}${only}})`
}

/** One number, 0 where there is no series. */
export function number(metric: string, only = ''): string {
  return `sum(${metric}{${of}${only}}) or vector(0)`
}

/** How many came within the last hour. */
export function increased(metric: string): string {
  return `sum(increase(${metric}{${of}}[1h])) or vector(0)`
}
