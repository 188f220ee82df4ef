import { failure } from '../api/reason.ts'

/** Partitions of AWS beside the commercial one: how their regions begin, and the domain of their services. */
const partitions: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eusc-', 'amazonaws.eu'],
]

/** The region that signatures for the global STS are made for. */
const globalRegion = 'us-east-1'

/**
 * The STS of a region, or the global one, which is what Akeyless asks unless an auth method names another (AWS General
 * Reference, "AWS Security Token Service endpoints").
 */
export function stsOrigin(region: string | undefined): string {
  if (region === undefined) return 'https://sts.amazonaws.com'
  const [, domain = 'amazonaws.com'] = partitions.find(([prefix]) => region.startsWith(prefix)) ?? []
  return `https://sts.${region}.${domain}`
}

/** The region that a signature is scoped to. */
export function signingRegion(region: string | undefined): string {
  return region ?? globalRegion
}

/** Checks a region, which becomes part of a host name; throws InvalidSpec. */
export function checkRegion(region: string | undefined, path: string): string | undefined {
  if (region === undefined || /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) return region
  throw failure('InvalidSpec', `Cannot use ${path}: it is not a region; one looks like eu-west-1`)
}

/** Checks the ARN of a role; throws InvalidSpec. */
export function checkRoleArn(arn: string, path: string): string {
  if (/^arn:aws(-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(arn)) return arn
  const form = 'arn:aws:iam::123456789012:role/NAME'
  throw failure('InvalidSpec', `Cannot use ${path}: it is not the ARN of a role; one looks like ${form}`)
}
