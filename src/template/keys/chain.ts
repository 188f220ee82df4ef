import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { decodePems, encodePem } from './pem.ts'

interface Node {
  readonly certificate: Certificate
  /** The identifiers in hexadecimal; one that is not there equals another that is not there, as in ESO. */
  readonly own: string
  readonly issuer: string
  parent: Node | undefined
  isParent: boolean
}

/** The certificates of a PEM text. Throws FunctionError when a block is none. */
export function readCertificates(text: GoString, budget: Budget): readonly Certificate[] {
  budget.step(text.length >> 6)
  budget.allocate(2 * text.length)
  return decodePems(text).blocks.map(({ bytes }) => readCertificate(bytes))
}

/**
 * Certificates from the leaf to the root, each followed by that whose subject key identifier is its authority's. It
 * says nothing of trust. Throws FunctionError when they make no chain or more than one.
 */
export function orderChain(certificates: readonly Certificate[], budget: Budget): readonly Certificate[] {
  budget.step(certificates.length ** 2)
  const nodes = certificates.map(nodeOf)
  for (const node of nodes) {
    node.parent = nodes.find((it) => it !== node && it.own === node.issuer)
    if (node.parent !== undefined) node.parent.isParent = true
  }
  return fromLeaf(theLeaf(nodes), nodes.length)
}

/** Whether no other certificate has issued this one, as far as its identifiers tell. */
export function isRoot({ authorityKeyId, subjectKeyId = Buffer.alloc(0) }: Certificate): boolean {
  return authorityKeyId === undefined || authorityKeyId.equals(subjectKeyId)
}

/** Certificates in PEM, one after the other. */
export function certificatesPem(certificates: readonly Certificate[]): GoString {
  return certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join('')
}

function nodeOf(certificate: Certificate): Node {
  const { subjectKeyId, authorityKeyId } = certificate
  const own = subjectKeyId?.toString('hex') ?? ''
  return {
    certificate,
    own,
    issuer: authorityKeyId?.toString('hex') ?? '',
    parent: undefined,
    isParent: false,
  }
}

function theLeaf(nodes: readonly Node[]): Node {
  const [leaf, other] = nodes.filter((it) => !it.isParent)
  if (leaf === undefined) throw new FunctionError('finds no leaf certificate')
  if (other !== undefined)
    throw new FunctionError('finds several leaf certificates, or some of another chain')
  return leaf
}

function fromLeaf(leaf: Node, count: number): readonly Certificate[] {
  const chain: Certificate[] = []
  for (let node: Node | undefined = leaf; node !== undefined; node = node.parent) {
    if (chain.length === count)
      throw new FunctionError('finds certificates that issue each other in a circle')
    chain.push(node.certificate)
  }
  return chain
}
