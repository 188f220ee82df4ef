const times: { readonly stage: string; readonly ms: number }[] = []

/** Runs a stage and notes how long it took. */
export async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  times.push({ stage, ms: performance.now() - started })
  return result
}

/** Tells each stage's time in a line. */
export function tellTimes(say: (line: string) => void): void {
  for (const { stage, ms } of times) say(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${stage}`)
}
