import type { ExternalSecret } from '../api/externalsecret.ts'
import { checkSpec } from '../externalsecret/check-spec.ts'
import type { Values } from '../externalsecret/fetch.ts'
import { compatOf } from '../externalsecret/renderer.ts'
import { targetNameOf } from '../externalsecret/target-of.ts'
import { type Shape } from '../externalsecret/target-shape.ts'
import { shapeBy } from '../externalsecret/target-template.ts'
import { keyOf } from '../kube/object.ts'
import { systemClock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { render } from '../template/render.ts'
import type { Delimiters } from '../template/render-options.ts'
import { readData } from './render-data.ts'
import type { RenderFlags } from './render-flags.ts'
import { externalSecretsIn, type Manifest, readManifests, sourceIn } from './render-manifests.ts'
import { secretText } from './render-output.ts'
import { delimitersOf } from './template-flags.ts'

/**
 * `keyferry render`: shows the Secrets that ExternalSecrets would become, by the manager's own code and without a
 * cluster. One that fails is told on stderr and ends the command with 1; the others are shown all the same. Throws
 * Failure for files that cannot be read.
 */
export async function runRender(flags: RenderFlags): Promise<0 | 1> {
  refuseTwoStdins(flags)
  const manifests = await readManifests(flags.file)
  const sources = [...manifests, ...(await readManifests(flags.from))]
  const values = await readData(flags.data)
  let code: 0 | 1 = 0
  for (const manifest of externalSecretsIn(manifests, flags.file)) {
    try {
      const object = checkSpec(manifest, { rolloutRestart: true })
      const shape = await shapeOffline(object, { values, sources, delimiters: delimitersOf(flags) })
      process.stdout.write(secretText(object, shape, flags))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      process.stderr.write(`keyferry: ExternalSecret ${keyOf(manifest.metadata)}: ${error.message}\n`)
      code = 1
    }
  }
  return code
}

/** Whoever reads it second would find nothing, and blame the data. */
function refuseTwoStdins({ file, from, data }: RenderFlags): void {
  if ([...file, ...from, data].filter((it) => it === '-').length < 2) return
  const message = 'Cannot read stdin twice: only one of --file, --from and --data can be -'
  throw new Failure('InvalidFlags', message, { userMustAct: true })
}

interface Given {
  readonly values: Values
  readonly sources: readonly Manifest[]
  readonly delimiters: Delimiters
}

function shapeOffline(object: ExternalSecret, { values, sources, delimiters }: Given): Promise<Shape> {
  refuseMissing(object, values)
  return shapeBy(object, values, {
    render,
    compat: compatOf(object),
    delimiters,
    nowMs: systemClock.now(),
    signal: new AbortController().signal,
    read: (source) => Promise.resolve(sourceIn(sources, source, object.metadata.namespace)),
  })
}

/** Without a template nobody else would miss them. */
function refuseMissing(object: ExternalSecret, values: Values): void {
  const missing = (object.spec.data ?? []).map((it) => it.secretKey).filter((it) => !values.has(it))
  if (missing.length === 0) return
  const names = missing.map((it) => JSON.stringify(it)).join(', ')
  const message = `Cannot render Secret ${targetNameOf(object)}: --data has no ${names}, which spec.data asks for`
  throw new Failure('InvalidFlags', message, { userMustAct: true })
}
