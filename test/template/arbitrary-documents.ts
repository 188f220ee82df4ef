import fc from 'fast-check'
import { yamlTexts } from './arbitrary-yaml.ts'
import { focus, withSlips } from './focus.ts'
import { piecesOf } from './one-of.ts'

const jsonTexts = withSlips(
  fc.json({ maxDepth: 3, stringUnit: 'binary' }),
  '¦ ¦\\¦"¦{¦]¦,¦:¦0¦-¦e¦\n¦\\u12¦\\ud800¦é¦\u0000¦.5',
)
const decoded = piecesOf(
  '¦ | toJson¦ | toPrettyJson¦ | toRawJson¦ | toYaml¦ | printf "%#v"¦ | printf "%v %T"¦' +
    ' | toYaml | fromYaml | toJson¦ | deepCopy¦ | toString¦ | kindOf',
)
/** JSON of any kind, and what can be made of it. */
export const jsons = focus(
  decoded.flatMap((it) => [`{{ .a | fromJson${it} }}`, `{{ .a | mustFromJson${it} }}`]),
  jsonTexts,
)
/** YAML of any kind, and what can be made of it. */
export const yamls = focus(
  decoded.map((it) => `{{ .a | fromYaml${it} }}`),
  yamlTexts,
)
