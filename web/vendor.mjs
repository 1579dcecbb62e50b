// Copies the files of the npm packages that the viewer serves into web/static/vendor ('npm run build').
// Their bytes are those of package-lock.json: 'npm ci' refuses a package whose hash differs.
import { cp, mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const packages = join(root, 'node_modules')
const vendor = join(root, 'web', 'static', 'vendor')

const FILES = {
  'mediabunny/dist/bundles/mediabunny.min.mjs': 'mediabunny.esm.js',
  'mediabunny/LICENSE': 'mediabunny.LICENSE',
  'wavesurfer.js/dist/wavesurfer.esm.js': 'wavesurfer.esm.js',
  'wavesurfer.js/LICENSE': 'wavesurfer.LICENSE',
  '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2': 'source-sans-3-latin.woff2',
  '@fontsource-variable/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2': 'source-sans-3-latin-ext.woff2',
  '@fontsource-variable/source-sans-3/LICENSE': 'source-sans-3.LICENSE',
}

await rm(vendor, { recursive: true, force: true })
await mkdir(vendor, { recursive: true })
for (const [from, to] of Object.entries(FILES)) {
  await cp(join(packages, from), join(vendor, to))
}
console.log(`web/static/vendor: ${Object.keys(FILES).length} files`)
