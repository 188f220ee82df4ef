// `keyferry` as users run it, but for the services of the clouds, which are stand-ins: KEYFERRY_TEST_CLOUDS says where.
import { run } from '../../src/cli/run.ts'

interface CloudStandIns {
  readonly sts: string
  readonly entra: string
  readonly metadata: string
  readonly caPem: string
}

const { sts, entra, metadata, caPem } = JSON.parse(
  process.env['KEYFERRY_TEST_CLOUDS'] ?? '{}',
) as CloudStandIns

const addresses = {
  sts: () => sts,
  entra: () => entra,
  awsMetadata: metadata,
  azureMetadata: metadata,
  gcpMetadata: metadata,
}

process.exitCode = await run(process.argv.slice(2), { clouds: { addresses, caPem } })
