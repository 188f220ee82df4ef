// Writes dist/keyferry.mjs, dist/template-worker.mjs (what the threads for slow templates run) and the chunks that they
// load when they are needed; each with an external source map. Another folder than dist may be named.
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'

const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }

/**
 * Has some of Node's own modules fetched where they are imported. For an import Node reads every property of a module, and
 * those of node:http load a second undici, those of node:process the standard streams: time and memory of each start.
 */
const fetchedModules: Plugin = {
  name: 'fetched-modules',
  setup(build) {
    const namespace = 'fetched'
    build.onResolve({ filter: /^(node:)?(http|process|util)$/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path: path.replace('node:', ''), namespace } : undefined,
    )
    build.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }))
  },
}

const outdir = process.argv[2] ?? 'dist'
const result = await build({
  entryPoints: { keyferry: 'src/main.ts', 'template-worker': 'src/template/worker.ts' },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // What few need (templates, OIDC, kubeconfigs) is loaded with the first who does: text that is never parsed is memory.
  splitting: true,
  chunkNames: 'chunk-[hash]',
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
  plugins: [fetchedModules],
})
await dropOldChunks(Object.keys(result.metafile.outputs).map((it) => basename(it)))
for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  if (file.endsWith('.mjs') && bytes > 100_000)
    console.log(`${file}: ${(bytes / 1024 / 1024).toFixed(1)} MiB`)
}

/** Chunks are named after their content: those of builds before would stay for ever. */
async function dropOldChunks(written: readonly string[]): Promise<void> {
  const old = (await readdir(outdir)).filter((it) => it.startsWith('chunk-') && !written.includes(it))
  await Promise.all(old.map((it) => rm(join(outdir, it), { force: true })))
}
