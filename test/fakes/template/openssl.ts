import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Debian's package; knip would look for it among ours.
const program = 'openssl'

/** A temporary folder in which the `openssl` program makes and reads keys, certificates and PKCS#12 files. */
export class Openssl implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyferry-openssl-'))

  /** Runs openssl in the folder; what it prints. Throws when it fails. */
  run(...args: readonly string[]): string {
    return execFileSync(program, args, {
      cwd: this.#folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.#folder, name), content)
    return name
  }

  read(name: string): Buffer {
    return readFileSync(join(this.#folder, name))
  }

  text(name: string): string {
    return this.read(name).toString('utf8')
  }

  /** Makes `<name>.key`, PKCS#8 in PEM; `algorithm` as `openssl genpkey` takes it: `EC`, `ec_paramgen_curve:P-256`. */
  key(name: string, algorithm: string, ...options: readonly string[]): string {
    const all = options.flatMap((it) => ['-pkeyopt', it])
    this.run('genpkey', '-algorithm', algorithm, ...all, '-out', `${name}.key`)
    return `${name}.key`
  }

  /** Makes `<name>.crt` for `<name>.key`, signed by `<issuer>.key` or by itself. */
  certificate(name: string, issuer?: string, extensions: readonly string[] = []): string {
    const subject = ['-subj', `/CN=${name}`, '-days', '30', '-key', `${name}.key`]
    const signed = issuer === undefined ? [] : ['-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`]
    const added = extensions.flatMap((it) => ['-addext', it])
    this.run('req', '-x509', ...subject, ...signed, ...added, '-out', `${name}.crt`)
    return `${name}.crt`
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}
