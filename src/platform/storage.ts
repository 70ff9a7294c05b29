/**
 * Files under the hash of their content: the same content lies there once, nothing is ever changed.
 * What a row names was on the disk, synced, before the row was committed.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../kernel/errors.ts';

/** Bytes of the beginning and of the end that are kept at hand, to tell what a file is. */
const HEAD_BYTES = 64;
const TAIL_BYTES = 1024;
/** Milliseconds after which what an interrupted upload left behind is rubbish. */
const RUBBISH_MS = 24 * 3_600_000;

/** Bytes that have come, on the disk of this machine, not yet in the storage. */
export interface Incoming {
  path: string;
  bytes: number;
  sha256: string;
  head: Buffer;
  tail: Buffer;
  /** Forgets them; harmless after `put`. */
  discard(): Promise<void>;
}

export interface Listed {
  sha256: string;
  /** Milliseconds of real time since this content was last put. */
  ageMs: number;
}

/**
 * Where contents lie. One driver is written, a directory; a bucket of S3 would be another: `put` with
 * the hash as key, `list` by `StartAfter`, `receive` to a directory of its own.
 * Every method throws AppError `storage_unavailable` when the place cannot be reached or is full.
 */
export interface Storage {
  /**
   * Takes bytes in, as they come, never more than `bytesMax`; leaves nothing behind when it fails.
   * @throws AppError `attachment_too_large`, `attachment_refused` when the source broke off.
   */
  receive(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Incoming>;
  /** Keeps a content for good. @returns its hash, SHA-256 in hexadecimal digits. */
  put(content: Incoming | Uint8Array): Promise<string>;
  /** @throws AppError `storage_unavailable` also when it is not there: a row says it must be. */
  open(sha256: string): Promise<ReadableStream<Uint8Array>>;
  /** Bytes of a content; null when it is not there. */
  size(sha256: string): Promise<number | null>;
  remove(sha256: string): Promise<void>;
  /** At most about `max` contents whose hash comes after this one, sorted; none = the end. */
  list(after: string, max: number): Promise<Listed[]>;
  /** Removes what interrupted uploads left behind longer than a day ago. */
  tidy(): Promise<void>;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown })?.code ?? error);
const missing = (error: unknown) => codeOf(error) === 'ENOENT';

/** Whatever the disk refuses (full, read-only, gone) is one thing to the caller. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('storage_unavailable', {}, codeOf(error));
  }
}

/** The bytes of a request; when they break off, that is not the disk's fault. */
async function* asTheyCome(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw new AppError('attachment_refused', {}, `broke off: ${codeOf(error)}`);
  }
}

/** Makes a new or renamed name survive a power cut; Windows neither needs nor allows it. */
async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The driver for a directory; several machines of one installation share it over a file system. */
export function diskStorage(root: string): Storage {
  const temporary = path.join(root, 'tmp');
  const folderOf = (sha256: string) => path.join(root, sha256.slice(0, 2), sha256.slice(2, 4));
  const fileOf = (sha256: string) => path.join(folderOf(sha256), sha256);

  async function newFile() {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const file = path.join(temporary, randomUUID());
    return { file, handle: await open(file, 'wx', 0o600) };
  }

  /** Gives a synced temporary file the name of its content. */
  async function settle(file: string, sha256: string): Promise<void> {
    const folder = folderOf(sha256);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      // Over the same content, if it is there: its age begins anew, so that no sweep takes it away.
      await rename(file, fileOf(sha256));
    } catch (error) {
      // Windows does not rename over a file that somebody reads.
      if (process.platform !== 'win32' || (await sizeOf(sha256)) === null) throw error;
      const now = new Date();
      await utimes(fileOf(sha256), now, now);
      await rm(file, { force: true });
    }
    await syncDirectory(folder);
    if (!made) return;
    await syncDirectory(path.dirname(folder));
    await syncDirectory(root);
  }

  async function sizeOf(sha256: string): Promise<number | null> {
    try {
      return (await stat(fileOf(sha256))).size;
    } catch (error) {
      if (missing(error)) return null;
      throw error;
    }
  }

  async function receive(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Incoming> {
    const { file, handle } = await onDisk(newFile);
    const hash = createHash('sha256');
    const discard = () => rm(file, { force: true });
    let bytes = 0;
    let head = Buffer.alloc(0);
    let tail = Buffer.alloc(0);
    try {
      for await (const chunk of asTheyCome(source)) {
        bytes += chunk.length;
        if (bytes > bytesMax) throw new AppError('attachment_too_large', { bytesMax });
        hash.update(chunk);
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
        tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
        await onDisk(() => handle.writeFile(chunk));
      }
      await onDisk(() => handle.sync());
    } catch (error) {
      await handle.close().catch(() => {});
      await discard();
      throw error;
    }
    await onDisk(() => handle.close());
    return { path: file, bytes, sha256: hash.digest('hex'), head, tail, discard };
  }

  async function* one(content: Uint8Array) {
    yield content;
  }

  return {
    receive,
    async put(content) {
      const got =
        content instanceof Uint8Array ? await receive(one(content), content.length) : content;
      try {
        await onDisk(() => settle(got.path, got.sha256));
      } catch (error) {
        await got.discard().catch(() => {});
        throw error;
      }
      return got.sha256;
    },
    open: (sha256) =>
      onDisk(async () => {
        const handle = await open(fileOf(sha256), 'r');
        return Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>;
      }),
    size: (sha256) => onDisk(() => sizeOf(sha256)),
    remove: (sha256) => onDisk(() => rm(fileOf(sha256), { force: true })),
    list: (after, max) => onDisk(() => listAfter(root, after, max)),
    tidy: () => onDisk(() => removeRubbish(temporary)),
  };
}

/** Entries of a folder by name; a folder that is not there has none. */
async function entries(dir: string): Promise<Dirent[]> {
  try {
    const found = await readdir(dir, { withFileTypes: true });
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (missing(error)) return [];
    throw error;
  }
}

const SHARD = /^[0-9a-f]{2}$/;
const shards = async (dir: string, from: string) =>
  (await entries(dir)).filter((e) => e.isDirectory() && SHARD.test(e.name) && e.name >= from);

/** Reads whole folders, 65,536 of them at most, until enough was seen. */
async function listAfter(root: string, after: string, max: number): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const a of await shards(root, after.slice(0, 2))) {
    const first = a.name === after.slice(0, 2) ? after.slice(2, 4) : '';
    for (const b of await shards(path.join(root, a.name), first)) {
      const dir = path.join(root, a.name, b.name);
      for (const file of await entries(dir)) {
        if (!/^[0-9a-f]{64}$/.test(file.name) || file.name <= after) continue;
        // It may have been removed since.
        const known = await stat(path.join(dir, file.name)).catch(() => null);
        if (known) found.push({ sha256: file.name, ageMs: Date.now() - known.mtimeMs });
      }
      if (found.length >= max) return found;
    }
  }
  return found;
}

async function removeRubbish(temporary: string): Promise<void> {
  for (const entry of await entries(temporary)) {
    const file = path.join(temporary, entry.name);
    const known = await stat(file).catch(() => null);
    if (known && Date.now() - known.mtimeMs > RUBBISH_MS) await rm(file, { force: true });
  }
}
