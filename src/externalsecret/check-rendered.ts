import { isUtf8 } from 'node:buffer'
import type { Failure } from '../std/failure.ts'
import { templateFailed } from './template-failure.ts'
import type { Part, TemplateJob } from './template-jobs.ts'

/** One result: the key that it is for, and the bytes. */
export interface Rendered {
  readonly key: string
  readonly value: Uint8Array
}

const dataKey = /^[-._a-zA-Z0-9]{1,253}$/
const word = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/
const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/**
 * Refuses what the API server would refuse, and what would give a Secret power or another owner (S19, S22). Throws
 * Failure TemplateFailed, which shows no value; nor a key that a template made, for that may hold one.
 */
export function checkRendered({ part, template }: TemplateJob, { key, value }: Rendered): void {
  const refusal = refusalOfKey(part, key) ?? refusalOfValue(part, value)
  if (refusal !== undefined) throw templateFailed(template.name, refusal)
}

function refusalOfKey(part: Part, key: string): string | undefined {
  if (part === 'data') return dataKey.test(key) ? undefined : `${aKey(part)} ${dataKeyRule}`
  if (!isQualifiedName(part === 'annotations' ? key.toLowerCase() : key)) return `${aKey(part)} ${nameRule}`
  const mark = protectedMarks.find((it) => key.toLowerCase().startsWith(it))
  return mark === undefined ? undefined : `${mark}* must not be set by a template`
}

function aKey(part: Part): string {
  return part === 'data' ? 'a key of the Secret' : `a key of its ${part}`
}

const dataKeyRule = 'must be 1 to 253 letters, digits, - . or _'
const nameRule =
  'must be a name of at most 63 letters, digits, - . and _, with a DNS name and / before it or not'

/** Who may act with a Secret, and whose it is, is not for templates to say. */
const protectedMarks = [
  'kubernetes.io/service-account.',
  'keyferry.io/',
  'reconcile.external-secrets.io/',
  'cert-manager.io/certificate-name',
  'controller.cert-manager.io/fao',
] as const

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/')
  if (slash === -1) return word.test(key)
  return subdomain.test(key.slice(0, slash)) && word.test(key.slice(slash + 1))
}

function refusalOfValue(part: Part, value: Uint8Array): string | undefined {
  if (part === 'data') return undefined
  if (!isUtf8(value)) return `a value of its ${part} is not UTF-8`
  if (part === 'annotations') return undefined
  const text = Buffer.from(value).toString('utf8')
  return text === '' || word.test(text) ? undefined : `a label's value ${labelValueRule}`
}

const labelValueRule =
  'must be at most 63 letters, digits, - . and _, and begin and end with a letter or a digit'

const mostAnnotationBytes = 256 * 1024

/** The bound that the API server sets to all annotations of an object together. */
export function refusalOfAnnotations(annotations: Readonly<Record<string, string>>): Failure | undefined {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
    0,
  )
  if (bytes <= mostAnnotationBytes) return undefined
  const what = `the annotations have ${bytes} bytes, and an object holds at most ${mostAnnotationBytes}`
  return templateFailed('spec.target.template', what)
}
