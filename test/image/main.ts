// What hack/image runs.
import { parseArgs } from 'node:util'
import { buildImage, type ImageOptions, isPlatform } from './build.ts'
import { whyNoImage } from './debian.ts'

const usage = 'usage: hack/image [--platform linux/amd64|linux/arm64] [--output oci-archive:FILE] [--tag TAG]'
const say = (line: string) => void process.stderr.write(`${line}\n`)

const options = optionsOf(process.argv.slice(2))
const reason = await whyNoImage()
if (options === undefined) {
  say(usage)
  process.exitCode = 2
} else if (reason !== undefined) {
  say(`Cannot build the image here: ${reason}. Any builder of Dockerfiles will do elsewhere: docs/image.md`)
  process.exitCode = 1
} else {
  const { archive, digest, reference } = await buildImage({ ...options, progress: say })
  console.log(`${reference}@${digest}\n${archive}`)
}

function optionsOf(args: readonly string[]): ImageOptions | undefined {
  const { platform, output, tag } = parse(args) ?? { platform: '' }
  if (platform !== undefined && !isPlatform(platform)) return undefined
  const file = output?.startsWith('oci-archive:') === true ? output.slice('oci-archive:'.length) : output
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(file === undefined ? {} : { output: file }),
    ...(tag === undefined ? {} : { tag }),
  }
}

function parse(args: readonly string[]): { platform?: string; output?: string; tag?: string } | undefined {
  const text = { type: 'string' } as const
  try {
    return parseArgs({ args: [...args], options: { platform: text, output: text, tag: text } }).values
  } catch {
    return undefined
  }
}
