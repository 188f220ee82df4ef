import { NotLeadingError } from '../../src/runtime/guard.ts'

/** The end of a manager, which is no failure where the test took leadership away. */
export function unlessLost(running: Promise<void>): Promise<void> {
  return running.catch((error: unknown) => {
    if (!(error instanceof NotLeadingError)) throw error
  })
}
