let steps = 0

/** Begins a chapter of what the demo prints. */
export function step(title: string): void {
  steps += 1
  console.log(`\n${steps}. ${title}`)
}

/** One thing that happened. */
export function say(line: string): void {
  console.log(`   ${line}`)
}

/** Resolves at Ctrl-C or SIGTERM. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Waiting for a signal keeps no process alive by itself.
    const alive = setInterval(() => undefined, 60_000)
    const end = () => {
      clearInterval(alive)
      resolve()
    }
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
  })
}
