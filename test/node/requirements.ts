import type { Progress } from '../cluster/debian.ts'
import { installPackages } from './debian.ts'
import { run } from './run.ts'

/** Why a node cannot run on this machine, in a few words; undefined where it can. Installs Debian packages for it. */
export async function whyNoNode(progress: Progress): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'not Linux'
  if (process.getuid?.() !== 0) return 'not root'
  if (!(await mayUnshare())) return 'no right to make namespaces'
  return await installPackages(progress)
}

/** Root in a container often may not. */
function mayUnshare(): Promise<boolean> {
  const mounts = 'mount -t tmpfs tmpfs /mnt'
  return run('unshare', ['--net', '--mount', '--pid', '--fork', 'sh', '-c', mounts]).then(
    () => true,
    () => false,
  )
}
