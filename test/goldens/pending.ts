/**
 * Manifests of which something is not built yet. Each must really be refused for that, so that the list cannot rot;
 * it is empty when all of ExternalSecret is built.
 */
export const pending: ReadonlySet<string> = new Set([])
