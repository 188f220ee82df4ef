import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import type { GoString } from '../value/value.ts'
import { strings } from '../value/value.ts'
import { alternativeNames } from './alternative-names.ts'
import { type Certificate, firstCertificate } from './certificate.ts'
import { certificatesPem, isRoot, orderChain, readCertificates } from './chain.ts'
import { jwkPrivateKeyPem, jwkPublicKeyPem } from './jwk.ts'
import { decodePems, encodePem, type PemBlock } from './pem.ts'

/** ESO's functions of PEM, certificates and JWK. */
export const pemFunctions: Functions = {
  filterPEM: fn(['string', 'string'], ([type, text], env) => {
    env.budget.step(text.length >> 6)
    env.budget.allocate(2 * text.length)
    return blocksOf(type, text)
  }),
  filterCertChain: fn(['string', 'string'], ([kind, text], env) => {
    const chain = orderChain(readCertificates(text, env.budget), env.budget)
    return certificatesPem(partOf(chain, kind))
  }),
  certSANs: fn(['string'], ([text], env) => {
    env.budget.step(text.length >> 6)
    return strings(alternativeNames(firstCertificate(withoutJunk(text))))
  }),
  jwkPublicKeyPem: fn(['string'], ([text], env) => jwkPublicKeyPem(text, env.budget)),
  jwkPrivateKeyPem: fn(['string'], ([text], env) => jwkPrivateKeyPem(text, env.budget)),
}

/** Go would pass over a block that does not begin its line; certSANs wants the first one all the same. */
function withoutJunk(text: GoString): GoString {
  return text.slice(Math.max(0, text.indexOf('-----BEGIN')))
}

function blocksOf(type: GoString, text: GoString): GoString {
  const { blocks, rest } = decodePems(text)
  const wanted = blocks.filter((it) => it.type.toLowerCase() === type.toLowerCase())
  if (wanted.length === 0 && rest !== '')
    throw new FunctionError('finds no such block, but text that is no PEM')
  return wanted.map(({ type, bytes, headers }: PemBlock) => encodePem(type, bytes, headers)).join('')
}

/** Nothing where there is no such certificate or no such kind, as in ESO. */
function partOf(chain: readonly Certificate[], kind: GoString): readonly Certificate[] {
  if (kind === 'leaf') return chain.slice(0, 1).filter((it) => !isRoot(it))
  if (kind === 'root') return chain.slice(-1).filter(isRoot)
  if (kind !== 'intermediate') return []
  const root = chain.findIndex((it, index) => index > 0 && isRoot(it))
  return chain.slice(1, root < 0 ? undefined : root)
}
