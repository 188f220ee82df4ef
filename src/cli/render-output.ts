import { isUtf8 } from 'node:buffer'
import { stringify } from 'yaml'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { targetNameOf } from '../externalsecret/target-of.ts'
import type { Shape } from '../externalsecret/target-shape.ts'
import type { RenderFlags } from './render-flags.ts'

/** A Secret as one document, its values redacted unless they are asked for: then text as text, bytes as base64. */
export function secretText(
  object: ExternalSecret,
  shape: Shape,
  { output, showValues }: Pick<RenderFlags, 'output' | 'showValues'>,
): string {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(object, shape, showValues),
    type: shape.type ?? 'Opaque',
    ...(showValues ? shown(shape) : redacted(shape)),
  }
  if (output === 'json') return `${JSON.stringify(secret, undefined, 2)}\n`
  return `---\n${stringify(secret, { lineWidth: 0 })}`
}

/** Without the marks by which the manager finds its Secrets again: they say nothing of the template. */
function metadataOf(object: ExternalSecret, shape: Shape, showValues: boolean): object {
  const { metadata, spec } = object
  const { labels, annotations } = spec.target?.template?.metadata ?? {}
  const { finalizers = [] } = shape
  return {
    name: targetNameOf(object),
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...filled(
      'labels',
      Object.entries(showValues ? shape.labels : plain(shape.labels, labels ?? metadata.labels)),
    ),
    ...filled(
      'annotations',
      Object.entries(
        showValues ? shape.annotations : plain(shape.annotations, annotations ?? metadata.annotations),
      ),
    ),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  }
}

/** A label or an annotation that does not stand so in the manifest may hold a value. */
function plain(texts: Texts, written: Texts = {}): Texts {
  const entries = Object.entries(texts)
  return Object.fromEntries(
    entries.map(([key, text]) => [key, written[key] === text ? text : hidden(Buffer.from(text))]),
  )
}

type Texts = Readonly<Record<string, string>>

function redacted({ data }: Shape): object {
  return filled(
    'data',
    [...data].map(([key, value]) => [key, hidden(value.reveal())] as const),
  )
}

function hidden({ byteLength }: Uint8Array): string {
  return `[redacted, ${byteLength} ${byteLength === 1 ? 'byte' : 'bytes'}]`
}

function shown({ data }: Shape): object {
  const values = [...data].map(([key, value]) => [key, Buffer.from(value.reveal())] as const)
  const texts = values.filter(([, bytes]) => isUtf8(bytes))
  const others = values.filter(([, bytes]) => !isUtf8(bytes))
  return {
    ...filled(
      'stringData',
      texts.map(([key, bytes]) => [key, bytes.toString('utf8')] as const),
    ),
    ...filled(
      'data',
      others.map(([key, bytes]) => [key, bytes.toString('base64')] as const),
    ),
  }
}

function filled(field: string, entries: readonly (readonly [string, string])[]): object {
  return entries.length === 0 ? {} : { [field]: Object.fromEntries(entries) }
}
