import { readFile } from 'node:fs/promises'

/** The high-water mark of a process's resident memory, in megabytes of 2^20 bytes, as Linux counts it. */
export async function peakRssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

/** Watches the memory that the kernel cannot take back from a process, unlike the pages of its program file. */
export function watchAnonymousMb(pid: number): { peakMb(): number; stop(): void } {
  let peakKb = 0
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peakKb = Math.max(peakKb, Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0))
  }
  const timer = setInterval(() => void look(), 20)
  return { peakMb: () => peakKb / 1024, stop: () => clearInterval(timer) }
}
