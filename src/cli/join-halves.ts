import type { Half } from './half.ts'

/** The halves that run in this process, as one. */
export function joinHalves(halves: readonly Half[]): Half {
  return {
    informers: halves.flatMap((it) => it.informers),
    optional: halves.flatMap((it) => it.optional),
    services: halves.flatMap((it) => it.services),
    controllers: halves.flatMap((it) => it.controllers),
    recorders: halves.flatMap((it) => it.recorders),
    close: async () => {
      await Promise.all(halves.map((it) => it.close()))
    },
  }
}
