import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-render-'))
})
afterAll(() => rm(directory, { recursive: true }))

interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Runs `keyferry render` as people do; files are named by what they hold. */
async function render(
  files: Readonly<Record<string, unknown>>,
  argv: readonly string[],
  { stdin = '', entry = 'src/main.ts' } = {},
): Promise<Ended> {
  const base = await mkdtemp(join(directory, 'run-'))
  for (const [name, content] of Object.entries(files))
    await writeFile(join(base, name), typeof content === 'string' ? content : JSON.stringify(content))
  const args = argv.map((it) => (it in files ? join(base, it) : it))
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [entry, 'render', ...args],
      { env: { PATH: process.env['PATH'] ?? '' }, timeout: 30_000 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr }),
    )
    child.stdin?.end(stdin)
  })
}

function externalSecret(name: string, template?: object, spec: object = {}) {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace: 'shop', name, labels: { own: 'label' } },
    spec: {
      secretStoreRef: { name: 's' },
      data: [{ secretKey: 'p', remoteRef: { key: '/p' } }],
      target: template === undefined ? {} : { template },
      ...spec,
    },
  }
}

const documents = (text: string): unknown[] => [...parseAllDocuments(text)].map((it) => it.toJS() as unknown)
const data = 'p: canary-value\nport: 0777\n'

