/** Files of orders: what is taken in, what comes out, who may open what. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { serve } from '@hono/node-server';
import { sql } from 'kysely';
import pg from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CitizenActor } from '../../src/kernel/actor.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { diskStorage } from '../../src/platform/storage.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import {
  attachmentForCitizen,
  bindAttachments,
  doAct,
  formOwner,
  stageForCitizen,
  stagedOf,
  sweepAttachments,
} from '../../src/workorder/index.ts';
import type { Binding } from '../../src/workorder/index.ts';
import * as store from '../../src/workorder/attachment.store.ts';
import { ATTACHMENT_MAX } from '../../src/workorder/schema.ts';
import { PUBLIC_URL, REPLY, createWorld, steps } from '../world.ts';
import type { Answer, World } from '../world.ts';
import { ok, refused } from './answers.ts';

const ROOM = 'TOWN_QINGYU_1_ROOM';
const AT = '2026-09-21T02:24:00Z';
let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: AT });
  s = steps(w);
});
afterAll(() => w.close());

// ── Files ───────────────────────────────────────────────────────────────────────────────────────

/** A picture unlike any other: its noise is drawn anew. */
const drawn = (width = 64, height = 48) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });
const jpeg = (width?: number, height?: number) => drawn(width, height).jpeg().toBuffer();
const pdf = (words = randomUUID()) =>
  Buffer.from(
    `%PDF-1.7\n1 0 obj << /Title (${words}) >> endobj\ntrailer <<>>\nstartxref\n9\n%%EOF\n`,
  );

/** A PNG of nothing, one bit for each pixel: small, however large it is. */
function blank(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const around = Buffer.alloc(8);
    around.writeUInt32BE(data.length, 0);
    around.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
  };
  const size = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  const mark = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const chunks = [chunk('IHDR', size), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([mark, ...chunks]);
}

