import { type Functions, fn, type GoFunction } from '../function.ts'
import type { GoString } from '../value/value.ts'

/** Functions on slash-separated paths; those of the operating system do the same, for it is always Linux. */
export const pathFunctions: Functions = {
  ...named('base', base),
  ...named('dir', (path) => clean(path.slice(0, path.lastIndexOf('/') + 1))),
  ...named('clean', clean),
  ...named('ext', extension),
  isAbs: fn(['string'], ([path]) => path.startsWith('/')),
  osIsAbs: fn(['string'], ([path]) => path.startsWith('/')),
}

function named(name: 'base' | 'dir' | 'clean' | 'ext', work: (path: GoString) => GoString): Functions {
  const it: GoFunction = fn(['string'], ([path], { budget }) => {
    budget.step(1 + (path.length >> 4))
    budget.allocate(path.length)
    return work(path)
  })
  return { [name]: it, [`os${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]: it }
}

/** The last element of a path; `.` of none and `/` of slashes only. */
function base(path: GoString): GoString {
  if (path === '') return '.'
  const end = lengthWithoutSlashes(path)
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end)
}

function lengthWithoutSlashes(path: GoString): number {
  let end = path.length
  while (path[end - 1] === '/') end--
  return end
}

/** The shortest path that is the same (path.Clean): without `.`, empty elements and what `..` takes back. */
function clean(path: GoString): GoString {
  const isRooted = path.startsWith('/')
  const kept: GoString[] = []
  for (const element of path.split('/')) {
    if (element === '' || element === '.') continue
    if (element !== '..') kept.push(element)
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (!isRooted) kept.push(element)
  }
  const cleaned = (isRooted ? '/' : '') + kept.join('/')
  return cleaned === '' ? '.' : cleaned
}

/** From the last dot of the last element on. */
function extension(path: GoString): GoString {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot === -1 ? '' : name.slice(dot)
}