describe('keyferry render', { timeout: 40_000 }, () => {
  test('shows the Secret, its values redacted', async () => {
    const template = {
      type: 'kubernetes.io/basic-auth',
      metadata: { labels: { fixed: 'here', made: '{{ .p }}' } },
      data: { password: '{{ .p }}', username: '{{ .port }}' },
    }
    const ended = await render({ es: externalSecret('db', template), data }, ['-f', 'es', '--data', 'data'])

    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(documents(ended.stdout)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          namespace: 'shop',
          name: 'db',
          labels: { fixed: 'here', made: '[redacted, 12 bytes]' },
        },
        type: 'kubernetes.io/basic-auth',
        data: { password: '[redacted, 12 bytes]', username: '[redacted, 4 bytes]' },
      },
    ])
    expect(ended.stdout).not.toContain('canary')
  })

  test('shows values where they are asked for: text as text, bytes as base64', async () => {
    const es = externalSecret('db', { data: { text: '{{ .p }} {{ .port }}', bytes: '{{ .bin }}' } })
    const files = { es, data: `${data}bin: {base64: /wA=}\n` }

    const ended = await render(files, ['-f', 'es', '--data', 'data', '--show-values', '-o', 'json'])

    expect(JSON.parse(ended.stdout)).toMatchObject({
      stringData: { text: 'canary-value 0777' },
      data: { bytes: '/wA=' },
    })
  })

  test('takes other delimiters', async () => {
    const es = externalSecret('db', { data: { text: '{{ [[ .p ]] }}' } })
    const delimiters = ['--template-left-delimiter', '[[', '--template-right-delimiter', ']]']

    const ended = await render({ es, data }, ['-f', 'es', '--data', 'data', '--show-values', ...delimiters])

    expect(documents(ended.stdout)).toMatchObject([{ stringData: { text: '{{ canary-value }}' } }])
  })

  test('without a template shows the values and the marks of the ExternalSecret', async () => {
    const ended = await render({ es: externalSecret('db'), data }, ['-f', 'es', '--data', 'data'])

    expect(documents(ended.stdout)).toMatchObject([
      { metadata: { labels: { own: 'label' } }, type: 'Opaque', data: { p: '[redacted, 12 bytes]' } },
    ])
  })

  test('reads stdin for one flag only, and says so', async () => {
    const stdin = JSON.stringify(externalSecret('db'))

    const ended = await render({}, ['-f', '-', '--data', '-'], { stdin })

    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toBe(
      'keyferry: Cannot read stdin twice: only one of --file, --from and --data can be -\n',
    )
  })

  test('takes templates from other documents, files and stdin', async () => {
    const templateFrom = [
      { configMap: { name: 'c', items: [{ key: 'a' }] } },
      { secret: { name: 's', items: [{ key: 'b' }, { key: 'd' }] } },
    ]
    const secret = {
      kind: 'Secret',
      metadata: { namespace: 'shop', name: 's' },
      data: { b: Buffer.from('b {{ .p }}').toString('base64') },
      stringData: { d: 'd' },
    }
    const stranger = { ...secret, metadata: { namespace: 'bank', name: 's' }, data: { b: '' } }
    const files = { from: { kind: 'List', items: [secret, stranger] }, data }
    const configMap = { kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'a {{ .p }}' } }
    const stdin = `${JSON.stringify(externalSecret('db', { templateFrom }))}\n---\n${JSON.stringify(configMap)}\n`

    const argv = ['-f', '-', '--from', 'from', '--data', 'data', '--show-values']
    const ended = await render(files, argv, { stdin })

    expect(documents(ended.stdout)).toMatchObject([
      { stringData: { a: 'a canary-value', b: 'b canary-value', d: 'd' } },
    ])
  })

  test('shows those that render, and ends with 1 where one does not', async () => {
    const bad = externalSecret('bad', { data: { a: 'x\n{{ .p | b64dec }}' } })
    const files = { es: { kind: 'List', items: [bad, externalSecret('good')] }, data }

    const ended = await render(files, ['-f', 'es', '--data', 'data'])

    expect(ended.code).toBe(1)
    expect(documents(ended.stdout)).toMatchObject([{ metadata: { name: 'good' } }])
    expect(ended.stderr).toMatch(
      /^keyferry: ExternalSecret shop\/bad: Cannot render spec\.target\.template\.data\["a"\], line 2, column \d+: /,
    )
    expect(ended.stderr).not.toContain('canary')
  })

  test.each<[string, Record<string, unknown>, string[], string]>([
    ['a file that is not there', {}, ['-f', '/nowhere'], 'Cannot read /nowhere: there is no such file'],
    [
      'no ExternalSecret',
      { es: { kind: 'Pod', metadata: { name: 'x' } } },
      ['-f', 'es'],
      'there is no ExternalSecret',
    ],
    ['what is not YAML', { es: 'a: "canary' }, ['-f', 'es'], 'it is not YAML at line 1'],
    ['what is no object', { es: '[canary]' }, ['-f', 'es'], 'it holds no object'],
    ['a value that is missing', { es: externalSecret('db') }, ['-f', 'es'], '--data has no "p"'],
    [
      'a value that is no text',
      { es: externalSecret('db'), data: 'p: [canary]' },
      ['-f', 'es', '--data', 'data'],
      'the value of "p" must be text or {base64: ...}',
    ],
    [
      'a spec that is refused',
      { es: externalSecret('db', undefined, { dataFrom: [{}] }), data },
      ['-f', 'es', '--data', 'data'],
      'spec.dataFrom[0]',
    ],
  ])('given %s ends with 1 and says so', async (_, files, argv, words) => {
    const ended = await render(files, argv)

    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain(words)
    expect(ended.stderr).not.toContain('canary')
  })

  test.each([[[]], [['-f', 'x', '-o', 'xml']], [['-f', 'x', 'y']]])(
    'called with %j ends with 2',
    async (argv) => {
      expect(await render({}, argv)).toMatchObject({ code: 2, stdout: '' })
    },
  )
})

describe('the bundle', { timeout: 60_000 }, () => {
  test('renders what needs its worker: a bcrypt hash, and templates that take long', async () => {
    await promisify(execFile)(process.execPath, ['hack/build.ts', directory])
    const template = {
      data: {
        hash: '{{ bcrypt .p }}',
        ok: '{{ range until 50000 }}{{ $x := upper "x" }}{{ end }}ok',
      },
    }
    const argv = ['-f', 'es', '--data', 'data', '--show-values']
    const options = { entry: join(directory, 'keyferry.mjs') }

    const ended = await render({ es: externalSecret('db', template), data }, argv, options)

    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(documents(ended.stdout)).toMatchObject([
      { stringData: { hash: expect.stringMatching(/^\$2a\$10\$.{53}$/) as string, ok: 'ok' } },
    ])
  })
})
