import { expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { startCustomPki } from '../../../test/fakes/pki/custom.ts'
import { customYaml } from '../../../test/fakes/pki/custom-yaml.ts'
import { openPki, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { KeptBack } from '../../net/gated.ts'

test('a submit that may not go any more is not made, and no failure of the CA', async () => {
  await using pki = await startCustomPki(await PkiAuthority.make())
  const credentials = { clientId: 'keyferry', clientSecret: pki.state.clientSecret }
  let isOver = false
  const mayGo = () => {
    if (isOver) throw new Error('leadership is over')
  }
  const yaml = customYaml(pki.url, pki.authority.rootPem)
  await using opened = await openPki({ yaml, credentials, mayGo })
  const options = { signal: AbortSignal.timeout(20_000), log: opened.log }
  await opened.signer.check(options)
  const asked = pki.seen.length

  isOver = true
  const failed = opened.signer.submit(await signingRequest(), options)

  await expect(failed).rejects.toThrow(KeptBack)
  expect(pki.seen.slice(asked)).toEqual([])
})
