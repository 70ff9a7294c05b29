import path from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const API = process.env.API_URL ?? 'http://127.0.0.1:12345';

export default defineConfig({
  root: here,
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: path.resolve(here, '../../dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy allows no data: fonts or scripts, and small images stay readable in the CSS.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // contract.ts re-exports a few constants that stand beside zod schemas; building a schema has
      // no effect of its own, so what the pages do not use is left out.
      treeshake: { manualPureFunctions: ['z', 'text', 'optionalText'] },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': API, '/socket.io': { target: API, ws: true } },
  },
});
