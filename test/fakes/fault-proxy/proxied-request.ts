/** A request that came through the proxy. It is recorded when it arrives and filled in as it is answered. */
export interface ProxiedRequest {
  /** Counts from 0 over all requests. */
  readonly index: number
  readonly method: string
  /** With its query. */
  readonly path: string
  /** True for a watch or a WatchList. */
  readonly isWatch: boolean
  /** Undefined until there is an answer. */
  readonly status: number | undefined
  /** Bytes of the answer's body that were sent on. */
  readonly bytes: number
  /** False while the answer is under way. */
  readonly ended: boolean
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
/** The same while it is answered. */
export type OpenRequest = Mutable<ProxiedRequest>
