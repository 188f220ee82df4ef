import fc from 'fast-check'

/** Stands in the inputs where something secret would; nothing that is thrown may show it. */
export const canary = 'canary7f3a9c51e2d0'

/** The same cases in every run; another number finds others: `KEYFERRY_FUZZ_SEED=7 hack/test unit`. */
const seed = Number(process.env['KEYFERRY_FUZZ_SEED'] ?? 20_261_121)

export interface FuzzOptions {
  /** Whether an error is of the parser's own kind. */
  readonly isOwn: (error: unknown) => boolean
  readonly runs?: number
  /** Time that any input may take, and what each of its kilobytes may add; on a busy machine three times as much. */
  readonly baseMs?: number
  readonly msPerKilobyte?: number
}

/** A parser that throws nothing at all. */
export const nothing = (): boolean => false

/** Which ends the inputs came to; a fuzz test that sees one of two only has the wrong inputs. */
export type Ends = readonly ('refused' | 'taken')[]

export const both: Ends = ['refused', 'taken']

/**
 * Runs a parser over inputs: it throws its own errors only, shows nothing of the input in them, and is soon done. Gives
 * the ends that there were, in the order of the alphabet.
 */
export function fuzz<Input extends string | Uint8Array>(
  inputs: fc.Arbitrary<Input>,
  parse: (input: Input) => unknown,
  options: FuzzOptions,
): Ends {
  const ends = new Set<Ends[number]>()
  const property = fc.property(inputs, (input) => {
    const before = process.threadCpuUsage()
    try {
      parse(input)
      ends.add('taken')
    } catch (error) {
      check(error, options)
      ends.add('refused')
    }
    checkTime(before, input, options)
  })
  fc.assert(property, { seed, numRuns: options.runs ?? 500 })
  return [...ends].toSorted()
}

/** The same for one that takes its time to answer. */
export async function fuzzAsync<Input extends string | Uint8Array>(
  inputs: fc.Arbitrary<Input>,
  parse: (input: Input) => Promise<unknown>,
  options: FuzzOptions,
): Promise<Ends> {
  const ends = new Set<Ends[number]>()
  const property = fc.asyncProperty(inputs, async (input) => {
    const before = process.threadCpuUsage()
    try {
      await parse(input)
      ends.add('taken')
    } catch (error) {
      check(error, options)
      ends.add('refused')
    }
    checkTime(before, input, options)
  })
  await fc.assert(property, { seed, numRuns: options.runs ?? 200 })
  return [...ends].toSorted()
}

function check(error: unknown, { isOwn }: FuzzOptions): void {
  if (!isOwn(error)) throw new Error('not an error of its own', { cause: error })
  if (shownBy(error).includes(canary)) throw new Error('shows the input', { cause: error })
}

/** All words of an error, its stack and what lies behind it. */
function shownBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause === undefined ? '' : shownBy(error.cause)}`
}

/** Of the processor: what others do on the machine is not the parser's. */
function checkTime(before: NodeJS.CpuUsage, { length }: string | Uint8Array, options: FuzzOptions): void {
  const { user, system } = process.threadCpuUsage(before)
  const tookMs = (user + system) / 1000
  const mostMs = 3 * ((options.baseMs ?? 300) + ((options.msPerKilobyte ?? 20) * length) / 1024)
  if (tookMs > mostMs) throw new Error(`took ${Math.round(tookMs)} ms for ${length} characters`)
}
