import { randomBytes } from 'node:crypto'

/** What runs SQL as an administrator: `startPostgres()` of test/fakes/postgres. */
export interface Database {
  sql(text: string): Promise<string>
}

export interface DynamicOptions {
  /** Users are really made there; without one nothing is made, and `fields` tells what is answered. */
  readonly database?: Database
  /** One hour unless said otherwise. Goes out as minutes, which need not be whole. */
  readonly ttlMs?: number
  /** What a mint answers beside the id and the TTL, for producers of other kinds. */
  readonly fields?: (user: string) => Readonly<Record<string, unknown>>
  /** Statements with `{{name}}` and `{{password}}`, as Akeyless has them. */
  readonly creation?: string
  readonly revocation?: string
  /** The answer does not tell the TTL, as that of some producers. */
  readonly hidesTtl?: boolean
  readonly tags?: readonly string[]
}

/** How a dynamic secret makes a user and ends it. */
export interface Producer {
  readonly ttlMs: number
  readonly hidesTtl: boolean
  /** What is answered beside the id and the TTL; throws when the database refuses. */
  create(user: string): Promise<Readonly<Record<string, unknown>>>
  revoke(user: string): Promise<void>
}

const creationStatements = `CREATE USER "{{name}}" WITH PASSWORD '{{password}}';
GRANT CONNECT ON DATABASE postgres TO "{{name}}"`
const revocationStatements = `REASSIGN OWNED BY "{{name}}" TO CURRENT_USER; DROP OWNED BY "{{name}}";
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';
DROP USER "{{name}}"`

/** The producer that options describe. */
export function producerOf(options: DynamicOptions): Producer {
  const { database, ttlMs = 3_600_000, hidesTtl = false } = options
  const { fields = (user) => ({ user, password: password() }) } = options
  const { creation = creationStatements, revocation = revocationStatements } = options
  if (database === undefined) {
    return { ttlMs, hidesTtl, create: async (user) => fields(user), revoke: async () => {} }
  }
  return {
    ttlMs,
    hidesTtl,
    async create(user) {
      const made = password()
      await inTurn(database, filled(creation, user, made))
      return { user, password: made }
    },
    revoke: async (user) => void (await inTurn(database, filled(revocation, user, ''))),
  }
}

const lastOf = new WeakMap<Database, Promise<unknown>>()

/** PostgreSQL refuses one of two who change the grants of a database at the same time. */
function inTurn(database: Database, statements: string): Promise<string> {
  const run = () => database.sql(statements)
  const done = (lastOf.get(database) ?? Promise.resolve()).then(run, run)
  lastOf.set(database, done)
  return done
}

function filled(statements: string, user: string, made: string): string {
  return statements.replaceAll('{{name}}', user).replaceAll('{{password}}', made)
}

/** 16 letters and digits. */
function password(): string {
  return randomBytes(32)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16)
}
