import { stringify } from 'yaml'
import { customResourceDefinition } from '../../src/api/crd.ts'
import type { KindDefinition } from '../../src/api/define-kind.ts'
import { externalClusterIssuerDefinition, externalIssuerDefinition } from '../../src/api/externalissuer.ts'
import { externalSecretDefinition } from '../../src/api/externalsecret.ts'
import { clusterSecretStoreDefinition, secretStoreDefinition } from '../../src/api/secretstore.ts'
import { type GeneratedFile, generatedHeader } from './file.ts'

const definitions: readonly KindDefinition[] = [
  externalSecretDefinition,
  secretStoreDefinition,
  clusterSecretStoreDefinition,
  externalIssuerDefinition,
  externalClusterIssuerDefinition,
]

/** One file per kind, named `GROUP_PLURAL.yaml`. */
export function crdFiles(): readonly GeneratedFile[] {
  return definitions.map((definition) => ({
    path: `config/crd/${definition.kind.group}_${definition.kind.plural}.yaml`,
    text:
      generatedHeader +
      stringify(customResourceDefinition(definition), { lineWidth: 120, aliasDuplicateObjects: false }),
  }))
}

/** The same files for the chart, which renders them as templates. */
export function chartCrdFiles(): readonly GeneratedFile[] {
  return crdFiles().map(({ path, text }) => ({
    path: path.replace('config/crd/', 'charts/keyferry/files/crds/'),
    text,
  }))
}
