import type { Place } from './error.ts'
import type { RenderJob, Template } from './render-options.ts'

/** What a worker is asked: one whole set of templates. */
export interface WorkerRequest {
  readonly templates: readonly Template[]
  readonly job: RenderJob
}

/** What a worker tells: that it begins, and then how it ended. */
export type WorkerMessage =
  | { readonly kind: 'began' }
  | { readonly kind: 'done'; readonly results: readonly Uint8Array[] }
  | { readonly kind: 'failed'; readonly message: string; readonly place: Place | undefined }
  | { readonly kind: 'broken'; readonly stack: string }
