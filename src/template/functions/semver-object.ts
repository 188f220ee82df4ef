import { FunctionError } from '../error.ts'
import type { JsonForm } from '../value/json.ts'
import { type GoString, Int, int, type Method, Opaque, type Value } from '../value/value.ts'
import { compareVersions, type Order } from './semver-compare.ts'
import { isMetadata, isPrerelease, textOfVersion, type VersionParts } from './semver-version.ts'

/** A version as templates hold it: what the function `semver` gives, or what a method of one gives. */
export class Version extends Opaque implements JsonForm {
  /** What `semver` gives is a pointer in Go, and only that has the methods that compare. */
  readonly kind: 'ptr' | 'struct'
  readonly parts: VersionParts

  constructor(parts: VersionParts, kind: 'ptr' | 'struct') {
    super()
    this.kind = kind
    this.parts = parts
  }

  get type(): string {
    return this.kind === 'ptr' ? '*semver.Version' : 'semver.Version'
  }

  override text(): GoString {
    return textOfVersion(this.parts)
  }

  /** All are private in Go, so that only printing and comparing see them. */
  override fields(): ReadonlyMap<GoString, Value> {
    const { major, minor, patch, prerelease, metadata, original } = this.parts
    return new Map<GoString, Value>([
      ['major', new Int('uint64', major)],
      ['minor', new Int('uint64', minor)],
      ['patch', new Int('uint64', patch)],
      ['pre', prerelease],
      ['metadata', metadata],
      ['original', original],
    ])
  }

  jsonForm(): GoString {
    return this.text()
  }

  /** What copying leaves, for the fields of Go's version are private. */
  copied(): Version {
    return new Version({ ...released, major: 0n, minor: 0n, patch: 0n, original: '' }, this.kind)
  }

  override method(name: GoString): Method | undefined {
    return methodOf(name, this.parts) ?? (this.kind === 'ptr' ? comparisonOf(name, this.parts) : undefined)
  }
}

function methodOf(name: GoString, parts: VersionParts): Method | undefined {
  const { major, minor, patch, prerelease, metadata } = parts
  if (name === 'Major') return give(new Int('uint64', major))
  if (name === 'Minor') return give(new Int('uint64', minor))
  if (name === 'Patch') return give(new Int('uint64', patch))
  if (name === 'Prerelease') return give(prerelease)
  if (name === 'Metadata') return give(metadata)
  if (name === 'String') return give(textOfVersion(parts))
  if (name === 'IncMajor')
    return give(next(parts, { ...released, major: wrapped(major), minor: 0n, patch: 0n }))
  if (name === 'IncMinor') return give(next(parts, { ...released, minor: wrapped(minor), patch: 0n }))
  // The release that a pre-release leads to is the next patch after it.
  if (name === 'IncPatch')
    return give(next(parts, { ...released, patch: prerelease === '' ? wrapped(patch) : patch }))
  if (name === 'SetPrerelease') return setter(parts, 'prerelease', isPrerelease)
  if (name === 'SetMetadata') return setter(parts, 'metadata', isMetadata)
  return undefined
}

const released = { prerelease: '', metadata: '' }

function wrapped(segment: bigint): bigint {
  return BigInt.asUintN(64, segment + 1n)
}

function give(value: Value): Method {
  return { params: [], call: () => value }
}

/** Another version made of this one; what was written with a `v` keeps it. */
function next(parts: VersionParts, changes: Partial<VersionParts>): Version {
  const changed = { ...parts, ...changes }
  const prefix = parts.original.startsWith('v') ? 'v' : ''
  return new Version({ ...changed, original: prefix + textOfVersion(changed) }, 'struct')
}

function setter(
  parts: VersionParts,
  part: 'prerelease' | 'metadata',
  isAllowed: (text: GoString) => boolean,
): Method {
  return {
    params: ['string'],
    call: ([text]) => {
      if (typeof text !== 'string' || !isAllowed(text)) throw new FunctionError(`is no ${part} of a version`)
      return next(parts, { [part]: text })
    },
  }
}

const comparisons: ReadonlyMap<GoString, (order: Order) => Value> = new Map([
  ['Compare', (order: Order): Value => int(order)],
  ['Equal', (order: Order): Value => order === 0],
  ['LessThan', (order: Order): Value => order < 0],
  ['LessThanEqual', (order: Order): Value => order <= 0],
  ['GreaterThan', (order: Order): Value => order > 0],
  ['GreaterThanEqual', (order: Order): Value => order >= 0],
])

function comparisonOf(name: GoString, parts: VersionParts): Method | undefined {
  if (name === 'Original') return give(parts.original)
  const show = comparisons.get(name)
  if (show === undefined) return undefined
  return {
    params: ['*semver.Version'],
    call: ([other]) => {
      if (!(other instanceof Version)) throw new FunctionError('compares with a version')
      return show(compareVersions(parts, other.parts))
    },
  }
}
