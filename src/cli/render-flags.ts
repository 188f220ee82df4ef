import { type Command, Option } from 'commander'
import { type TemplateFlags, templateFlags } from './template-flags.ts'

const outputs = ['yaml', 'json'] as const

/** What `keyferry render` was told. */
export interface RenderFlags extends TemplateFlags {
  readonly file: readonly string[]
  readonly data?: string
  readonly from: readonly string[]
  readonly showValues: boolean
  readonly output: (typeof outputs)[number]
}

/** Adds the flags of `keyferry render`. */
export function addRenderFlags(command: Command): Command {
  for (const option of templateFlags()) command.addOption(option)
  return command
    .addOption(
      new Option(
        '-f, --file <file>',
        'manifests: ExternalSecrets, and ConfigMaps and Secrets that hold templates; - is stdin; repeat for more',
      )
        .argParser(another)
        .makeOptionMandatory(),
    )
    .option(
      '--data <file>',
      'YAML map of what the provider would give, by secretKey; {base64: ...} for bytes; - is stdin',
    )
    .addOption(
      new Option('--from <file>', 'further manifests with templates; repeat for more')
        .argParser(another)
        .default([], 'none'),
    )
    .option('--show-values', 'show the values of the Secrets, which are secret', false)
    .addOption(new Option('-o, --output <format>', 'how Secrets are shown').choices(outputs).default('yaml'))
}

function another(file: string, previous: readonly string[] = []): string[] {
  return [...previous, file]
}
