import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUT = fileURLToPath(new URL('dist', import.meta.url));

/** Of the first page, whichever it is. */
const LIBRARIES =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(history|query-core|react-query|react-router|react-store|router-core|store))\//;
/** Pages. */
const SHARED_BY = 30;

/** Writes each asset compressed beside it: the server compresses nothing. */
const compressed = (): Plugin => ({
  name: 'compressed',
  writeBundle() {
    const folder = join(OUT, 'assets');
    for (const name of readdirSync(folder).filter((file) => /\.(js|css)$/.test(file)))
      writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
  },
});

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // A proxy may serve all of Keyward below a path: assets are found from the page's <base>.
  base: './',
  plugins: [react(), compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: { polyfill: false },
    // No asset as a data: URL, which the policy of the page would refuse.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What every page needs comes in few files: sixty small ones take a browser a quarter of a second more.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: LIBRARIES, priority: 2 },
            { name: 'parts', minShareCount: SHARED_BY, priority: 1 },
          ],
        },
      },
    },
  },
});
