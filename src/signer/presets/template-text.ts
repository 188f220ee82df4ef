/** A template that gives this very text, whatever is in it. */
export function literal(text: string): string {
  return text.includes('{{') ? `{{ ${JSON.stringify(text)} }}` : text
}

/** A template that gives a credential by its key. */
export function secret(key: string): string {
  return `{{ index .secrets ${JSON.stringify(key)} }}`
}
