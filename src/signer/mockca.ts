import { type Clock, systemClock } from '../std/clock.ts'
import { Authorities } from './mockca-authorities.ts'
import { readMockCAConfig } from './mockca-config.ts'
import { readFixedCA } from './mockca-fixed.ts'
import { MockCASigner } from './mockca-signer.ts'
import type { Signer, SignerType } from './signer.ts'

export interface MockCA extends SignerType {
  /** Drops the CA of an issuer that was deleted, by its UID. */
  forget(issuerUid: string): void
}

/**
 * A CA for tests: made in memory per issuer at the first check or request, so by the leader only, and lost when the
 * process ends; with authSecretRef the one in that Secret. There is one of these per process: a reload of an issuer's
 * configuration finds its CA again.
 */
export function mockCA({ clock = systemClock }: { readonly clock?: Pick<Clock, 'now'> } = {}): MockCA {
  const authorities = new Authorities()
  const nowMs = () => clock.now()
  return {
    name: 'mockca',
    async open({ title, issuer, previousFingerprint, ...options }): Promise<Signer> {
      const config = readMockCAConfig(options.config)
      const { allowCA } = config
      const shared = { title, allowCA, previousFingerprint, nowMs }
      if (options.credentials === undefined) {
        const authority = () => authorities.of(issuer.uid, config, nowMs())
        return new MockCASigner({ ...shared, source: 'memory', authority })
      }
      const fixed = await readFixedCA(options.credentials, nowMs())
      const authority = () => Promise.resolve(fixed)
      return new MockCASigner({ ...shared, source: 'the Secret of authSecretRef', authority })
    },
    forget: (issuerUid) => authorities.forget(issuerUid),
  }
}
