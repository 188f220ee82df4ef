/** The npm SDK ships no types; these are the calls that tests make with it. */
declare module 'akeyless' {
  type Fields = Readonly<Record<string, unknown>>

  interface Api {
    auth(body: Fields): Promise<{ token: string; expiration?: string }>
    validateToken(body: Fields): Promise<{ is_valid: boolean; ttl: number }>
    describeSubClaims(body: Fields): Promise<{ sub_claims: Record<string, string[]> }>
    describePermissions(body: Fields): Promise<{ client_permissions: string[] }>
    describeItem(body: Fields): Promise<Item>
    getSecretValue(body: Fields): Promise<Record<string, unknown>>
    getRotatedSecretValue(body: Fields): Promise<Record<string, unknown>>
    getCertificateValue(body: Fields): Promise<{ certificate_pem: string; private_key_pem: string }>
    getDynamicSecretValue(body: Fields): Promise<Record<string, unknown>>
    dynamicSecretGetValue(body: Fields): Promise<Record<string, string>>
    dynamicSecretTmpCredsGet(body: Fields): Promise<TmpUserData[]>
    dynamicSecretTmpCredsUpdate(body: Fields): Promise<unknown>
    dynamicSecretTmpCredsDelete(body: Fields): Promise<unknown>
    exportClassicKey(body: Fields): Promise<{ key: string; certificatePem?: string; ssh?: string }>
    listItems(body: Fields): Promise<{ items: Item[]; next_page?: string; has_next?: boolean }>
    getTags(body: Fields): Promise<string[]>
    createSecret(body: Fields): Promise<{ name: string }>
    updateSecretVal(body: Fields): Promise<{ name: string }>
    deleteItem(body: Fields): Promise<{ item_name: string; item_id: number }>
    rollbackSecret(body: Fields): Promise<{ name?: string }>
    rotateSecret(body: Fields): Promise<{ name: string }>
    authMethodCreateK8s(body: Fields): Promise<{ access_id: string; prv_key: string; name: string }>
    gatewayCreateK8SAuthConfig(body: Fields): Promise<{ cluster_id?: string }>
    gatewayGetK8SAuthConfig(
      body: Fields,
    ): Promise<{ name: string; k8s_host: string; auth_method_access_id: string }>
    gatewayDeleteK8SAuthConfig(body: Fields): Promise<{ cluster_id?: string }>
    createRole(body: Fields): Promise<{ name: string }>
    setRoleRule(body: Fields): Promise<unknown>
    assocRoleAuthMethod(body: Fields): Promise<{ assoc_id: string }>
    listGateways(body: Fields): Promise<{ clusters: { cluster_name: string }[] }>
  }

  interface Item {
    item_name: string
    item_id: number
    item_type: string
    last_version: number
    item_versions: { version: number }[] | null
    modification_date: Date
    client_permissions: string[]
    item_general_info?: { classic_key_details?: { key_type: string } }
  }

  interface TmpUserData {
    id: string
    host: string
    access_id: string
    creation_date: Date
    custom_ttl: number
  }

  class ApiClient {
    basePath: string
    timeout: number
  }

  const sdk: { ApiClient: typeof ApiClient; V2Api: new (client: ApiClient) => Api }
  export default sdk
  export type { Api }
}
