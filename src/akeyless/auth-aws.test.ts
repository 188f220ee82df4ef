import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CloudBench, createCloudBench } from '../../test/contract/cloud-bench.ts'
import { roleArn } from '../../test/contract/cloud-world.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { AwsAuth } from '../api/akeyless-spec.ts'

const roleAnnotation = 'eks.amazonaws.com/role-arn'
const subject = 'system:serviceaccount:shop:app'
const user = {
  accessKeyId: 'AKIASTANDIN000000001',
  secretAccessKey: 'canary-aws-secret-key-0123456789abcdef',
  arn: 'arn:aws:iam::123456789012:user/app',
}

let bench: CloudBench
beforeEach(async () => {
  bench = await createCloudBench()
  bench.world.sts.role({ arn: roleArn, subject })
  bench.account('app', { [roleAnnotation]: roleArn })
})
afterEach(() => bench.close())

const store = (auth: Partial<AwsAuth>) => bench.open({ awsAuth: { accessID: 'p-aws', ...auth } })
const byAccount = (auth: Partial<AwsAuth> = {}) => store({ serviceAccountRef: { name: 'app' }, ...auth })

describe('a role by ServiceAccount', () => {
  test('logs in: STS checks the JWT, then the signature when Akeyless sends the request', async () => {
    expect(await bench.read(byAccount())).toBe('canary-value')
    expect(bench.world.sts.calls).toEqual([
      {
        action: 'AssumeRoleWithWebIdentity',
        status: 200,
        result: expect.stringContaining('/keyferry-shop-app'),
      },
      { action: 'GetCallerIdentity', status: 200, result: expect.stringContaining('assumed-role/shop/') },
    ])
  })

  test('is the one that roleARN names before the one of the annotation', async () => {
    const other = 'arn:aws:iam::123456789012:role/other'

    expect(await bench.read(byAccount({ roleARN: other }))).toBe('AuthFailed')
    expect(bench.words()).toContain(`assume role "${other}"`)
  })

  test('asks for the audience of the annotation, or the ones that the reference names', async () => {
    bench.world.sts.role({ arn: roleArn, subject, audience: 'aws.internal' })
    bench.account('app', { [roleAnnotation]: roleArn, 'eks.amazonaws.com/audience': 'aws.internal' })

    expect(await bench.read(byAccount())).toBe('canary-value')
    expect(await bench.read(byAccount({ serviceAccountRef: { name: 'app', audiences: ['x'] } }))).toBe(
      'AuthFailed',
    )
    expect(bench.words()).toContain('InvalidIdentityToken')
  })

  test('keeps the keys of the role for the next login, and signs anew', async () => {
    const provider = byAccount()
    await bench.read(provider)
    bench.akeyless.state.revokeTokens()

    expect(await bench.read(provider)).toBe('canary-value')
    expect(bench.world.sts.calls.map((it) => it.action)).toEqual([
      'AssumeRoleWithWebIdentity',
      'GetCallerIdentity',
      'GetCallerIdentity',
    ])
  })

  test('whose keys Akeyless refuses asks for new ones at the next try', async () => {
    await bench.close()
    const clock = new ManualClock()
    clock.jumpWall(Date.now() - clock.now())
    bench = await createCloudBench({ clock })
    bench.world.sts.role({ arn: roleArn, subject })
    bench.account('app', { [roleAnnotation]: roleArn })
    bench.akeyless.state.identities.methods.delete('p-aws')
    const provider = byAccount()

    const first = await bench.read(provider)
    bench.world.seed(bench.akeyless.state)
    clock.advance(6000)
    const second = await bench.read(provider)

    expect([first, second]).toEqual(['AuthFailed', 'canary-value'])
    expect(bench.world.sts.calls.map((it) => it.action)).toEqual([
      'AssumeRoleWithWebIdentity',
      'AssumeRoleWithWebIdentity',
      'GetCallerIdentity',
    ])
  })

  test('that one ServiceAccount has is lent to no other with the same annotation', async () => {
    bench.account('web', { [roleAnnotation]: roleArn })

    const reads = [
      await bench.read(byAccount()),
      await bench.read(byAccount({ serviceAccountRef: { name: 'web' } })),
    ]

    expect(reads).toEqual(['canary-value', 'AuthFailed'])
  })

  test.each([
    ['a ServiceAccount that the trust policy does not admit', 'web', 'AccessDenied: the trust policy'],
    ['a role that is not there', 'lost', 'AccessDenied: the trust policy'],
  ])('of %s is AuthFailed that says so', async (_, name, words) => {
    bench.account('web', { [roleAnnotation]: roleArn })
    bench.account('lost', { [roleAnnotation]: 'arn:aws:iam::123456789012:role/none' })

    expect(await bench.read(store({ serviceAccountRef: { name } }))).toBe('AuthFailed')
    expect(bench.words()).toMatch(
      /^Cannot assume role "arn:[^"]+" at STS "127\.0\.0\.1:\d+": status is 403; /,
    )
    expect(bench.words()).toContain(words)
    expect(bench.akeyless.calls.count('/auth')).toBe(0)
  })

  test('of a cluster whose keys AWS does not know is AuthFailed that says so', async () => {
    bench.world.sts.issuers.clear()

    expect(await bench.read(byAccount())).toBe('AuthFailed')
    expect(bench.words()).toContain('InvalidIdentityToken: the OIDC provider of the cluster is not set up')
  })

  test('that the auth method does not admit is AuthFailed by Akeyless', async () => {
    const other = 'arn:aws:iam::123456789012:role/other'
    bench.world.sts.role({ arn: other, subject })

    expect(await bench.read(byAccount({ roleARN: other }))).toBe('AuthFailed')
    expect(bench.words()).toMatch(
      /ServiceAccount shop\/app, role ".*other"\) at gateway ".*status is \d+; check the access id and the bounds/,
    )
  })

  test.each([
    ['has no role', {}, `has no annotation ${roleAnnotation}`],
    ['has no ARN there', { [roleAnnotation]: 'admin' }, 'it is not the ARN of a role'],
  ])('of a ServiceAccount that %s is InvalidSpec', async (_, annotations, words) => {
    bench.account('bare', annotations)

    expect(await bench.read(store({ serviceAccountRef: { name: 'bare' } }))).toBe('InvalidSpec')
    expect(bench.words()).toContain(words)
    expect(bench.references.tokenRequests).toBe(0)
  })
})

