// Writes dist/keyferry.mjs: everything Keyferry runs, in one ES module, with an external source map.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }

const result = await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/keyferry.mjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  legalComments: 'linked',
  define: { KEYFERRY_VERSION: JSON.stringify(version) },
  // CommonJS packages in the bundle still call require() for Node's own modules.
  banner: {
    js: "import{createRequire as keyferryRequire}from'node:module';const require=keyferryRequire(import.meta.url);",
  },
  metafile: true,
})
const bytes = result.metafile.outputs['dist/keyferry.mjs']?.bytes ?? 0
console.log(`dist/keyferry.mjs: ${(bytes / 1024 / 1024).toFixed(1)} MiB`)
