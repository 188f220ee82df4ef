declare const KEYFERRY_VERSION: string | undefined

/** The version of the bundle; a run from source says so. */
export const version = typeof KEYFERRY_VERSION === 'undefined' ? '0.0.0-source' : KEYFERRY_VERSION
