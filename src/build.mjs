// Builds dist/: `node src/build.mjs [--server-only | --console-only] [--out DIR]`.
// Needs esbuild and vite, which are therefore not development dependencies. Entries that do not
// exist are left out.
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import zlib from 'node:zlib';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const CONSOLE_CONFIG = path.join(root, 'web/console/vite.config.ts');
const ENTRIES = {
  main: 'src/main.ts',
  server: 'src/server.ts',
  workers: 'workers/main.ts',
  db: 'db/cli.ts',
  demo: 'db/demo/main.ts',
};

/** Packages of hundreds of small files that nobody else imports: reading them is a fifth of a start. */
const INSIDE = new Set(['kysely']);
const outside = {
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
      kind === 'entry-point' || INSIDE.has(name) ? undefined : { path: name, external: true },
    );
  },
};

/** One process file per entry; what they share goes into chunks/. Other packages stay outside. */
async function buildServer(out) {
  const { build } = await import('esbuild');
  const present = Object.entries(ENTRIES).filter(([, file]) => existsSync(path.join(root, file)));
  // Chunks are named by their content, so old ones would pile up.
  await rm(path.join(out, 'chunks'), { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: present.map(([name, file]) => ({ in: file, out: name })),
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins: [outside],
    jsx: 'automatic',
    jsxImportSource: 'hono/jsx',
    sourcemap: true,
    logLevel: 'warning',
  });
}

/** Files that shrink, and from how many bytes on it is worth it. */
const SHRINKS = /\.(js|css|svg)$/;
const SHRINK_FROM = 1024;
const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const BROTLI = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Compresses once what would otherwise be compressed, or sent whole, at every first visit. */
async function shrink(dir) {
  const names = (await readdir(dir)).filter((name) => SHRINKS.test(name));
  await Promise.all(
    names.map(async (name) => {
      const file = path.join(dir, name);
      const bytes = await readFile(file);
      if (bytes.length < SHRINK_FROM) return;
      await writeFile(`${file}.br`, await brotli(bytes, BROTLI));
      await writeFile(`${file}.gz`, await gzip(bytes, { level: 9 }));
    }),
  );
}

/** Styles that a script carries along, made small. */
const STYLE_IN_SCRIPT = {
  name: 'style-in-script',
  setup({ onLoad, esbuild }) {
    onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const style = await readFile(file, 'utf8');
      const options = { loader: 'css', minify: true, charset: 'utf8', target: WIDGET_TARGET };
      const { code } = await esbuild.transform(style, options);
      return { loader: 'text', contents: code.trim() };
    });
  },
};
/** Browsers with `<dialog>`; older ones are left without the chat and have the telephone. */
const WIDGET_TARGET = ['chrome94', 'firefox98', 'safari15.4'];

/** The citizen's chat, one script for any page; test/http/chat-widget.test.ts holds its limit. */
async function buildWidget(out) {
  const entry = path.join(root, 'web/chat/widget.ts');
  if (!existsSync(entry)) return;
  const { build } = await import('esbuild');
  await build({
    entryPoints: [entry],
    outfile: path.join(out, 'chat/widget.js'),
    bundle: true,
    minify: true,
    // Words of the catalogue are reached by names that begin with $; nothing else is renamed.
    mangleProps: /^\$/,
    charset: 'utf8',
    format: 'iife',
    target: WIDGET_TARGET,
    tsconfigRaw: '{}',
    plugins: [STYLE_IN_SCRIPT],
    logLevel: 'warning',
  });
  await shrink(path.join(out, 'chat'));
}

/** The staff console, a directory of static files. */
async function buildConsole(out) {
  if (!existsSync(CONSOLE_CONFIG)) return;
  const { build } = await import('vite');
  await build({
    configFile: CONSOLE_CONFIG,
    build: { outDir: path.join(out, 'console'), emptyOutDir: true, reportCompressedSize: false },
    logLevel: 'warn',
  });
  await shrink(path.join(out, 'console', 'assets'));
}

const { values } = parseArgs({
  options: {
    'server-only': { type: 'boolean', default: false },
    'console-only': { type: 'boolean', default: false },
    out: { type: 'string', default: path.join(root, 'dist') },
  },
});
const out = path.resolve(values.out);
try {
  await Promise.all([
    values['console-only'] ? undefined : buildServer(out),
    values['console-only'] ? undefined : buildWidget(out),
    values['server-only'] ? undefined : buildConsole(out),
  ]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
