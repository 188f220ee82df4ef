import { setTimeout as sleep } from 'node:timers/promises'

type Kubectl = (...args: string[]) => Promise<unknown>

const attempts = 5

/** Waits until these CRDs (`crd/NAME`) are served, all of them unless named. kubectl itself gives up on one that has no conditions yet, right after its apply. */
export async function awaitCrds(
  kubectl: Kubectl,
  names: readonly string[] = ['crd', '--all'],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await kubectl('wait', '--for=condition=Established', ...names, '--timeout=30s')
      return
    } catch (error) {
      if (attempt === attempts) throw error
      await sleep(500)
    }
  }
}
