import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../../src/api/secretstore.ts'
import {
  configMapKind,
  type Kind,
  namespaceKind,
  secretKind,
  serviceAccountKind,
} from '../../src/kube/kind.ts'

const kinds = [
  externalSecretKind,
  secretStoreKind,
  clusterSecretStoreKind,
  configMapKind,
  namespaceKind,
  serviceAccountKind,
  secretKind,
]
const byWord = new Map(kinds.map((it) => [it.kind.toLowerCase(), it]))

/** A kind that tests write, by the word of their manifests or, in small letters, that of kubectl. */
export function writtenKind(word: string): Kind | undefined {
  return byWord.get(word.toLowerCase())
}
