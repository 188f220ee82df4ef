import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { BundledPackage } from './bundled.ts'

const component = z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() })

const document = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component }),
  components: z.array(component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

/** A software bill of materials: the parts that we read of CycloneDX 1.5 in JSON. */
export type Bom = z.output<typeof document>

/**
 * Narrows what `npm sbom` printed to the packages that ship, and takes out what differs from one run to the next: the
 * serial number is made of the content, the time is that of the sources. Throws when a package that ships is not listed.
 */
export function shippedBom(printed: unknown, packages: readonly BundledPackage[], date: Date): Bom {
  const all = document.parse(printed)
  const wanted = new Set(packages.map(nameAndVersion))
  const components = all.components.filter((it) => wanted.has(nameAndVersion(it))).toSorted(byRef)
  refuseMissing(wanted, components)
  const root = { ...all.metadata.component, name: nameOfRef(all.metadata.component['bom-ref']) }
  const kept = new Set([root, ...components].map((it) => it['bom-ref']))
  const content = { components, dependencies: dependenciesAmong(kept, all.dependencies) }
  return {
    ...all,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([root, content]))}`,
    metadata: { ...all.metadata, timestamp: date.toISOString(), component: root },
    ...content,
  }
}

function refuseMissing(wanted: ReadonlySet<string>, components: readonly z.output<typeof component>[]): void {
  const listed = new Set(components.map(nameAndVersion))
  const missing = [...wanted].filter((it) => !listed.has(it))
  if (missing.length > 0)
    throw new Error(`The bundle holds packages that npm's bill does not list: ${missing.join(', ')}`)
}

function dependenciesAmong(kept: ReadonlySet<string>, all: Bom['dependencies']): Bom['dependencies'] {
  return all
    .filter((it) => kept.has(it.ref))
    .map((it) => ({ ref: it.ref, dependsOn: it.dependsOn.filter((ref) => kept.has(ref)).toSorted() }))
    .toSorted((a, b) => compare(a.ref, b.ref))
}

/** npm names the root after the folder that it lies in; its reference has the name of package.json. */
function nameOfRef(ref: string): string {
  return ref.slice(0, ref.lastIndexOf('@'))
}

function nameAndVersion(it: { readonly name: string; readonly version: string }): string {
  return `${it.name}@${it.version}`
}

function byRef(a: z.output<typeof component>, b: z.output<typeof component>): number {
  return compare(a['bom-ref'], b['bom-ref'])
}

/** By code units, so that no locale has a say. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A UUID of version 8 (RFC 9562, section 5.8) made of a text. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
