/** The built console as a browser gets it: compressed where it can be, and nothing beside it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consoleFiles } from '../../src/console-files.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'hotline-console-'));
const WORDS = 'console.log("云汀")'.repeat(200);

beforeAll(() => {
  mkdirSync(path.join(dir, 'assets'));
  const file = path.join(dir, 'assets', 'app.js');
  writeFileSync(file, WORDS);
  writeFileSync(`${file}.br`, brotliCompressSync(WORDS));
  writeFileSync(`${file}.gz`, gzipSync(WORDS));
  writeFileSync(path.join(dir, 'assets', 'small.css'), 'b{}');
  writeFileSync(path.join(dir, 'secret.js'), 'no');
});
afterAll(() => rmSync(dir, { recursive: true }));

const get = (file: string, encoding?: string) =>
  consoleFiles(dir).request(`/assets/${file}`, {
    headers: encoding ? { 'accept-encoding': encoding } : {},
  });

it.each([
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, deflate', 'gzip'],
  [undefined, null],
  ['identity', null],
])('answers %s with %s', async (accepts, encoding) => {
  const r = await get('app.js', accepts);
  expect(r.status).toBe(200);
  expect(r.headers.get('content-encoding')).toBe(encoding);
  expect(r.headers.get('vary')).toBe('Accept-Encoding');
  expect(r.headers.get('content-type')).toMatch(/^text\/javascript/);
  const bytes = (await r.arrayBuffer()).byteLength;
  expect(bytes < Buffer.byteLength(WORDS)).toBe(encoding !== null);
});

it('sends a small file as it is', async () => {
  const r = await get('small.css', 'br');
  expect(r.headers.get('content-encoding')).toBeNull();
  expect(await r.text()).toBe('b{}');
});

it.each(['..%2fsecret.js', 'app.js.br', 'missing.js', '%2e%2e/secret.js'])(
  'does not give %s',
  async (file) => {
    expect((await get(file, 'br')).status).not.toBe(200);
  },
);
