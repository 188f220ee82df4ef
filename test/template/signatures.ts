import { piecesOf } from './one-of.ts'

/**
 * What an argument or result is. Names from Go where Go checks the type; the others are text (or numbers) of a certain
 * form, so that a function gets something that it can work on.
 */
export const kinds = [
  'any',
  'string',
  'int',
  'int64',
  'float',
  'bool',
  'list',
  'strings',
  'ints',
  'dict',
  'stringMap',
  'time',
  'small',
  'number',
  'numeric',
  'json',
  'yaml',
  'b64',
  'b32',
  'regex',
  'replacement',
  'layout',
  'zone',
  'date',
  'duration',
  'semver',
  'constraint',
  'url',
  'path',
  'key',
  'separator',
  'typeName',
  'format',
  'epoch',
  'listText',
] as const

export type Kind = (typeof kinds)[number]

export interface Signature {
  readonly name: string
  readonly params: readonly Kind[]
  /** The kind of any number of further arguments. */
  readonly rest: Kind | undefined
  readonly result: Kind
}

/**
 * The deterministic functions. Left out: what is random, makes keys or looks at the clock, what goes to the network,
 * what works on keys and certificates (the corpus has those), and `keys` and `values` (Go's order of maps is random),
 * which stand here inside sortAlpha.
 */
