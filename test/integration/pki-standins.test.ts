import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { startVault, type VaultStandIn } from '../fakes/pki/vault.ts'
import { callVault, type VaultStep } from '../partners/vault-client.ts'

describe("HashiCorp's own client takes the stand-in for a Vault", () => {
  let vault: VaultStandIn
  let csr = ''

  beforeAll(async () => {
    vault = await startVault(await PkiAuthority.make())
    vault.state.appRoles.set('role', 'secret')
    vault.state.kubernetesRoles.set('issuer', (jwt) => jwt === 'good')
    csr = await makeCsr({ commonName: 'a.example.com', dnsNames: ['a.example.com'] })
  })

  afterAll(() => vault[Symbol.asyncDispose]())

  const call = (...steps: readonly VaultStep[]) =>
    callVault({ url: vault.url, caPem: vault.authority.rootPem }, steps)
  const login: VaultStep = { login: 'approle', data: { role_id: 'role', secret_id: 'secret' } }

  test('it logs in by AppRole and by Kubernetes auth', async () => {
    const byKubernetes: VaultStep = { login: 'kubernetes', data: { role: 'issuer', jwt: 'good' } }

    const outcomes = await call(login, byKubernetes)

    const loggedIn = { leaseSeconds: 3600, renewable: true }
    expect(outcomes).toEqual([{ loggedIn }, { loggedIn }])
  })

  test('it is told of refused logins', async () => {
    const outcomes = await call(
      { login: 'approle', data: { role_id: 'role', secret_id: 'other' } },
      { login: 'kubernetes', data: { role: 'issuer', jwt: 'bad' } },
    )

    expect(outcomes.map((it) => it.status)).toEqual([400, 403])
  })

  test('it has a CSR signed by a role, verbatim and as a CA', async () => {
    const data = { csr, ttl: '24h', common_name: 'a.example.com' }

    const [, ...signed] = await call(
      login,
      { write: 'pki/sign/web', data },
      { write: 'pki/sign-verbatim', data },
      { write: 'pki/root/sign-intermediate', data },
    )

    const pem = expect.stringContaining('-----BEGIN CERTIFICATE-----') as string
    const chain = [pem, pem]
    const certificate = { certificate: pem, issuing_ca: pem, ca_chain: chain }
    expect(signed).toMatchObject([{ data: certificate }, { data: certificate }, { data: certificate }])
  })

  test('it is told what a role refuses, and that a token is missing or revoked', async () => {
    vault.state.roles.set('narrow', { allowedDomains: ['example.org'] })
    const write = { write: 'pki/sign/narrow', data: { csr, ttl: '1h' } }

    const outcomes = await call(write, login, write, { write: 'pki/sign/none', data: { csr, ttl: '1h' } })

    expect(outcomes.map((it) => it.status)).toEqual([403, undefined, 400, 400])
  })

  test.each([
    ['active', { initialized: true, sealed: false }],
    ['standby', { initialized: true, sealed: false }],
    ['recovery', { initialized: true, sealed: false }],
    ['performance-standby', { initialized: true, sealed: false }],
    ['sealed', { initialized: true, sealed: true }],
    ['uninitialised', { initialized: false }],
  ] as const)('it reads the health of one that is %s', async (health, expected) => {
    vault.state.health = health

    const [outcome] = await call({ health: true })

    vault.state.health = 'active'
    expect(outcome?.health).toMatchObject(expected)
  })

  test('it is told that a Vault is sealed', async () => {
    vault.state.health = 'sealed'

    const [outcome] = await call(login)

    vault.state.health = 'active'
    expect(outcome).toMatchObject({ status: 503, errors: ['Vault is sealed'] })
  })
})
