import type { ExternalSecret } from '../api/externalsecret.ts'
import { copiedToTarget, type SecretData, type Target } from './target.ts'

/** What a Secret is to hold; where it lies and whose it is stands with the Target. */
export type Shape = Pick<Target, 'type' | 'finalizers' | 'labels' | 'annotations' | 'data'>

/** Without a template the values are the data, and the marks of the ExternalSecret are those of the Secret. */
export function shapeOf({ metadata }: ExternalSecret, values: SecretData): Shape {
  return {
    labels: copiedToTarget(metadata.labels),
    annotations: copiedToTarget(metadata.annotations),
    data: values,
  }
}
