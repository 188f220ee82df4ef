/** A block of code of a page. */
export interface Block {
  /** The words behind its three ticks: the language, and what the page says of it to a test. */
  readonly words: readonly string[]
  readonly text: string
}

/** The blocks of code of a page of Markdown, in their order. */
export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, words = '', text = '']) => ({
    words: words.split(' '),
    text,
  }))
}

/** The shell blocks that the page marks `test`; those marked `pods`, too, only where `withPods`. */
export function testedBlocks(markdown: string, withPods: boolean): readonly Block[] {
  return blocksOf(markdown).filter(
    ({ words }) => words[0] === 'sh' && words.includes('test') && (withPods || !words.includes('pods')),
  )
}
