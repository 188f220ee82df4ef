import type { KindDefinition } from './define-kind.ts'
import { structuralSchema } from './structural.ts'

/** The CustomResourceDefinition of a kind, as apiextensions.k8s.io/v1 writes it. */
export function customResourceDefinition(definition: KindDefinition): object {
  const { group, version, plural, namespaced } = definition.kind
  const served = [version, ...definition.deprecatedVersions]
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: namesOf(definition),
      conversion: { strategy: 'None' },
      versions: served.map((name) => versionOf(definition, name)),
    },
  }
}

function namesOf(definition: KindDefinition): object {
  const { kind, plural } = definition.kind
  return {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: definition.shortNames,
    categories: definition.categories,
  }
}

/** All versions share one schema, so that reading and writing through either loses nothing. */
function versionOf(definition: KindDefinition, name: string): object {
  const { kind, printerColumns, selectableFields } = definition
  const stored = name === kind.version
  return {
    name,
    served: true,
    storage: stored,
    ...(stored ? {} : { deprecated: true, deprecationWarning: warningOf(definition, name) }),
    schema: { openAPIV3Schema: schemaOf(definition) },
    subresources: { status: {} },
    ...(selectableFields.length > 0 && {
      selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
    }),
    additionalPrinterColumns: printerColumns,
  }
}

function warningOf({ kind }: KindDefinition, name: string): string {
  return `${kind.group}/${name} ${kind.kind} is deprecated; use ${kind.group}/${kind.version}: the fields are the same`
}

function schemaOf(definition: KindDefinition): object {
  return {
    type: 'object',
    description: definition.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Group and version of the API.' },
      kind: { type: 'string', description: 'Kind of the object.' },
      metadata: { type: 'object' },
      spec: structuralSchema(definition.spec, 'spec'),
      // The one default: health checks then see an object that nobody looked at yet as not ready.
      status: { ...structuralSchema(definition.status, 'status'), default: { observedGeneration: -1 } },
    },
  }
}
