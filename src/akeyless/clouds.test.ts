import { expect, test } from 'vitest'
import { systemClock } from '../std/clock.ts'
import { checkRegion, checkRoleArn } from './aws-region.ts'
import { azureCloudOf } from './azure-cloud.ts'
import { Clouds } from './clouds.ts'

const { addresses } = new Clouds({}, systemClock)

test.each([
  [undefined, 'https://sts.amazonaws.com'],
  ['eu-west-1', 'https://sts.eu-west-1.amazonaws.com'],
  ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn'],
  ['us-iso-east-1', 'https://sts.us-iso-east-1.c2s.ic.gov'],
  ['us-isob-east-1', 'https://sts.us-isob-east-1.sc2s.sgov.gov'],
])('the STS of region %s is %s', (region, origin) => {
  expect(addresses.sts(checkRegion(region, 'region'))).toBe(origin)
})

test.each(['', 'eu-west-1.evil.test', 'EU-WEST-1', '../x', 'evil.test/a-b-1', 'eu-west-1#'])(
  '"%s" is no region and becomes no host name',
  (region) => {
    expect(() => checkRegion(region, 'awsAuth.region')).toThrow(/^Cannot use awsAuth\.region: /)
  },
)

test.each(['arn:aws:iam::123456789012:user/a', 'arn:aws:iam::1:role/a', 'role/a', ''])(
  '"%s" is no role',
  (arn) => {
    expect(() => checkRoleArn(arn, 'awsAuth.roleARN')).toThrow(/^Cannot use awsAuth\.roleARN: /)
  },
)

test.each([
  ['AzureCloud', 'https://login.microsoftonline.com'],
  ['AzureUSGovernment', 'https://login.microsoftonline.us'],
  ['AzureChinaCloud', 'https://login.partner.microsoftonline.cn'],
] as const)('the Entra of %s is %s', (cloud, origin) => {
  expect(addresses.entra(cloud)).toBe(origin)
})

test.each([
  [{}, 'AzureCloud'],
  [{ AZURE_ENVIRONMENT: 'AzureUSGovernmentCloud' }, 'AzureUSGovernment'],
  [{ AZURE_CLOUD: ' azurechinacloud ' }, 'AzureChinaCloud'],
  [{ AZURE_ENVIRONMENT: 'constructor', AZURE_CLOUD: 'AzureChinaCloud' }, 'AzureChinaCloud'],
])('the environment %j is %s', (env, cloud) => {
  expect(azureCloudOf(env)).toBe(cloud)
})

test('the metadata of all clouds is at the one address that they share', () => {
  const { awsMetadata, azureMetadata, gcpMetadata } = addresses

  expect(new Set([awsMetadata, azureMetadata, gcpMetadata])).toEqual(new Set(['http://169.254.169.254']))
})
