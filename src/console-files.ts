import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { Hono } from 'hono';
import { fail } from './kernel/errors.ts';
import type { Env } from './platform/http/auth.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Place of the nonce in the built page. */
const NONCE = '__NONCE__';

/** What the build has already compressed, best first; a browser says which it can read. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** The file as the browser likes it best; undefined where there is none. */
async function stored(path: string, accepts: string) {
  const wanted = new Set(accepts.split(',').map((e) => e.split(';')[0]!.trim()));
  for (const [encoding, ending] of ENCODINGS) {
    if (!wanted.has(encoding)) continue;
    const body = await readFile(path + ending).catch(() => undefined);
    if (body) return { body, encoding };
  }
  const body = await readFile(path).catch(() => undefined);
  return body && { body, encoding: null };
}

/** The staff application: hashed files for ever, the page itself always fresh and with a nonce. */
export function consoleFiles(dir: string): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/assets/:file{.+}', async (c) => {
    const file = normalize(c.req.param('file'));
    const type = TYPES[extname(file)];
    if (file.startsWith('..') || file.includes('\0') || !type) fail('not_found');
    const found = await stored(join(dir, 'assets', file), c.req.header('accept-encoding') ?? '');
    if (!found) fail('not_found');
    return c.body(new Uint8Array(found.body), 200, {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ...(found.encoding && { 'Content-Encoding': found.encoding }),
    });
  });
  app.get('*', async (c) => {
    const page = await readFile(join(dir, 'index.html'), 'utf8').catch(() => fail('not_found'));
    const nonce = c.get('nonce');
    return c.body(page.replaceAll(NONCE, nonce), 200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': [
        "default-src 'none'",
        "script-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        // What was recorded of a call is played on the order's page.
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
    });
  });
  return app;
}