describe('keys in Secrets', () => {
  const secretRef = {
    accessKeyID: { name: 'aws', key: 'id' },
    secretAccessKey: { name: 'aws', key: 'secret' },
  }
  beforeEach(() => {
    bench.world.sts.principal(user)
    bench.references.set('aws', { id: user.accessKeyId, secret: user.secretAccessKey, token: 'canary-wrong' })
  })

  test('log in, and STS is not asked before Akeyless asks it', async () => {
    expect(await bench.read(store({ secretRef }))).toBe('canary-value')
    expect(bench.world.sts.calls).toEqual([{ action: 'GetCallerIdentity', status: 200, result: user.arn }])
  })

  test('that are wrong are AuthFailed', async () => {
    bench.references.set('aws', { id: user.accessKeyId, secret: 'canary-wrong' })

    expect(await bench.read(store({ secretRef }))).toBe('AuthFailed')
    expect(bench.world.sts.calls.at(-1)).toMatchObject({ result: 'SignatureDoesNotMatch' })
  })

  test('with a session token send it signed', async () => {
    bench.world.sts.principal({ ...user, sessionToken: 'canary-session' })
    bench.references.set('aws', {
      id: user.accessKeyId,
      secret: user.secretAccessKey,
      token: 'canary-session',
    })

    expect(
      await bench.read(store({ secretRef: { ...secretRef, sessionToken: { name: 'aws', key: 'token' } } })),
    ).toBe('canary-value')
  })

  test('in the wrong place are InvalidSpec, and not shown', async () => {
    bench.references.set('aws', { id: 'canary-not an id', secret: user.secretAccessKey })

    expect(await bench.read(store({ secretRef }))).toBe('InvalidSpec')
    expect(bench.words()).toContain('awsAuth.secretRef.accessKeyID: its Secret holds no AWS access key ID')
  })

  test('of a rotated Secret log in anew', async () => {
    const provider = store({ secretRef })
    await bench.read(provider)
    bench.world.sts.principal({
      ...user,
      accessKeyId: 'AKIASTANDIN000000002',
      secretAccessKey: 'canary-next',
    })
    bench.references.set('aws', { id: 'AKIASTANDIN000000002', secret: 'canary-next' })

    expect(await bench.read(provider)).toBe('canary-value')
    expect(bench.akeyless.calls.count('/auth')).toBe(2)
  })
})

describe('the identity of the pod or node', () => {
  const files: string[] = []
  afterEach(async () => {
    await Promise.all(files.splice(0).map((it) => rm(it, { recursive: true })))
  })

  async function again(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await bench.close()
    bench = await createCloudBench({ allowAmbientCloudIdentity: true, env })
    const keys = { ...user, sessionToken: 'canary-session' }
    bench.world.sts.principal(keys)
    bench.world.metadata.aws = { role: 'node', keys }
  }

  const ambient = () => bench.open({ awsAuth: { accessID: 'p-aws' } }, true)

  test('of an instance comes by IMDSv2', async () => {
    await again()

    expect(await bench.read(ambient())).toBe('canary-value')
    expect(bench.world.metadata.calls.map((it) => it.status)).toEqual([200, 200, 200])
  })

  test('of an instance without a role is AuthFailed that says what to check', async () => {
    await again()
    bench.world.metadata.aws = undefined

    expect(await bench.read(ambient())).toBe('AuthFailed')
    expect(bench.words()).toBe(
      'Cannot get keys from the AWS instance metadata: status is 404; check that the node or pod has an IAM role, and that pods may reach it (hop limit 2)',
    )
  })

  test("of a pod with a web identity of its own is that pod's role", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-irsa-'))
    files.push(folder)
    const file = join(folder, 'token')
    await again({ AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: file })
    const sub = 'system:serviceaccount:keyferry:manager'
    bench.world.sts.role({ arn: roleArn, subject: sub })
    await writeFile(file, `${bench.world.issuer.sign({ sub, aud: ['sts.amazonaws.com'] })}\n`)

    expect(await bench.read(ambient())).toBe('canary-value')
    expect(bench.world.metadata.calls).toEqual([])
  })

  test('of a pod whose token file is missing is AuthFailed that names the variable', async () => {
    await again({ AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: '/none/there' })

    expect(await bench.read(ambient())).toBe('AuthFailed')
    expect(bench.words()).toContain('AWS_WEB_IDENTITY_TOKEN_FILE')
  })

  test('of a pod with container credentials comes from there, with its authorization', async () => {
    await again()
    const { createServer } = await import('node:http')
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`)
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = user
      const Expiration = new Date(Date.now() + 3_600_000).toISOString()
      response.end(JSON.stringify({ AccessKeyId, SecretAccessKey, Token: 'canary-session', Expiration }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as import('node:net').AddressInfo
    await again({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
    })

    const value = await bench.read(ambient())
    server.closeAllConnections()
    server.close()

    expect(value).toBe('canary-value')
    expect(asked).toEqual(['/v1/credentials pod-token'])
  })
})
