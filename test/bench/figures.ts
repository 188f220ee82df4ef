import { readFile } from 'node:fs/promises'

/** What a process used so far, as Linux counts it. */
export interface ProcessFigures {
  readonly cpuSeconds: number
  /** High-water mark of resident memory, in 2^20 bytes. */
  readonly peakRssMb: number
  readonly rssMb: number
}

/** Reads /proc: user and system time in clock ticks of 10 ms, and resident memory. */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    peakRssMb: megabytes('VmHWM'),
    rssMb: megabytes('VmRSS'),
  }
}

/** The value below which a part of all values lies, by the nearest rank; 0 for none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

/** By how much y grows for each x, by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (pick: 0 | 1) => points.reduce((sum, it) => sum + it[pick], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const both = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return both / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

/** Two digits behind the point. */
export function round(value: number): number {
  return Number(value.toFixed(2))
}
