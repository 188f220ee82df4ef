// Writes dist/keyferry.mjs, everything Keyferry runs in one ES module, and dist/template-worker.mjs, what its threads
// for slow templates run; each with an external source map. Another folder than dist may be named.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }

const outdir = process.argv[2] ?? 'dist'
const result = await build({
  entryPoints: { keyferry: 'src/main.ts', 'template-worker': 'src/template/worker.ts' },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'external',
  legalComments: 'linked',
  define: {
    KEYFERRY_VERSION: JSON.stringify(version),
    KEYFERRY_TEMPLATE_WORKER: JSON.stringify('./template-worker.mjs'),
  },
  // CommonJS packages in the bundle still call require() for Node's own modules.
  banner: {
    js: "import{createRequire as keyferryRequire}from'node:module';const require=keyferryRequire(import.meta.url);",
  },
  metafile: true,
})
for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  if (file.endsWith('.mjs')) console.log(`${file}: ${(bytes / 1024 / 1024).toFixed(1)} MiB`)
}
