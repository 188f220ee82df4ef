/** A YAML document as it is written; a tag is whole (`tag:yaml.org,2002:str`), or `''` where there is none. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly tag: string
  readonly text: string
  /** Without quotes, so that what it looks like says what it is. */
  readonly isImplicit: boolean
}

export interface SequenceNode {
  readonly kind: 'sequence'
  readonly items: YamlNode[]
}

export interface MappingNode {
  readonly kind: 'mapping'
  readonly entries: (readonly [key: YamlNode, value: YamlNode])[]
}

export interface AliasNode {
  readonly kind: 'alias'
  readonly name: string
  readonly target: YamlNode
}

/** What stands where nothing is written. */
export const emptyNode: ScalarNode = { kind: 'scalar', tag: '', text: '', isImplicit: true }
