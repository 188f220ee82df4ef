import { type Case, type Outcome, toBytes } from './case.ts'
import { hasNewerCharacter } from './newer-characters.ts'
import { differInZoneNames } from './zone-names.ts'

/** A difference that is meant; as narrow as it can be said. */
export interface Deliberate {
  readonly reason: string
  covers(it: Case, theirs: Outcome, ours: Outcome): boolean
}

/** What ours refuses although ESO renders it. */
const refused = (reason: string, template: RegExp, ours: RegExp): Deliberate => ({
  reason,
  covers: (it, _, outcome) =>
    outcome.kind === 'error' &&
    ours.test(outcome.message) &&
    template.test(toBytes(it.template).toString('utf8')),
})

/** Every difference that we know of and keep. */
export const deliberate: readonly Deliberate[] = [
  refused('shows what lies behind the end of a list, which Go keeps', /slice/i, /beyond the list/),
  refused('shows private fields of a Go struct', /printf/, /cannot show an? [*.\w]+ in that form/),
  refused('calculates with imaginary numbers', /[0-9]i/, /imaginary numbers/),
  refused('reads Secrets of any namespace', /getSecretKey/, /getSecretKey/),
  refused('asks the network', /getHostByName/, /getHostByName/),
  {
    reason: 'takes white space behind the last certificate, at which ESO panics',
    covers: (it, theirs) =>
      /(?:fullPemTo|pemTruststoreTo)/.test(it.template.toString()) &&
      theirs.kind === 'error' &&
      theirs.message.includes('nil pointer dereference') &&
      Object.values(it.data).some((one) =>
        /-----END CERTIFICATE-----\s*\n\s+$/.test(toBytes(one).toString()),
      ),
  },
  {
    reason: 'Go 1.26 takes the names of character classes in any case',
    covers: (it) =>
      /regex/i.test(it.template.toString()) &&
      [it.template, ...Object.values(it.data)].some((one) =>
        /\\[pP](?!\{\^?[A-Z])[^A-Z]/.test(toBytes(one).toString()),
      ),
  },
  {
    reason: 'Go 1.26 has Unicode 15, Node 24 has Unicode 17',
    covers: (it) =>
      [it.template, ...Object.values(it.data)].some((one) => hasNewerCharacter(toBytes(one).toString())),
  },
  {
    reason: 'Node has no names for some times of some zones, such as LMT',
    covers: (it, theirs, ours) =>
      /[Ii]n_?[Zz]one/.test(it.template.toString()) && differInZoneNames(textOf(theirs), textOf(ours)),
  },
]

function textOf(outcome: Outcome): string {
  return outcome.kind === 'output' ? outcome.bytes.toString('latin1') : ''
}
