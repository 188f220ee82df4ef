import { failure } from '../api/reason.ts'
import type { ProviderKind } from './provider.ts'

/** A store as the API server holds it; it may have any shape. */
interface RawStore {
  readonly spec?: { readonly controller?: unknown; readonly provider?: unknown }
}

export interface ServingOptions {
  readonly controllerClass: string
  readonly providers: readonly ProviderKind[]
}

/**
 * The provider kind that serves a store, or why this controller leaves the store alone: it has another class, or
 * another provider. Throws InvalidSpec for a store that names one of ours and another one.
 */
export function servingOf(
  store: RawStore,
  options: ServingOptions,
): { provider: ProviderKind } | { leaveAlone: string } {
  const { controller, provider } = store.spec ?? {}
  if (typeof controller === 'string' && controller !== '' && controller !== options.controllerClass) {
    return { leaveAlone: 'its spec.controller is another class' }
  }
  const names = typeof provider === 'object' && provider !== null ? Object.keys(provider) : []
  const ours = options.providers.find((it) => names.includes(it.name))
  if (ours === undefined) return { leaveAlone: 'its provider is not one of ours' }
  if (names.length > 1)
    throw failure('InvalidSpec', 'Cannot use spec.provider: it names more than one provider')
  return { provider: ours }
}
