/** The directory driver: content under its hash, synced, once; and what happens when it cannot. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskStorage } from '../../src/platform/storage.ts';
import type { Storage } from '../../src/platform/storage.ts';

let dir: string;
let storage: Storage;
beforeEach(() => {
  dir = path.join(tmpdir(), `hotline-storage-${randomUUID()}`);
  storage = diskStorage(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha = (b: Uint8Array) => createHash('sha256').update(b).digest('hex');
const fileOf = (hash: string) => path.join(dir, hash.slice(0, 2), hash.slice(2, 4), hash);
async function* inPieces(b: Buffer, size: number) {
  for (let i = 0; i < b.length; i += size) yield b.subarray(i, i + size);
}
const contentOf = async (hash: string) => {
  const parts: Uint8Array[] = [];
  for await (const part of (await storage.open(hash)) as unknown as AsyncIterable<Uint8Array>)
    parts.push(part);
  return Buffer.concat(parts);
};
const DAY = 24 * 3_600_000;
const age = (file: string, ms: number) => {
  const at = new Date(Date.now() - ms);
  utimesSync(file, at, at);
};

describe('diskStorage', () => {
  it('keeps a content under its hash, and gives it back', async () => {
    const b = randomBytes(200_000);
    const hash = await storage.put(b);
    expect(hash).toBe(sha(b));
    expect(await storage.size(hash)).toBe(b.length);
    expect((await contentOf(hash)).equals(b)).toBe(true);
    expect(readdirSync(path.join(dir, 'tmp'))).toEqual([]);
  });
  it('knows head, tail, hash and bytes of what comes in, in pieces of any size', async () => {
    const b = randomBytes(5_000);
    for (const size of [1, 7, 100, 4_096, 10_000]) {
      const got = await storage.receive(inPieces(b, size), b.length);
      expect(got).toMatchObject({ bytes: b.length, sha256: sha(b) });
      expect(got.head.equals(b.subarray(0, 64))).toBe(true);
      expect(got.tail.equals(b.subarray(-1_024))).toBe(true);
      expect(await storage.put(got)).toBe(sha(b));
      await got.discard();
      expect(await storage.size(sha(b))).toBe(b.length);
    }
  });
  it('the same content at once and again lies there once', async () => {
    const b = randomBytes(50_000);
    const hashes = await Promise.all(Array.from({ length: 8 }, () => storage.put(b)));
    expect(new Set(hashes).size).toBe(1);
    expect(readdirSync(path.dirname(fileOf(hashes[0]!)))).toEqual([hashes[0]]);
    age(fileOf(hashes[0]!), 3 * DAY);
    await storage.put(b);
    expect((await storage.list('', 10))[0]!.ageMs).toBeLessThan(DAY);
  });
  it('takes no byte more than it may, and leaves nothing of what broke off', async () => {
    const b = randomBytes(1_000);
    const exact = await storage.receive(inPieces(b, 300), 1_000);
    await exact.discard();
    await expect(storage.receive(inPieces(b, 300), 999)).rejects.toMatchObject({
      code: 'attachment_too_large',
    });
    async function* dying() {
      yield b;
      throw new Error('reset');
    }
    await expect(storage.receive(dying(), 5_000)).rejects.toMatchObject({
      code: 'attachment_refused',
    });
    expect(readdirSync(path.join(dir, 'tmp'))).toEqual([]);
  });
  it('says storage_unavailable when the disk refuses, half-way too', async () => {
    const refused = { code: 'storage_unavailable', status: 503 };
    const b = randomBytes(100);
    mkdirSync(dir);
    writeFileSync(path.join(dir, 'file'), '');
    await expect(diskStorage(path.join(dir, 'file')).put(b)).rejects.toMatchObject(refused);
    writeFileSync(path.join(dir, sha(b).slice(0, 2)), 'in the way');
    await expect(storage.put(b)).rejects.toMatchObject(refused);
    expect(readdirSync(path.join(dir, 'tmp'))).toEqual([]);
    await expect(storage.open(sha(b))).rejects.toMatchObject(refused);
  });
  it('what is not there has no size, cannot be opened, and is removed without ado', async () => {
    const hash = sha(randomBytes(5));
    expect(await storage.size(hash)).toBeNull();
    await expect(storage.open(hash)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await storage.remove(hash);
    const kept = await storage.put(randomBytes(5));
    await storage.remove(kept);
    expect(existsSync(fileOf(kept))).toBe(false);
  });
  it('lists everything once, sorted, in bounded pieces', async () => {
    expect(await storage.list('', 10)).toEqual([]);
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) => storage.put(Buffer.from(`content ${i}`))),
    );
    // Nothing of ours: left alone.
    writeFileSync(path.join(dir, 'README'), 'x');
    const seen: string[] = [];
    for (let after = ''; ;) {
      const some = await storage.list(after, 7);
      if (some.length === 0) break;
      expect(some.length).toBeLessThan(12);
      seen.push(...some.map((s) => s.sha256));
      after = seen.at(-1)!;
    }
    expect(seen).toEqual(all.toSorted());
  });
  it('tidies what interrupted uploads left behind a day ago', async () => {
    const [old, young] = [
      await storage.receive(inPieces(randomBytes(9), 9), 9),
      await storage.receive(inPieces(randomBytes(9), 9), 9),
    ];
    age(old.path, DAY + 60_000);
    await storage.tidy();
    expect(existsSync(old.path)).toBe(false);
    expect(existsSync(young.path)).toBe(true);
  });
});
