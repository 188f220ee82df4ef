import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const esoModule = join(import.meta.dirname, '../../hack/go/eso')

/**
 * Folder of ESO's own CRDs, of the version that hack/go/eso pins. They are another project's text and not in this
 * tree: they lie in its Go module, which is fetched (20 MB, about a second) and not built.
 */
async function esoCrds(): Promise<string> {
  const args = ['mod', 'download', '-json', 'github.com/external-secrets/external-secrets']
  const { stdout } = await promisify(execFile)('go', args, { cwd: esoModule })
  const { Dir } = JSON.parse(stdout) as { Dir: string }
  return join(Dir, 'config/crds/bases')
}

/** The CRDs of the kinds that we serve, as files. */
export async function esoCrdFiles(): Promise<readonly string[]> {
  const folder = await esoCrds()
  return ['externalsecrets', 'secretstores', 'clustersecretstores'].map((it) =>
    join(folder, `external-secrets.io_${it}.yaml`),
  )
}
