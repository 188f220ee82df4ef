import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../cluster/free-port.ts'
import { type Running, start, tail } from '../../cluster/process.ts'
import { findPostgres } from './programs.ts'

const run = promisify(execFile)

/** A real PostgreSQL server on 127.0.0.1 with nothing in it; users log in by password (SCRAM). */
export interface Postgres extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly pid: number
  /** Runs SQL as the superuser, in one transaction; the rows as text, a row a line. Throws when it is refused. */
  sql(text: string): Promise<string>
  /** Names of the users that a dynamic secret made: those that begin with `tmp_`, sorted. */
  users(): Promise<readonly string[]>
  /** Runs SQL as a user; throws when he does not get in, is refused or is thrown out. */
  as(user: string, password: string, text: string): Promise<string>
  /** Whether a user gets in with this password. */
  canLogIn(user: string, password: string): Promise<boolean>
  /** Ends every connection and the server, and removes its data. */
  stop(): Promise<void>
}

const superuser = 'keyferry'
/** Nothing here outlives a test, so nothing needs to reach the disk. */
const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200']

/** Why tests that need PostgreSQL do not run here; undefined where they do. Throws on Debian when there is none. */
export async function missingPostgres(): Promise<string | undefined> {
  return (await findPostgres()) === undefined ? 'PostgreSQL is not installed' : undefined
}

/** Starts a server in a folder of its own, as a user other than root, which PostgreSQL refuses. */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPostgres()
  if (programs === undefined) throw new Error('Cannot start PostgreSQL: it is not installed')
  // Only root may enter what TMPDIR names for root, perhaps.
  const folder = await mkdtemp(join(isRoot() ? '/tmp' : tmpdir(), 'keyferry-postgres-'))
  const owner = await ownerOf(folder)
  const made = { programs, folder, owner, password: secret() }
  try {
    await initialize(made)
    const server = await launchAnywhere(made)
    return serving(server, server.running)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface Made {
  readonly programs: string
  readonly folder: string
  readonly owner: Owner | undefined
  readonly password: string
}

interface Server extends Made {
  readonly port: number
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Whom the server runs as; undefined is ourselves. Root gives the folder to `postgres`, or to `nobody`. */
async function ownerOf(folder: string): Promise<Owner | undefined> {
  if (!isRoot()) return undefined
  const accounts = await readFile('/etc/passwd', 'utf8')
  const [, uid = '65534', gid = '65534'] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? []
  const owner = { uid: Number(uid), gid: Number(gid) }
  await chown(folder, owner.uid, owner.gid)
  return owner
}

async function initialize({ programs, folder, owner, password }: Made): Promise<void> {
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (owner !== undefined) await chown(passwordFile, owner.uid, owner.gid)
  const login = ['--username', superuser, '--auth', 'scram-sha-256', '--pwfile', passwordFile]
  const rest = ['--no-sync', '--locale', 'C', '--encoding', 'UTF8', '--pgdata', join(folder, 'data')]
  await run(join(programs, 'initdb'), [...login, ...rest], { ...owner, cwd: folder, timeout: 60_000 })
}

/** A port that was free a moment ago may be somebody else's by now. */
async function launchAnywhere(made: Made, triesLeft = 3): Promise<Server & { readonly running: Running }> {
  const server = { ...made, port: await freePort() }
  try {
    return { ...server, running: await launch(server) }
  } catch (error) {
    if (triesLeft === 1) throw error
    return launchAnywhere(made, triesLeft - 1)
  }
}

async function launch(server: Server): Promise<Running> {
  const { programs, folder, port } = server
  const logFile = join(folder, 'server.log')
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...settings]
  const args = ['-D', join(folder, 'data'), '-p', String(port), ...options.flatMap((it) => ['-c', it])]
  const [command, ...before] = launcherOf(server)
  const running = start(command, [...before, join(programs, 'postgres'), ...args], { logFile })
  await ready(server, running)
  return running
}

/** Becomes the owner, and has the server die with us where a test process is killed. */
function launcherOf({ owner }: Made): readonly [string, ...string[]] {
  if (process.platform !== 'linux') return ['env']
  const user = owner === undefined ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
  return ['setpriv', '--pdeathsig', 'KILL', ...user]
}

async function ready(server: Server, running: Running): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await psql(server, superuser, server.password, 'select 1').catch(() => undefined)
    if (answer !== undefined) return
    if (!running.isRunning() || Date.now() > deadline) {
      const words = await tail(running.logFile)
      await running.end('SIGKILL')
      throw new Error(`Cannot start PostgreSQL:\n${words}`)
    }
    await sleep(50)
  }
}

function serving(server: Server, running: Running): Postgres {
  const as = (user: string, password: string, text: string) => psql(server, user, password, text)
  const sql = (text: string) => as(superuser, server.password, text)
  const stop = async () => {
    // Fast shutdown: does not wait for clients.
    await running.end('SIGINT')
    await rm(server.folder, { recursive: true, force: true })
  }
  return {
    host: '127.0.0.1',
    port: server.port,
    pid: running.pid,
    sql,
    async users() {
      const rows = await sql(`select rolname from pg_roles where rolname like 'tmp\\_%' order by rolname`)
      return rows.split('\n').filter((it) => it !== '')
    },
    as,
    canLogIn: (user, password) =>
      as(user, password, 'select 1').then(
        () => true,
        () => false,
      ),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function psql({ programs, port }: Server, user: string, password: string, text: string) {
  const target = ['--host', '127.0.0.1', '--port', String(port), '--username', user, '--dbname', 'postgres']
  const form = ['--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--set', 'ON_ERROR_STOP=1']
  const env = { PATH: process.env['PATH'], PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' }
  const options = { env, timeout: 30_000 }
  const { stdout } = await run(join(programs, 'psql'), [...target, ...form, '--command', text], options)
  return stdout.trimEnd()
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function secret(): string {
  return randomBytes(16).toString('hex')
}