const table = `
abbrev small string -> string
abbrevboth small small string -> string
trunc small string -> string
trim string -> string
upper string -> string
lower string -> string
title string -> string
untitle string -> string
substr small small string -> string
repeat small string -> string
trimall separator string -> string
trimAll separator string -> string
trimSuffix separator string -> string
trimPrefix separator string -> string
nospace string -> string
initials string -> string
swapcase string -> string
snakecase string -> string
camelcase string -> string
kebabcase string -> string
wrap small string -> string
wrapWith small separator string -> string
contains separator string -> bool
hasPrefix separator string -> bool
hasSuffix separator string -> bool
quote any... -> string
squote any... -> string
cat any... -> string
indent small string -> string
nindent small string -> string
replace separator string string -> string
plural string string int -> string
sha1sum string -> string
sha256sum string -> string
adler32sum string -> string
toString any -> string
atoi numeric -> int
int64 number -> int64
int number -> int
float64 number -> float
int64 any -> int64
int any -> int
float64 any -> float
seq small -> string
seq small small -> string
seq small small small -> string
toDecimal numeric -> int64
split separator string -> stringMap
splitList separator string -> strings
splitn separator small string -> stringMap
toStrings list -> strings
toStrings any -> strings
until small -> ints
untilStep small small small -> ints
add1 number -> int64
add number... -> int64
sub number number -> int64
div number number -> int64
mod number number -> int64
mul number number... -> int64
add1f number -> float
addf number... -> float
subf number number... -> float
divf number number... -> float
mulf number number... -> float
biggest number number... -> int64
max number number... -> int64
min number number... -> int64
maxf number number... -> float
minf number number... -> float
ceil number -> float
floor number -> float
round number small -> float
round number small float -> float
join separator list -> string
join separator any -> string
sortAlpha list -> strings
default any any -> any
empty any -> bool
coalesce any... -> any
all any... -> bool
any any... -> bool
compact list -> list
mustCompact list -> list
fromJson json -> any
toJson any -> json
toPrettyJson any -> json
toRawJson any -> json
mustFromJson json -> any
mustToJson any -> json
mustToPrettyJson any -> json
mustToRawJson any -> json
ternary any any bool -> any
deepCopy any -> any
mustDeepCopy list -> any
typeOf any -> typeName
typeIs typeName any -> bool
typeIsLike typeName any -> bool
kindOf any -> typeName
kindIs typeName any -> bool
deepEqual any any -> bool
base path -> path
dir path -> path
clean path -> path
ext path -> string
isAbs path -> bool
osBase path -> path
osClean path -> path
osDir path -> path
osExt path -> string
osIsAbs path -> bool
b64enc string -> b64
b64dec b64 -> string
b32enc string -> b32
b32dec b32 -> string
tuple any... -> list
list any... -> list
dict key any -> dict
dict key any key any -> dict
dict key any key any key any -> dict
dict any... -> dict
get dict key -> any
set dict key any -> dict
unset dict key -> dict
hasKey dict key -> bool
pluck key dict... -> list
pick dict key... -> dict
omit dict key... -> dict
merge dict dict... -> dict
mergeOverwrite dict dict... -> dict
mustMerge dict dict -> dict
mustMergeOverwrite dict dict -> dict
append list any -> list
push list any -> list
mustAppend list any -> list
mustPush list any -> list
prepend list any -> list
mustPrepend list any -> list
first list -> any
mustFirst list -> any
rest list -> list
mustRest list -> list
last list -> any
mustLast list -> any
initial list -> list
mustInitial list -> list
reverse list -> list
mustReverse list -> list
uniq list -> list
mustUniq list -> list
without list any... -> list
mustWithout list any... -> list
has any list -> bool
mustHas any list -> bool
slice list small -> list
slice list small small -> list
mustSlice list small -> list
concat list... -> list
dig key any dict -> any
dig key key any dict -> any
chunk small list -> list
mustChunk small list -> list
decryptAES string b64 -> string
semver semver -> any
semverCompare constraint semver -> bool
fail string -> string
regexMatch regex string -> bool
mustRegexMatch regex string -> bool
regexFindAll regex string small -> strings
mustRegexFindAll regex string small -> strings
regexFind regex string -> string
mustRegexFind regex string -> string
regexReplaceAll regex string replacement -> string
mustRegexReplaceAll regex string replacement -> string
regexReplaceAllLiteral regex string replacement -> string
mustRegexReplaceAllLiteral regex string replacement -> string
regexSplit regex string small -> strings
mustRegexSplit regex string small -> strings
regexQuoteMeta string -> regex
urlParse url -> dict
urlJoin dict -> url
hello -> string
date layout epoch -> string
dateInZone layout epoch zone -> string
date_in_zone layout epoch zone -> string
htmlDate epoch -> string
htmlDateInZone epoch zone -> string
date_modify duration time -> time
dateModify duration time -> time
mustDateModify duration time -> time
must_date_modify duration time -> time
toDate layout date -> time
mustToDate layout date -> time
unixEpoch time -> numeric
duration numeric -> duration
durationRound duration -> string
toYaml any -> yaml
fromYaml yaml -> any
and any any... -> any
or any any... -> any
not any -> bool
eq any any... -> bool
eq string string -> bool
eq int int -> bool
ne any any -> bool
lt number number -> bool
le string string -> bool
gt int int -> bool
ge any any -> bool
len list -> int
len any -> int
index list small -> any
index dict key -> any
index any any... -> any
print any... -> string
println any... -> string
printf format any... -> string
html any... -> string
js any... -> string
urlquery any... -> string
`

export const signatures: readonly Signature[] = table.trim().split('\n').map(parse)

function parse(line: string): Signature {
  const [left = '', result = ''] = line.split('->').map((it) => it.trim())
  const [name = '', ...params] = left.split(' ')
  const rest = params.find((it) => it.endsWith('...'))
  return {
    name,
    params: params.filter((it) => !it.endsWith('...')).map(kindOf),
    rest: rest === undefined ? undefined : kindOf(rest.slice(0, -3)),
    result: kindOf(result),
  }
}

/** Kinds by their names, which stand between bars. */
export function kindsOf(names: string): readonly Kind[] {
  return piecesOf(names).map(kindOf)
}

function kindOf(word: string): Kind {
  const found = kinds.find((it) => it === word)
  if (found === undefined) throw new Error(`no such kind: ${word}`)
  return found
}
