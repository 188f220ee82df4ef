import { parseArgs } from 'node:util'
import { wordsOf } from './calls.ts'
import { seedFromFile } from './seed.ts'
import { startAkeyless } from './stand-in.ts'

const usage =
  'usage: node test/fakes/akeyless/main.ts [--seed-file FILE] [--port N] [--guess-seed N] [--public]'

/** Runs a stand-in until SIGINT or SIGTERM and tells every call in one line. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'seed-file': { type: 'string' },
      port: { type: 'string', default: '0' },
      'guess-seed': { type: 'string' },
      public: { type: 'boolean', default: false },
    },
  })
  const standIn = await startAkeyless({
    port: Number(values.port),
    mode: values.public ? 'public' : 'gateway',
    ...(values['guess-seed'] === undefined ? {} : { seed: Number(values['guess-seed']) }),
    onCall: (call) => console.log(`${call.time.toISOString()} ${wordsOf(call)}`),
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.stop())
  if (values['seed-file'] !== undefined) await seedFromFile(standIn.state, values['seed-file'])
  console.log(`Akeyless stand-in listens on ${standIn.url} (guesses drawn from seed ${standIn.seed})`)
}

try {
  await main()
} catch (error) {
  console.error(
    `Cannot start the Akeyless stand-in: ${error instanceof Error ? error.message : 'unknown error'}`,
  )
  console.error(usage)
  process.exit(1)
}
