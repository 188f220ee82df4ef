import { InvalidArgumentError } from 'commander'

/**
 * A namespace's name as a flag gives it. An empty one is refused, too: a variable that was not filled in would otherwise
 * widen the scope to all. Throws InvalidArgumentError.
 */
export function namespaceName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text
  throw new InvalidArgumentError('It takes the name of a namespace.')
}
