import { SignFailure } from './sign-failure.ts'

/** What a CA answered must not reach a request; `words` say why. Asking again would only have it sign again. */
export function refusedAnswer(words: string): SignFailure {
  return new SignFailure('Refused', `the answer of the CA is not published: ${words}`)
}
