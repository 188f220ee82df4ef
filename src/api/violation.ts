/** One broken rule of a spec: where, and what is wrong in words for the user. */
export interface Violation {
  /** As in `spec.dataFrom[2].sourceRef`. */
  readonly path: string
  readonly message: string
}

/** The violation as a list of one when the rule is broken, else as an empty one. */
export function when(isBroken: boolean, path: string, message: string): readonly Violation[] {
  return isBroken ? [{ path, message }] : []
}

/** All violations in one sentence for a condition. */
export function violationsText(violations: readonly Violation[]): string {
  return violations.map((it) => `${it.path}: ${it.message}`).join('; ')
}
