import { Command, CommanderError } from 'commander'
import { Failure } from '../std/failure.ts'
import { addCheckFlags, type CheckFlags } from './check-flags.ts'
import { addManagerFlags, type ManagerFlags } from './flags.ts'
import { type RunOptions, runManager } from './manager.ts'
import { addReleaseFlags, type ReleaseFlags } from './release-flags.ts'
import { addRenderFlags, type RenderFlags } from './render-flags.ts'
import { version } from './version.ts'

/** How a command ended: 0 well, 1 it failed, 2 it was called wrongly. */
export type ExitCode = 0 | 1 | 2

/** Runs one command line (without the program's own name) and gives its exit code; what went wrong is on stderr. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<ExitCode> {
  let code: ExitCode = 0
  const program = createProgram(options, (result) => {
    code = result
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof Failure)) throw error
    process.stderr.write(`keyferry: ${error.message}\n`)
    return 1
  }
}

function createProgram(options: RunOptions, done: (code: ExitCode) => void): Command {
  const program = new Command('keyferry')
    .description('Carries Akeyless secrets and company certificates into Kubernetes.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Try keyferry --help')
  const manager = subcommand(
    program,
    'manager',
    'Run the operator: keeps Secrets equal to what ExternalSecrets ask for.',
  )
  addManagerFlags(manager).action(async (flags: ManagerFlags) => done(await runManager(flags, options)))
  const render = subcommand(
    program,
    'render',
    'Render the templates of ExternalSecrets offline, and show the Secrets they would become.',
  )
  addRenderFlags(render).action(async (flags: RenderFlags) => {
    const { runRender } = await import('./render.ts')
    done(await runRender(flags))
  })
  const release = subcommand(
    program,
    'release',
    'Take the finalizers of Keyferry off ExternalSecrets, before it is uninstalled.',
  )
  addReleaseFlags(release).action(async (flags: ReleaseFlags) => {
    const { runRelease } = await import('./release.ts')
    done(await runRelease(flags))
  })
  const check = subcommand(
    program,
    'check',
    'Walk the chain from the API server to the logins of stores, and say which leg fails.',
  )
  addCheckFlags(check).action(async (flags: CheckFlags) => {
    const { runCheck } = await import('./check.ts')
    done(await runCheck(flags))
  })
  return program
}

function subcommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .exitOverride()
    .showHelpAfterError(`Try keyferry ${name} --help`)
}
