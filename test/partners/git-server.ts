import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A repository with a work tree; what is committed can be fetched at `url`. */
export interface GitRepository {
  readonly url: string
  readonly directory: string
  /** Commits the work tree as it is and gives the commit. */
  commit(message: string): Promise<string>
  tag(name: string): Promise<void>
}

export interface GitServer extends AsyncDisposable {
  /** Makes a repository with branch `main` that begins with these folders (`from`, `to`), and commits them. */
  repository(name: string, folders: readonly (readonly [from: string, to: string])[]): Promise<GitRepository>
}

/** Serves Git repositories by its own smart HTTP protocol, on loopback. Needs git. */
export async function startGitServer(): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'keyferry-git-'))
  const server = createServer((request, response) => serve(root, request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async repository(name, folders) {
      const repository = describe(join(root, name), `http://127.0.0.1:${port}/${name}`)
      await mkdir(repository.directory)
      await git(repository.directory, 'init', '--quiet', '--initial-branch=main')
      for (const [from, to] of folders) await cp(from, join(repository.directory, to), { recursive: true })
      await repository.commit('Begin')
      return repository
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(root, { recursive: true, force: true })
    },
  }
}

function describe(directory: string, url: string): GitRepository {
  return {
    url,
    directory,
    async commit(message) {
      await git(directory, 'add', '--all')
      await git(directory, 'commit', '--quiet', '--allow-empty', '-m', message)
      return (await git(directory, 'rev-parse', 'HEAD')).trim()
    },
    tag: async (name) => void (await git(directory, 'tag', name)),
  }
}

/** Without the settings of whoever runs the tests. */
const ofNobody = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
const author = ['-c', 'user.name=A user', '-c', 'user.email=a-user@example.com', '-c', 'commit.gpgSign=false']

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...ofNobody }
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...author, ...args], { env })
  return stdout
}

/** As a web server runs a CGI program. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1')
  const { headers, method = 'GET' } = request
  const env = {
    ...process.env,
    ...ofNobody,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    REQUEST_METHOD: method,
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
  }
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  child.on('error', () => response.writeHead(500).end())
  // A child that answers before it has read everything closes its end: that is no fault.
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => answer(Buffer.concat(chunks), response))
}

/** Header lines, an empty line, the body; the status is a header, too. */
function answer(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n')
  if (end < 0 || response.headersSent) return void response.end()
  const lines = output.subarray(0, end).toString().split('\r\n')
  const headers = lines.map((line) => line.split(/: ?/, 2) as [string, string])
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1] ?? '200'
  const others = headers.filter(([name]) => name.toLowerCase() !== 'status')
  response.writeHead(Number.parseInt(status, 10), Object.fromEntries(others)).end(output.subarray(end + 4))
}
