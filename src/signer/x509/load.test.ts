import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** The library needs the metadata API and brings it along: whether that is there says whether it was loaded. */
const isLoaded = "typeof Reflect.getMetadata === 'function'"

test('what signs loads the X.509 library only when it is first used', () => {
  const program = `
    await import('./src/signer/mockca.ts')
    await import('./src/signer/publish.ts')
    await import('./src/signer/x509/certificates-of.ts')
    await import('./src/signer/x509/csr-forms.ts')
    const { loadX509 } = await import('./src/signer/x509/load.ts')
    const before = ${isLoaded}
    await loadX509()
    process.stdout.write(JSON.stringify([before, ${isLoaded}]))`

  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000 })

  expect(JSON.parse(out.toString())).toEqual([false, true])
}, 60_000)

test('one file imports the X.509 library', () => {
  const importers = globSync('src/**/*.ts').filter((it) => /from '@peculiar\//.test(readFileSync(it, 'utf8')))

  expect(importers).toEqual(['src/signer/x509/library.ts'])
})
