import { kubectlOn, type NodeFacts } from './node.ts'
import { namespace } from './release.ts'

/** A question of `kubectl auth can-i`. */
export interface Right {
  readonly verb: string
  readonly group?: string
  readonly resource: string
  readonly subresource?: string
  readonly name?: string
  readonly namespace?: string
}

/**
 * Asks from inside a manager's pod what an account may do: the pod itself, or a half whose token the pod requests.
 * By the pod's mounted token, kubernetes.default, and the cluster's DNS.
 */
export async function mayFromInside(
  node: NodeFacts,
  account: string | undefined,
  rights: readonly Right[],
): Promise<readonly boolean[]> {
  const words = JSON.stringify({ namespace, account, rights })
  const inside = ['exec', 'deployment/keyferry', '-n', namespace, '--']
  const output = await kubectlOn(node, ...inside, 'node', '-e', script, words)
  return JSON.parse(output) as boolean[]
}

// It runs in the image, which has no kubectl.
const script = `
const { readFileSync } = require('node:fs')
const { request } = require('node:https')
const { namespace, account, rights } = JSON.parse(process.argv[1])
const mounted = (name) => readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/' + name, 'utf8')
const post = (path, token, body) => new Promise((resolve, reject) => {
  const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' }
  const sent = request('https://kubernetes.default.svc' + path, { method: 'POST', headers, ca: mounted('ca.crt') }, (answer) => {
    let text = ''
    answer.on('data', (chunk) => { text += chunk })
    answer.on('end', () => answer.statusCode === 201 ? resolve(JSON.parse(text).status) : reject(new Error(path + ' answers ' + answer.statusCode)))
  })
  sent.on('error', reject)
  sent.end(JSON.stringify(body))
})
const main = async () => {
  let token = mounted('token')
  if (account !== undefined) {
    const path = '/api/v1/namespaces/' + namespace + '/serviceaccounts/' + account + '/token'
    token = (await post(path, token, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} })).token
  }
  const reviews = rights.map((resourceAttributes) => post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', token,
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }))
  process.stdout.write(JSON.stringify((await Promise.all(reviews)).map((it) => it.allowed)))
}
main()
`
