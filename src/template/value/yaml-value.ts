import type { YamlScalar } from './yaml-resolve.ts'

/** What a document holds. A map's keys keep their type: 1 and "1" are two. */
export type YamlValue = YamlScalar | readonly YamlValue[] | YamlMap
export type YamlMap = Map<YamlScalar, YamlValue>
