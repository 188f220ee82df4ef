/** What ended a list before its end. */
export type Jump = 'break' | 'continue' | undefined
