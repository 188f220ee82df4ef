import type { AzureAuth } from '../api/akeyless-spec.ts'

export type AzureCloud = NonNullable<AzureAuth['cloud']>

interface AzureCloudFacts {
  /** Where Entra gives tokens (Microsoft Entra, "National clouds"). */
  readonly entra: string
  /** Azure Resource Manager, whose tokens Akeyless takes. */
  readonly resource: string
}

const facts: Readonly<Record<AzureCloud, AzureCloudFacts>> = {
  AzureCloud: { entra: 'https://login.microsoftonline.com', resource: 'https://management.azure.com/' },
  AzureUSGovernment: {
    entra: 'https://login.microsoftonline.us',
    resource: 'https://management.usgovcloudapi.net/',
  },
  AzureChinaCloud: {
    entra: 'https://login.partner.microsoftonline.cn',
    resource: 'https://management.chinacloudapi.cn/',
  },
}

export function entraOrigin(cloud: AzureCloud): string {
  return facts[cloud].entra
}

export function azureResource(cloud: AzureCloud): string {
  return facts[cloud].resource
}

const spellings: Readonly<Record<string, AzureCloud>> = {
  azurecloud: 'AzureCloud',
  azurepubliccloud: 'AzureCloud',
  azureusgovernment: 'AzureUSGovernment',
  azureusgovernmentcloud: 'AzureUSGovernment',
  azurechinacloud: 'AzureChinaCloud',
  azurechinacloud21vianet: 'AzureChinaCloud',
}

/** The cloud that the environment of Keyferry's pod names, as ESO reads it: AZURE_ENVIRONMENT, else AZURE_CLOUD. */
export function azureCloudOf(env: Readonly<Record<string, string | undefined>>): AzureCloud {
  for (const name of ['AZURE_ENVIRONMENT', 'AZURE_CLOUD']) {
    const word = env[name]?.trim().toLowerCase() ?? ''
    const cloud = Object.hasOwn(spellings, word) ? spellings[word] : undefined
    if (cloud !== undefined) return cloud
  }
  return 'AzureCloud'
}