interface Raw {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

async function send(
  method: string,
  login: string,
  url: string,
  headers: Record<string, string> = {},
  body?: Buffer | ReadableStream,
): Promise<Raw> {
  const { cookie } = login ? await w.as(login) : w.anonymous;
  const r = await w.app.request(url, {
    method,
    headers: { host: 'localhost:12345', origin: PUBLIC_URL, ...(cookie && { cookie }), ...headers },
    ...(body && { body: body as never, duplex: 'half' }),
  } as RequestInit);
  return { status: r.status, headers: r.headers, bytes: Buffer.from(await r.arrayBuffer()) };
}

const read = (login: string, url: string, headers?: Record<string, string>) =>
  send('GET', login, url, headers);

async function upload(
  login: string,
  body: Buffer | ReadableStream,
  name = '照片.jpg',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const r = await send(
    'POST',
    login,
    '/api/attachments',
    { 'idempotency-key': randomUUID(), 'x-file-name': encodeURIComponent(name), ...headers },
    body,
  );
  return { status: r.status, headers: r.headers, body: JSON.parse(r.bytes.toString() || 'null') };
}

const staged = async (login: string, body?: Buffer, name?: string): Promise<string> =>
  ok(await upload(login, body ?? (await jpeg()), name), 201).id as string;

const row = (id: string) =>
  w.db.selectFrom('attachment').selectAll().where('id', '=', id).executeTakeFirst();
const rowsOf = async (login: string) =>
  (
    await w.db
      .selectFrom('attachment')
      .select('id')
      .where('owner', '=', `user:${(await w.as(login)).actor.userId}`)
      .where('state', '=', 'staged')
      .execute()
  ).length;
/** Waits until somebody waits for a lock, or a second at most. */
async function waitForLock(): Promise<void> {
  for (let i = 0; i < 50; i++) {
    const { rows } = await sql`select 1 from pg_locks l join pg_database d on d.oid = l.database
      or l.database is null where not l.granted and d.datname = current_database()`.execute(w.db);
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const fileOf = (sha256: string) =>
  path.join(w.storageDir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
const temporaries = () => {
  const dir = path.join(w.storageDir, 'tmp');
  return existsSync(dir) ? readdirSync(dir) : [];
};

const citizenOf = (orderId: string): CitizenActor => ({
  kind: 'citizen',
  orderId,
  how: 'query_code',
});
async function* bytes(b: Uint8Array) {
  yield b;
}

/** Binds as an act of this person would. */
async function bind(login: string, orderId: string, ids: string[], more: Partial<Binding> = {}) {
  const { actor } = await w.as(login);
  const grant = actor.grants[0]!;
  await inTransaction(w.deps, actor, (tx) =>
    bindAttachments(tx, {
      ids,
      owner: `user:${actor.userId}`,
      orderId,
      visibility: 'staff',
      party: grant.role,
      organizationId: grant.organizationId,
      ...more,
    }),
  );
}

// ── What comes in ───────────────────────────────────────────────────────────────────────────────

describe('POST /api/attachments', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    '201: a %s, made anew, with a thumbnail',
    async (kind) => {
      const sent = await drawn(800, 600)[kind]().toBuffer();
      const view = ok(await upload('operator', sent, `现场.${kind}`), 201);
      expect(view).toMatchObject({
        name: `现场.${kind}`,
        mime: `image/${kind}`,
        width: 800,
        height: 600,
        url: `/api/attachments/${view.id}`,
        thumbUrl: `/api/attachments/${view.id}/thumb`,
      });
      const file = await read('operator', view.url);
      expect(file.status).toBe(200);
      expect(file.bytes.length).toBe(view.bytes);
      expect(file.bytes.equals(sent)).toBe(false);
      expect(await sharp(file.bytes).metadata()).toMatchObject({ format: kind, width: 800 });
      const thumb = await read('operator', view.thumbUrl);
      expect(thumb.headers.get('content-type')).toBe('image/jpeg');
      expect(await sharp(thumb.bytes).metadata()).toMatchObject({ width: 320, height: 240 });
    },
  );
  it('201: a PDF, kept as it came, only ever saved', async () => {
    const sent = pdf();
    const view = ok(await upload('operator', sent, '情况说明.pdf'), 201);
    expect(view).toMatchObject({ mime: 'application/pdf', width: null, thumbUrl: null });
    const file = await read('operator', view.url);
    expect(file.bytes.equals(sent)).toBe(true);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; /);
    expect((await read('operator', `${view.url}/thumb`)).status).toBe(404);
  });
  it('a picture is upright, at most 2560 pixels, and tells neither place nor camera', async () => {
    const sent = await drawn(3000, 200)
      .withExif({ IFD0: { Make: 'SecretCam' }, IFD3: { GPSLatitude: '31/1 14/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .withIccProfile('p3')
      .jpeg({ progressive: true })
      .toBuffer();
    const before = await sharp(sent).metadata();
    expect(before.exif).toBeDefined();
    expect(before.icc).toBeDefined();
    const view = ok(await upload('operator', sent), 201);
    expect(view).toMatchObject({ width: 171, height: 2560 });
    for (const url of [view.url, view.thumbUrl]) {
      const { bytes: got } = await read('operator', url);
      const after = await sharp(got).metadata();
      expect(after.exif).toBeUndefined();
      expect(after.icc).toBeUndefined();
      expect(after.orientation).toBeUndefined();
      expect(after.isProgressive).toBe(false);
      expect(got.includes('SecretCam')).toBe(false);
    }
  });
  it('an animation keeps its first frame', async () => {
    const frames = await sharp(randomBytes(32 * 64 * 3), {
      raw: { width: 32, height: 64, channels: 3, pageHeight: 32 },
    })
      .webp({ loop: 0, delay: [100, 100] })
      .toBuffer();
    expect((await sharp(frames).metadata()).pages).toBe(2);
    const view = ok(await upload('operator', frames, 'a.webp'), 201);
    expect((await sharp((await read('operator', view.url)).bytes).metadata()).pages ?? 1).toBe(1);
    expect(view).toMatchObject({ width: 32, height: 32 });
  });
  it('what hides behind the pixels does not survive', async () => {
    const page = '<html><script>alert(1)</script>';
    const sent = Buffer.concat([await jpeg(), Buffer.from(page)]);
    const view = ok(await upload('operator', sent, 'a.jpg'), 201);
    expect((await read('operator', view.url)).bytes.includes('script')).toBe(false);
  });

  it('422: whatever is none of the four, however it is called', async () => {
    const whole = await jpeg(400, 300);
    const refusedFiles: Record<string, Buffer> = {
      'page.jpg': Buffer.from('<!doctype html><script>alert(1)</script>'),
      'drawing.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'drawing.png': Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
      'archive.pdf': Buffer.from('PK\x03\x04 and so on'),
      'movie.gif': Buffer.from('GIF89a and so on'),
      'cut.jpg': whole.subarray(0, whole.length - 4_000),
      'cut.pdf': pdf().subarray(0, 40),
      'late.pdf': Buffer.concat([Buffer.from('<script>'), pdf()]),
      'mark-only.jpg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      'mark-only.png': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      'riff.webp': Buffer.from('RIFF\x10\x00\x00\x00WAVEfmt '),
    };
    const before = await rowsOf('operator');
    for (const [name, body] of Object.entries(refusedFiles)) {
      refused(await upload('operator', body, name), 422, 'attachment_refused');
    }
    refused(
      await upload('operator', Buffer.from('<b>x</b>'), 'x.jpg', { 'content-type': 'image/jpeg' }),
      422,
      'attachment_refused',
    );
    expect(await rowsOf('operator')).toBe(before);
    expect(temporaries()).toEqual([]);
  });
  it('422: a small file that unpacks to a huge picture', async () => {
    const bomb = blank(10_000, 6_100);
    expect(bomb.length).toBeLessThan(50_000);
    refused(await upload('operator', bomb, 'bomb.png'), 422, 'attachment_refused');
    ok(await upload('operator', blank(1_000, 610), 'small.png'), 201);
  });
  it('413: one byte too many, said beforehand or found on the way', async () => {
    const before = await rowsOf('operator');
    const large = Buffer.concat([await jpeg(), Buffer.alloc(ATTACHMENT_MAX.bytes)]);
    const said = { 'content-length': String(large.length) };
    refused(await upload('operator', large, 'a.jpg', said), 413, 'attachment_too_large');
    refused(await upload('operator', large), 413, 'attachment_too_large');
    expect(await rowsOf('operator')).toBe(before);
    expect(temporaries()).toEqual([]);
  });
  it('422: an upload that breaks off leaves nothing', async () => {
    const half = (await jpeg(400, 300)).subarray(0, 900);
    let sent = false;
    const body = new ReadableStream({
      pull(c) {
        if (sent) c.error(new Error('the line went dead'));
        else c.enqueue(half);
        sent = true;
      },
    });
    refused(await upload('operator', body), 422, 'attachment_refused');
    expect(temporaries()).toEqual([]);
  });
  it('400 without a key, 422 for a name that cannot be read, 422 for nothing, 401, 403', async () => {
    const body = await jpeg();
    refused(await upload('operator', body, 'a.jpg', { 'idempotency-key': '' }), 400, 'idempotency_key_missing'); // prettier-ignore
    const wrong = await upload('operator', body, 'a.jpg', { 'x-file-name': '%E0%A4%A' });
    refused(wrong, 422, 'invalid_input');
    refused(await upload('operator', Buffer.alloc(0)), 422, 'attachment_refused');
    refused(await upload('', body), 401, 'not_signed_in');
    await w.person({ login: 'press', grants: [{ role: 'publisher', unit: 'HOTLINE' }] });
    refused(await upload('press', body), 403, 'not_allowed');
    const foreign = { origin: 'https://evil.example' };
    refused(await upload('operator', body, 'a.jpg', foreign), 403, 'foreign_origin');
  });
  it('the same key and file is one attachment; another file with it is refused', async () => {
    const body = await jpeg();
    const key = { 'idempotency-key': randomUUID() };
    const [a, b] = await Promise.all([
      upload('dispatcher', body, 'a.jpg', key),
      upload('dispatcher', body, 'a.jpg', key),
    ]);
    expect(ok(a, 201)).toEqual(ok(b, 201));
    expect(ok(await upload('dispatcher', body, 'a.jpg', key), 201).id).toBe(a.body.id);
    expect(await rowsOf('dispatcher')).toBe(1);
    refused(await upload('dispatcher', await jpeg(), 'a.jpg', key), 422, 'idempotency_key_reused');
  });
  it('two people send the same content at once: two attachments, one file', async () => {
    const body = await jpeg(300, 200);
    const both = await Promise.all([upload('operator', body), upload('auditor', body)]);
    const [a, b] = await Promise.all(both.map((r) => row(ok(r, 201).id)));
    expect(a!.id).not.toBe(b!.id);
    expect(a!.sha256).toBe(b!.sha256);
    expect(readdirSync(path.dirname(fileOf(a!.sha256)))).toContain(a!.sha256);
  });
  it('409: nobody stages without end', async () => {
    await w.person({ login: 'collector', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    for (let i = 0; i < ATTACHMENT_MAX.staged; i++) await staged('collector', pdf());
    refused(await upload('collector', pdf()), 409, 'attachment_limit');
  });
  it('503 and no row when the disk refuses, and no row without its file', async () => {
    const sound = w.deps.storage;
    const blocked = path.join(w.storageDir, 'blocked');
    mkdirSync(w.storageDir, { recursive: true });
    writeFileSync(blocked, 'a file where a directory should be');
    const before = await rowsOf('supervisor');
    try {
      // Nothing can be taken in.
      w.deps.storage = diskStorage(blocked);
      const body = await jpeg();
      refused(await upload('supervisor', body), 503, 'storage_unavailable');
      // It comes in, and cannot be kept.
      const sick = path.join(w.storageDir, 'sick');
      mkdirSync(sick);
      for (let i = 0; i < 256; i++)
        writeFileSync(path.join(sick, i.toString(16).padStart(2, '0')), '');
      w.deps.storage = diskStorage(sick);
      refused(await upload('supervisor', body), 503, 'storage_unavailable');
      refused(await upload('supervisor', pdf()), 503, 'storage_unavailable');
      expect(readdirSync(path.join(sick, 'tmp'))).toEqual([]);
    } finally {
      w.deps.storage = sound;
    }
    expect(await rowsOf('supervisor')).toBe(before);
  });
});

// ── What goes out ───────────────────────────────────────────────────────────────────────────────

describe('GET /api/attachments/:id', () => {
  it('serves it inert, for this reader only', async () => {
    const id = await staged('operator', await jpeg(), '../../etc/\u202egpj.exe');
    const file = await read('operator', `/api/attachments/${id}`);
    const h = (name: string) => file.headers.get(name);
    expect(h('content-type')).toBe('image/jpeg');
    expect(h('content-length')).toBe(String(file.bytes.length));
    expect(h('x-content-type-options')).toBe('nosniff');
    expect(h('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(h('cross-origin-resource-policy')).toBe('same-origin');
    expect(h('cache-control')).toBe('private, no-cache');
    expect(h('content-disposition')).toBe(
      `inline; filename="gpj.exe.jpg"; filename*=UTF-8''gpj.exe.jpg`,
    );
    expect((await row(id))!.name).toBe('gpj.exe.jpg');
  });
  it('a name of any script arrives whole', async () => {
    const id = await staged('operator', pdf(), '现场 "照片"（1）.pdf');
    const { headers } = await read('operator', `/api/attachments/${id}`);
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="__ _____1_.pdf"; ' +
        "filename*=UTF-8''%E7%8E%B0%E5%9C%BA%20_%E7%85%A7%E7%89%87_%EF%BC%881%EF%BC%89.pdf",
    );
  });
  it('HEAD has no body; a range gets the whole; what is known is 304', async () => {
    const url = `/api/attachments/${await staged('operator')}`;
    const whole = await read('operator', url);
    const head = await send('HEAD', 'operator', url);
    expect(head.status).toBe(200);
    expect(head.bytes.length).toBe(0);
    expect(head.headers.get('content-length')).toBe(String(whole.bytes.length));
    const range = await read('operator', url, { range: 'bytes=0-9' });
    expect(range.status).toBe(200);
    expect(range.headers.get('accept-ranges')).toBe('none');
    expect(range.bytes.equals(whole.bytes)).toBe(true);
    const etag = whole.headers.get('etag')!;
    const known = await read('operator', url, { 'if-none-match': etag });
    expect(known.status).toBe(304);
    expect(known.bytes.length).toBe(0);
    expect((await read('auditor', url, { 'if-none-match': etag })).status).toBe(404);
  });
  it('404: nothing, no id, and what somebody else has staged', async () => {
    const id = await staged('operator');
    expect((await read('operator', `/api/attachments/${id}`)).status).toBe(200);
    for (const login of ['auditor', 'admin', 'water']) {
      expect((await read(login, `/api/attachments/${id}`)).status, login).toBe(404);
      expect((await read(login, `/api/attachments/${id}/thumb`)).status, login).toBe(404);
    }
    expect((await read('', `/api/attachments/${id}`)).status).toBe(401);
    expect((await read('operator', `/api/attachments/${newId()}`)).status).toBe(404);
    expect((await read('operator', '/api/attachments/..%2f..%2fetc%2fpasswd')).status).toBe(404);
  });
  it('503 when a row names a file that is gone', async () => {
    const id = await staged('operator');
    rmSync(fileOf((await row(id))!.sha256));
    expect((await read('operator', `/api/attachments/${id}`)).status).toBe(503);
  });
});

describe('DELETE /api/attachments/:id', () => {
  it('204 for what one has staged; 404 for anything else', async () => {
    const del = (login: string, id: string) => send('DELETE', login, `/api/attachments/${id}`);
    const id = await staged('operator');
    expect((await del('auditor', id)).status).toBe(404);
    expect((await del('operator', id)).status).toBe(204);
    expect((await del('operator', id)).status).toBe(404);
    expect(await row(id)).toBeUndefined();
    const order = await s.dispatched();
    const bound = await staged('operator');
    await bind('operator', order.id, [bound]);
    expect((await del('operator', bound)).status).toBe(404);
    expect((await row(bound))!.state).toBe('bound');
  });
});

// ── Who reads what ──────────────────────────────────────────────────────────────────────────────

describe('a file of an order', () => {
  const status = async (login: string, id: string) =>
    (await read(login, `/api/attachments/${id}`)).status;
  const opens = async (id: string, ...logins: string[]) =>
    Object.fromEntries(await Promise.all(logins.map(async (l) => [l, await status(l, id)])));
  const listed = async (login: string, orderId: string): Promise<string[]> =>
    ok(await (await w.as(login)).get(`/api/orders/${orderId}`)).attachments.map(
      (a: { id: string }) => a.id,
    );
  const ALL = ['auditor', 'water', 'water.handler', 'nantang', 'zhzf'];

  it('is read as the text beside it would be, and listed to the same', async () => {
    const order = await s.signed({ co: [ROOM] });
    const made: Record<string, string> = {};
    for (const visibility of ['public', 'staff', 'unit', 'center'] as const) {
      made[visibility] = await staged('water.handler');
      await bind('water.handler', order.id, [made[visibility]], { visibility });
    }
    const open = (...to: string[]) =>
      Object.fromEntries(ALL.map((l) => [l, to.includes(l) ? 200 : 404]));
    const staff = ['auditor', 'water', 'water.handler', 'nantang'];
    expect(await opens(made.public!, ...ALL)).toEqual(open(...staff));
    expect(await opens(made.staff!, ...ALL)).toEqual(open(...staff));
    expect(await opens(made.unit!, ...ALL)).toEqual(open('water', 'water.handler'));
    expect(await opens(made.center!, ...ALL)).toEqual(open('auditor'));
    expect(await listed('nantang', order.id)).toEqual([made.public, made.staff]);
    expect(await listed('water', order.id)).toEqual([made.public, made.staff, made.unit]);
    expect(await listed('auditor', order.id)).toEqual([made.public, made.staff, made.center]);
    const citizen = citizenOf(order.id);
    expect((await attachmentForCitizen(w.deps, citizen, made.public!)).mime).toBe('image/jpeg');
    for (const hidden of [made.staff!, made.unit!, made.center!]) {
      await expect(attachmentForCitizen(w.deps, citizen, hidden)).rejects.toThrow('not_found');
    }
  });
  it('of a confidential demand, what its requester brought is for the centre', async () => {
    const order = await s.signed({ confidential: true });
    const theirs = await staged('operator');
    const ours = await staged('water.handler');
    await bind('operator', order.id, [theirs], { visibility: 'public', fromRequester: true });
    await bind('water.handler', order.id, [ours]);
    expect(await opens(theirs, 'auditor', 'water')).toEqual({ auditor: 200, water: 404 });
    expect(await opens(ours, 'auditor', 'water')).toEqual({ auditor: 200, water: 200 });
    expect(await listed('water', order.id)).toEqual([ours]);
    expect((await attachmentForCitizen(w.deps, citizenOf(order.id), theirs)).bytes).toBeGreaterThan(
      0,
    );
  });
  it('citizens read their own order only', async () => {
    const [mine, other] = [await s.register(), await s.register()];
    const id = await staged('operator');
    await bind('operator', mine.id, [id], { visibility: 'public', fromRequester: true });
    await expect(attachmentForCitizen(w.deps, citizenOf(other.id), id)).rejects.toThrow(
      'not_found',
    );
    const nobody = { kind: 'citizen', orderId: null, how: 'submission' } as const;
    const loose = await staged('operator');
    await expect(attachmentForCitizen(w.deps, nobody, loose)).rejects.toThrow('not_found');
  });
  it('says in the event which file it is, and nothing of it', async () => {
    const order = await s.register();
    const id = await staged('operator', await jpeg(), '张三的身份证.jpg');
    await bind('operator', order.id, [id]);
    const events = await w.db
      .selectFrom('domain_event')
      .selectAll()
      .where('order_id', '=', order.id)
      .where('type', '=', 'attachment.added')
      .execute();
    const { actor } = await w.as('operator');
    const { organizationId } = actor.grants[0]!;
    expect(events.map((e) => e.payload)).toEqual([{ attachmentId: id, organizationId }]);
    expect(events[0]!.actor_id).toBe(actor.userId);
  });
});

// ── Binding ─────────────────────────────────────────────────────────────────────────────────────

describe('binding', () => {
  const wrong = {
    code: 'invalid_input',
    extra: { issues: [expect.objectContaining({ path: 'attachmentIds' })] },
  };
  it("refuses what is another's, bound before, or not there, and then binds none of them", async () => {
    const order = await s.register();
    const [mine, bound, theirs] = [
      await staged('operator'),
      await staged('operator'),
      await staged('auditor'),
    ];
    await bind('operator', order.id, [bound!]);
    for (const bad of [theirs!, bound!, newId()]) {
      await expect(bind('operator', order.id, [mine!, bad])).rejects.toMatchObject(wrong);
    }
    expect((await row(mine!))!.state).toBe('staged');
    await bind('operator', order.id, [mine!, mine!]);
    expect((await row(mine!))!.order_id).toBe(order.id);
  });
  it('two acts want the same file: one has it', async () => {
    const [a, b] = [await s.register(), await s.register()];
    const id = await staged('operator');
    const both = await Promise.allSettled([
      bind('operator', a.id, [id]),
      bind('operator', b.id, [id]),
    ]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
  it('an order has an end of files', async () => {
    const order = await s.register();
    const template = (await row(await staged('operator', pdf())))!;
    const { actor } = await w.as('operator');
    const many = Array.from({ length: ATTACHMENT_MAX.perOrder }, () => ({
      ...template,
      id: newId(),
      state: 'bound',
      order_id: order.id,
      visibility: 'staff',
      party: 'operator',
      bound_at: template.created_at,
    }));
    await w.db.insertInto('attachment').values(many).execute();
    await expect(bind('operator', order.id, [template.id])).rejects.toThrow('attachment_limit');
    expect((await row(template.id))!.owner).toBe(`user:${actor.userId}`);
    expect((await row(template.id))!.state).toBe('staged');
  });
});

describe('acts bring files along', () => {
  const act = async (login: string, orderId: string, name: string, input: object) =>
    s.act(login, orderId, name, input);
  const bringsTo = async (id: string) => (await row(id))!;

  it('a note, with its visibility', async () => {
    const order = await s.dispatched();
    const id = await staged('operator');
    ok(
      await act('operator', order.id, 'note', {
        text: '来电补充',
        visibility: 'center',
        attachmentIds: [id],
      }),
    );
    const bound = await bringsTo(id);
    expect(bound).toMatchObject({ order_id: order.id, visibility: 'center', party: 'operator' });
    const { act: name } = await w.db
      .selectFrom('act')
      .select('act')
      .where('id', '=', bound.act_id!)
      .executeTakeFirstOrThrow();
    expect(name).toBe('note');
  });
  it("a citizen's note, with photos sent for this order only", async () => {
    const [order, other] = [await s.dispatched(), await s.register()];
    const photo = await stageForCitizen(
      w.deps,
      { name: 'a.jpg', source: bytes(await jpeg()) },
      { orderId: order.id, source: '203.0.113.5' },
    );
    const note = { text: '照片', visibility: 'public', attachmentIds: [photo.id] } as const;
    const add = (orderId: string) =>
      doAct(w.deps, citizenOf(orderId), orderId, 'note', null, {
        ...note,
        attachmentIds: [...note.attachmentIds],
      });
    await expect(add(other.id)).rejects.toMatchObject({ code: 'invalid_input' });
    await add(order.id);
    expect(await bringsTo(photo.id)).toMatchObject({
      order_id: order.id,
      party: 'citizen',
      visibility: 'public',
      from_requester: true,
      organization_id: null,
    });
  });
  it('progress and the co-reply, on their assignment', async () => {
    const order = await s.dispatched({ co: [ROOM] });
    ok(await s.onAssignment('water', order.lead, 'sign'));
    ok(await s.onAssignment('nantang', order.co[0]!, 'sign'));
    const [a, b] = [await staged('water.handler'), await staged('nantang.handler')];
    ok(
      await s.onAssignment('water.handler', order.lead, 'progress', {
        text: '正在抢修',
        visibility: 'public',
        attachmentIds: [a],
      }),
    );
    ok(
      await s.onAssignment('nantang.handler', order.co[0]!, 'submit_co_reply', {
        text: '已到场',
        attachmentIds: [b],
      }),
    );
    expect(await bringsTo(a!)).toMatchObject({ assignment_id: order.lead, visibility: 'public' });
    expect(await bringsTo(b!)).toMatchObject({ assignment_id: order.co[0], visibility: 'staff' });
    expect((await attachmentForCitizen(w.deps, citizenOf(order.id), a!)).inline).toBe(true);
  });
  it('a foreign file refuses the whole act', async () => {
    const order = await s.signed();
    const id = await staged('auditor');
    const answer = await s.onAssignment('water.handler', order.lead, 'progress', {
      text: '正在抢修',
      attachmentIds: [id],
    });
    refused(answer, 422, 'invalid_input');
    const acts = await w.db
      .selectFrom('act')
      .select('act')
      .where('order_id', '=', order.id)
      .execute();
    expect(acts.map((x) => x.act)).not.toContain('progress');
  });
  it('evidence is its unit’s while the reply is a draft, and everybody’s afterwards', async () => {
    const order = await s.signed({ co: [ROOM] });
    ok(
      await s.onAssignment('water.handler', order.lead, 'first_contact', {
        method: 'phone',
        reached: true,
        content: '已致电',
      }),
    );
    const put = async (attachmentIds: string[], replyVersion: number | null) =>
      (await w.as('water.handler')).put(`/api/assignments/${order.lead}/reply`, {
        ...REPLY,
        replyVersion,
        attachmentIds,
      });
    const [a, b] = [await staged('water.handler'), await staged('water.handler')];
    const { replyId } = ok(await put([a!], null));
    // Saved again, it names what it has; what it does not name stays.
    ok(await put([a!, b!], 1));
    ok(await put([], 2));
    const open = async (login: string) => (await read(login, `/api/attachments/${a}`)).status;
    expect(await bringsTo(a!)).toMatchObject({
      reply_id: replyId,
      assignment_id: order.lead,
      visibility: 'staff',
    });
    expect([await open('water'), await open('auditor'), await open('nantang')]).toEqual([
      200, 404, 404,
    ]);
    // The wrong one is taken out again, while it is a draft, by who put it in.
    expect((await send('DELETE', 'water', `/api/attachments/${b}`)).status).toBe(404);
    expect((await send('DELETE', 'water.handler', `/api/attachments/${b}`)).status).toBe(204);
    ok(
      await s.onAssignment('water.leader', order.lead, 'submit_reply', {
        waiverReason: '先行答复',
      }),
    );
    expect([await open('water'), await open('auditor'), await open('nantang')]).toEqual([
      200, 200, 200,
    ]);
    expect((await send('DELETE', 'water.handler', `/api/attachments/${a}`)).status).toBe(404);
  });
  it('what the leader countersigns is what the leader saw: taking evidence out is a new version', async () => {
    const order = await s.signed();
    ok(
      await s.onAssignment('water.handler', order.lead, 'first_contact', {
        method: 'phone',
        reached: true,
        content: '已致电',
      }),
    );
    const a = await staged('water.handler');
    const { version } = ok(
      await (
        await w.as('water.handler')
      ).put(`/api/assignments/${order.lead}/reply`, {
        ...REPLY,
        replyVersion: null,
        attachmentIds: [a],
      }),
    );
    const drafted = async () =>
      (
        await w.db
          .selectFrom('domain_event')
          .select('payload')
          .where('order_id', '=', order.id)
          .where('type', '=', 'reply.drafted')
          .execute()
      ).length;
    const before = await drafted();
    expect((await send('DELETE', 'water.handler', `/api/attachments/${a}`)).status).toBe(204);
    expect(await drafted()).toBe(before + 1);
    const sign = async (replyVersion: number) =>
      s.onAssignment('water.leader', order.lead, 'submit_reply', { replyVersion });
    refused(await sign(version), 409, 'version_conflict');
    ok(await sign(version + 1));
  });
  it('evidence stays that is taken out while the leader countersigns', async () => {
    const order = await s.signed();
    ok(
      await s.onAssignment('water.handler', order.lead, 'first_contact', {
        method: 'phone',
        reached: true,
        content: '已致电',
      }),
    );
    const a = await staged('water.handler');
    const { replyId } = ok(
      await (
        await w.as('water.handler')
      ).put(`/api/assignments/${order.lead}/reply`, {
        ...REPLY,
        replyVersion: null,
        attachmentIds: [a],
      }),
    );
    // The leader's transaction has the order and has moved the reply, but is not over.
    const leader = new pg.Client({ connectionString: w.database.ownerUrl });
    await leader.connect();
    await leader.query('begin');
    await leader.query('select 1 from work_order where id = $1 for no key update', [order.id]);
    await leader.query("update reply set state = 'submitted' where id = $1", [replyId]);
    const removal = send('DELETE', 'water.handler', `/api/attachments/${a}`);
    await waitForLock();
    await leader.query('commit');
    await leader.end();
    expect((await removal).status).toBe(404);
    expect(await row(a)).toBeDefined();
  });
  it('a registration, of an operator and of a citizen', async () => {
    const id = await staged('operator');
    const post = async (attachmentIds: string[]) =>
      (await w.as('operator')).post(
        '/api/orders',
        { content: '楼道堆物', attachmentIds },
        { 'idempotency-key': randomUUID() },
      );
    const { orderId } = ok(await post([id]), 201);
    expect(await bringsTo(id)).toMatchObject({
      order_id: orderId,
      visibility: 'staff',
      from_requester: true,
    });
    refused(await post([id]), 422, 'invalid_input');
    const key = randomUUID();
    const photo = await stageForCitizen(
      w.deps,
      { name: 'IMG_1.jpg', source: bytes(await jpeg()) },
      { formKey: key, source: '203.0.113.9' },
    );
    const registered = await w.intake.register({
      actor: { kind: 'citizen', orderId: null, how: 'submission' },
      key,
      channel: 'web',
      requester: { kind: 'natural', name: '陈女士', phone: '13805774471' },
      matter: {
        title: '',
        content: '路灯不亮',
        address: '',
        occurred: '',
        subjectName: '',
        confidential: false,
        wishCallback: true,
        wishPublic: false,
      },
      attachmentIds: [photo.id],
    });
    expect(await bringsTo(photo.id)).toMatchObject({
      order_id: registered.orderId,
      party: 'citizen',
      from_requester: true,
    });
    expect((await attachmentForCitizen(w.deps, citizenOf(registered.orderId), photo.id)).mime).toBe(
      'image/jpeg',
    );
  });
});

// ── Citizens ────────────────────────────────────────────────────────────────────────────────────

describe('stageForCitizen', () => {
  const source = '203.0.113.7';
  it('the same file sent again with the same form stays one; another form has its own', async () => {
    const key = randomUUID();
    const photo = await jpeg();
    const sendIt = (formKey: string) =>
      stageForCitizen(w.deps, { name: 'a.jpg', source: bytes(photo) }, { formKey, source });
    const [a, b] = [await sendIt(key), await sendIt(key)];
    expect(b.id).toBe(a.id);
    expect((await sendIt(randomUUID())).id).not.toBe(a.id);
    const mine = await stagedOf(w.db, formOwner(w.deps.crypto, key));
    expect(mine.map((v) => v.id)).toEqual([a.id]);
    expect(JSON.stringify(await row(a.id))).not.toContain(key);
  });
  it('is bound with the key of its form only', async () => {
    const key = randomUUID();
    const photo = await stageForCitizen(
      w.deps,
      { name: '', source: bytes(await jpeg()) },
      { formKey: key, source },
    );
    expect(photo.name).toBe('附件.jpg');
    const order = await s.register();
    const b = {
      ids: [photo.id],
      orderId: order.id,
      visibility: 'public',
      party: 'citizen',
      organizationId: null,
    } as const;
    const as = (formKey: string) =>
      inTransaction(w.deps, SYSTEM, (tx) =>
        bindAttachments(tx, { ...b, owner: formOwner(w.deps.crypto, formKey) }),
      );
    await expect(as(randomUUID())).rejects.toMatchObject({ code: 'invalid_input' });
    await as(key);
    expect((await row(photo.id))!.order_id).toBe(order.id);
  });
  it('throttles a source', async () => {
    const from = { formKey: randomUUID(), source: '203.0.113.8' };
    const one = () => stageForCitizen(w.deps, { name: 'a', source: bytes(Buffer.from('x')) }, from);
    await expect(one()).rejects.toMatchObject({ code: 'attachment_refused' });
    await w.db
      .updateTable('throttle')
      .set({ hits: 100_000 })
      .where('bucket', 'like', 'attachment:source:%')
      .execute();
    await expect(one()).rejects.toMatchObject({ code: 'too_many_attempts' });
    await w.db.deleteFrom('throttle').execute();
  });
});

// ── Over a real line ────────────────────────────────────────────────────────────────────────────

describe('over a real connection', () => {
  let port: number;
  let server: ReturnType<typeof serve>;
  beforeAll(
    () =>
      new Promise<void>((ready) => {
        server = serve({ fetch: w.app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => {
          port = info.port;
          ready();
        });
      }),
  );
  afterAll(() => new Promise((closed) => server.close(closed)));
  const head = async (length: number) => {
    const { cookie } = await w.as('auditor');
    return (
      `POST /api/attachments HTTP/1.1\r\nHost: localhost:12345\r\nOrigin: ${PUBLIC_URL}\r\n` +
      `Cookie: ${cookie}\r\nIdempotency-Key: ${randomUUID()}\r\nX-File-Name: a.jpg\r\n` +
      `Content-Length: ${length}\r\nConnection: close\r\n\r\n`
    );
  };
  const exchange = (first: string, body: Buffer) =>
    new Promise<string>((resolve, reject) => {
      let got = '';
      const line = connectTo(port, '127.0.0.1', () => {
        line.write(first);
        line.write(body);
      });
      line.setEncoding('latin1').on('data', (text: string) => (got += text));
      line.on('close', () => resolve(got)).on('error', reject);
    });

  it('a photo comes in while it is sent', async () => {
    const body = await jpeg(1_500, 1_000);
    expect(body.length).toBeGreaterThan(500_000);
    expect(await exchange(await head(body.length), body)).toMatch(/^HTTP\/1\.1 201 /);
  });
  it('a file that says it is too large is refused before it is sent', async () => {
    const answer = await exchange(await head(ATTACHMENT_MAX.bytes + 1), Buffer.from('x'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('attachment_too_large');
  });
  it('a line that is cut in the middle leaves no row and no bytes', async () => {
    const before = await rowsOf('auditor');
    const body = await jpeg(600, 400);
    const line = connectTo(port, '127.0.0.1');
    line.write(await head(body.length));
    line.write(body.subarray(0, 20_000));
    await expect.poll(temporaries).toHaveLength(1);
    line.destroy();
    await expect.poll(temporaries).toEqual([]);
    expect(await rowsOf('auditor')).toBe(before);
  });
});

// ── Sweeping ────────────────────────────────────────────────────────────────────────────────────

describe('sweeping', () => {
  it('forgets what was staged a day ago, then its file; what an order has stays', async () => {
    const own = await createWorld({ at: AT });
    const before = w;
    w = own;
    try {
      const order = await steps(own).register();
      const [kept, stale] = [await staged('operator'), await staged('operator')];
      await bind('operator', order.id, [kept!]);
      const [a, b] = [(await row(kept!))!, (await row(stale!))!];
      await sweepAttachments(own.deps, 0);
      expect((await row(stale!))?.state).toBe('staged');
      expect(existsSync(fileOf(b.sha256))).toBe(true);
      await own.moveTo('2026-09-22T02:25:00Z');
      const young = await staged('operator');
      // Its row goes; its file is younger than a day of real time and stays for now.
      await sweepAttachments(own.deps);
      expect(await row(stale!)).toBeUndefined();
      expect((await row(young))!.state).toBe('staged');
      expect(existsSync(fileOf(b.sha256))).toBe(true);
      await sweepAttachments(own.deps, 0);
      expect([b.sha256, b.thumb_sha256!].map((f) => existsSync(fileOf(f)))).toEqual([false, false]);
      expect([a.sha256, a.thumb_sha256!].map((f) => existsSync(fileOf(f)))).toEqual([true, true]);
      expect(existsSync(fileOf((await row(young))!.sha256))).toBe(true);
    } finally {
      w = before;
      await own.close();
    }
  });
  it('a content that a row is just being written for is not swept away', async () => {
    const own = await createWorld({ at: AT });
    try {
      const content = await own.deps.storage.put(randomBytes(500));
      const { actor } = await own.as('operator');
      let swept: Promise<void> | undefined;
      await inTransaction(own.deps, actor, async (tx) => {
        await store.lockContents(tx.db, [content]);
        swept = sweepAttachments(own.deps, 0);
        const waits = async () =>
          (
            await sql<{ n: number }>`select count(*)::int as n from pg_locks
              where locktype = 'advisory' and not granted
                and database = (select oid from pg_database where datname = current_database())`.execute(
              own.db,
            )
          ).rows[0]!.n;
        await expect.poll(waits).toBe(1);
        await store.insertStaged(tx.db, {
          id: newId(),
          owner: `user:${actor.userId}`,
          name: 'a.pdf',
          mime: 'application/pdf',
          bytes: 500,
          sha256: content,
          created_at: tx.at,
        });
      });
      await swept;
      expect(await own.deps.storage.size(content)).toBe(500);
      await own.db.deleteFrom('attachment').execute();
      await sweepAttachments(own.deps, 0);
      expect(await own.deps.storage.size(content)).toBeNull();
    } finally {
      await own.close();
    }
  });
});
