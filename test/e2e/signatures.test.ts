import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'
import { buildImage } from '../image/build.ts'
import { whyNoImage } from '../image/debian.ts'
import { unpackImage } from '../image/oci.ts'
import { type Outside, startOutside } from '../image/outside.ts'
import { type Registry, startRegistry } from '../image/registry.ts'
import { repository } from '../image/sources.ts'

const missing = await whyNoImage()
const { signing, verifying } = await documented()
const subjects = ['the image', 'the bill of materials', 'the chart'] as const
const signed = z.object({ image: z.string(), chart: z.string() })
const claim = z.object({ type: z.string(), image: z.object({ 'docker-manifest-digest': z.string() }) })
const checked = z.array(z.object({ critical: claim }))

const why = missing === undefined ? '' : ` (${missing})`
describe.skipIf(missing !== undefined)(`what docs/image.md signs${why}`, () => {
  let directory: string
  let env: NodeJS.ProcessEnv
  let outside: Outside
  let registry: Registry
  let references: z.output<typeof signed>

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyferry-signatures-'))
    ;[outside, registry] = await Promise.all([startOutside(), startRegistry(directory, say)])
    env = await environment(directory, outside)
    const build = await buildImage({ output: join(directory, 'image.tar'), tag: 'signed', progress: say })
    await unpackImage(build.archive, join(directory, 'root'))
    await cp(join(directory, 'root/app/sbom.cdx.json'), join(directory, 'sbom.cdx.json'))
    await cp(chart, join(directory, 'charts/keyferry'), { recursive: true })
    await registry.push(build.archive, 'keyferry')
    const script = signing.replace('sha256:...', build.digest).replace('helm push', 'helm push --plain-http')
    const printed = await shell(`${script}\necho; echo '{"image":"'$image'","chart":"'$chart'"}'`)
    references = signed.parse(JSON.parse(printed.trimEnd().split('\n').at(-1) ?? ''))
    await shell('cosign generate-key-pair --output-key-prefix other')
  }, 600_000)

  afterAll(async () => {
    await registry?.stop()
    outside?.close()
    await rm(directory, { recursive: true, force: true })
  })

  test.each(['image', 'chart'] as const)('the %s is verified with the public key', async (of) => {
    const found = checked.parse(JSON.parse(await shell(verification(`the ${of}`, references))))

    expect(found.map((it) => it.critical.image['docker-manifest-digest'])).toContain(digestOf(references[of]))
    // cosign takes an attestation for a signature, too.
    expect(found.map((it) => it.critical.type)).toContain('https://sigstore.dev/cosign/sign/v1')
  })

  test.each(subjects)('%s is refused with another key', async (subject) => {
    const script = verification(subject, references).replace('cosign.pub', 'other.pub')

    await expect(shell(script)).rejects.toThrow(/accepted signatures do not match/)
  })

  test.each(subjects)('%s is refused when it was changed and its signatures moved over', async (subject) => {
    const forged = {
      image: await registry.forge(references.image),
      chart: await registry.forge(references.chart),
    }

    await expect(shell(verification(subject, forged))).rejects.toThrow(/artifact digest does not match/)
  })

  test('the bill of materials, verified with the public key, is the one in the image', async () => {
    const [envelope = ''] = (await shell(verification('the bill of materials', references))).split('\n')
    const { payload } = z.object({ payload: z.string() }).parse(JSON.parse(envelope))
    const statement = z
      .object({ predicate: z.unknown() })
      .parse(JSON.parse(Buffer.from(payload, 'base64').toString()))

    const inImage: unknown = JSON.parse(await readFile(join(directory, 'sbom.cdx.json'), 'utf8'))

    expect(statement.predicate).toEqual(inImage)
  })

  test('nothing outside is called, as it would be without the file of no services', async () => {
    const script = verification('the image', references)
    await shell(script)
    expect(outside.asked()).toEqual([])

    await expect(shell(script.replace('--trusted-root no-services.json', ''))).rejects.toThrow(/trusted root/)
    expect(outside.asked()).not.toEqual([])
  })

  async function shell(script: string): Promise<string> {
    const words = script.replaceAll('registry.example.com', registry.address)
    const options = { cwd: directory, env, maxBuffer: 16 * 1024 * 1024 }
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', words], options)
    return stdout
  }
})

/** The two blocks of commands that docs/image.md gives. */
async function documented(): Promise<{ readonly signing: string; readonly verifying: string }> {
  const page = await readFile(join(repository, 'docs/image.md'), 'utf8')
  const section = /^## Sign and verify it\n(.*?)^## /ms.exec(page)?.[1] ?? ''
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map((it) => it[1])
  const [first, second] = z.tuple([z.string(), z.string()]).parse(blocks)
  return { signing: first, verifying: second }
}

/** What the page says to run for one subject: the lines that all share, and its own. */
function verification(
  subject: (typeof subjects)[number],
  { image, chart: of }: z.output<typeof signed>,
): string {
  const lines = verifying.trimEnd().split('\n')
  const commands = lines.filter((it) => it.startsWith('cosign '))
  const shared = lines.filter((it) => !it.startsWith('cosign '))
  const own = z.string().parse(commands[subjects.indexOf(subject)])
  return [`image=${image} chart=${of}`, ...shared, own].join('\n')
}

function digestOf(reference: string): string | undefined {
  return reference.split('@')[1]
}

/** Of commands that find our programs, keep no state on this machine and reach nothing but loopback unseen. */
async function environment(home: string, outside: Outside): Promise<NodeJS.ProcessEnv> {
  const programs = await Promise.all([findProgram('cosign', say), findProgram('helm', say)])
  return {
    PATH: [...programs.map((it) => dirname(it)), process.env['PATH']].join(':'),
    HOME: home,
    COSIGN_PASSWORD: 'of this test',
    HTTP_PROXY: outside.url,
    HTTPS_PROXY: outside.url,
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
