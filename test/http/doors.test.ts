/**
 * Signed doors: good, bad, replayed, late, truncated, huge, a hundred at once. One effect where one is
 * due, a dead letter where none can be, nothing where the sender shall try again.
 */
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { closeSource, eraseLetters, openSource, secretOf, sweepMessages } from '../../src/door/index.ts'; // prettier-ignore
import type { DoorHandler, DoorQuestion } from '../../src/door/index.ts';
import { gate, limiter } from '../../src/door/gate.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { AppError } from '../../src/kernel/errors.ts';
import { newId } from '../../src/kernel/ids.ts';
import { connect } from '../../src/platform/db.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { SOURCE_SECRET, sourceOf } from '../signed.ts';
import type { Sent, Told } from '../signed.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';
import { refused } from './answers.ts';

const PATH = '/cti/v1/test';
const WORDS = '张三 13900001234';

const body = z.object({
  type: z.string().regex(/^[a-z.]{1,30}$/),
  words: z.string().max(100_000).default(''),
  urgent: z.boolean().default(false),
});
type Body = z.infer<typeof body>;

/** What the handler does instead, by the type of the message. */
const troubles: Record<string, () => unknown> = {};

/** Its one effect is a row; the rows are counted. */
const handler: DoorHandler<Body> = {
  door: 'cti',
  schema: body as z.ZodType<Body>,
  kindOf: (b) => b.type,
  urgent: (b) => b.urgent,
  async take(_deps, tx, m) {
    await tx.db
      .insertInto('requester')
      .values({ id: m.id, kind: 'natural', phone_hmac: m.externalId, created_at: tx.at })
      .execute();
    await troubles[m.body.type]?.();
    return { requesterId: m.id };
  },
};
const question: DoorQuestion<Body> = {
  door: 'cti',
  schema: body as z.ZodType<Body>,
  urgent: (b) => b.urgent,
  ask: async (_deps, from, b) => ({ source: from.source, type: b.type }),
};

let w: World;
let app: Hono<Env>;
let knock: (m: Sent) => Promise<Told>;
let sourceId: string;
beforeAll(async () => {
  w = await createWorld();
  app = createApp(w.deps, {
    intake: w.intake,
    trustProxy: 0,
    doors: { messages: { [PATH]: handler }, questions: { '/cti/v1/ask': question } },
  });
  const source = await sourceOf(w, { name: 'switch', door: 'cti', app });
  sourceId = source.id;
  knock = (m) => source.knock(PATH, m);
});
afterAll(() => w.close());

const effects = async (externalId: string): Promise<number> =>
  (await w.db.selectFrom('requester').select('id').where('phone_hmac', '=', externalId).execute())
    .length;
const rowOf = (externalId: string) =>
  w.db
    .selectFrom('door_message')
    .selectAll()
    .where('external_id', '=', externalId)
    .executeTakeFirst();

describe('who is let in', () => {
  it('takes a good message once and keeps no word of it', async () => {
    const a = await knock({ id: 'good', body: { type: 'call.ringing', words: WORDS } });
    expect(a.status).toBe(200);
    const row = (await rowOf('good'))!;
    expect(a.body).toEqual({ id: row.id, state: 'done', requesterId: row.id });
    expect(row).toMatchObject({ kind: 'call.ringing', state: 'done', body_ct: null, attempts: 1 });
    expect(await effects('good')).toBe(1);
    expect(JSON.stringify(row)).not.toContain('1390000');
  });

  it('answers every fault of authentication alike, and keeps nothing', async () => {
    await inTransaction(w.deps, SYSTEM, async (tx) => {
      const other = { secret: SOURCE_SECRET, perMinute: 10 };
      await openSource(tx, w.deps, { ...other, name: 'closed', door: 'cti' });
      await openSource(tx, w.deps, { ...other, name: 'sms-only', door: 'sms' });
      await closeSource(tx, 'closed');
    });
    const good = { id: 'bad', body: { type: 'call.ringing' } };
    const faults: Record<string, Sent> = {
      unsigned: { ...good, signature: '' },
      'signed with another secret': { ...good, secret: 'another-secret-of-the-same-length' },
      'no such source': { ...good, source: 'nobody' },
      'a source that was closed': { ...good, source: 'closed' },
      'a source of another door': { ...good, source: 'sms-only' },
      late: { ...good, late: -301 },
      ahead: { ...good, late: 305 },
      truncated: { ...good, wire: '{"type":"call.ri' },
      changed: { ...good, wire: '{"type":"call.ended"}' },
      'moved to another id': { ...good, headers: { 'x-hotline-id': 'bad2' } },
      'no id': { ...good, id: '' },
      'an id that is too long': { ...good, id: 'x'.repeat(121) },
      'a timestamp that is none': { ...good, headers: { 'x-hotline-timestamp': '1e9' } },
    };
    const told = await Promise.all(
      Object.entries(faults).map(async ([name, m]) => {
        const { status, body: said } = refused(await knock(m), 401, 'signature_refused');
        return [name, status, { ...said, traceId: '' }];
      }),
    );
    expect(new Set(told.map(([, , said]) => JSON.stringify(said))).size).toBe(1);
    expect(told).toHaveLength(13);
    const kept = await w.db
      .selectFrom('door_message')
      .select('id')
      .where('external_id', 'like', 'bad%')
      .execute();
    expect(kept).toEqual([]);
    expect(await effects('bad')).toBe(0);
  });

  it('takes a message at the edge of the window, and from a browser that says it is elsewhere', async () => {
    const at = { body: { type: 'call.ringing' } };
    expect((await knock({ ...at, id: 'edge', late: -290 })).status).toBe(200);
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    expect((await knock({ ...at, id: 'browser', headers })).status).toBe(200);
  });

  it('refuses what is huge before it is read, and takes what just fits', async () => {
    const huge = { type: 'call.ringing', words: 'x'.repeat(64 * 1024) };
    refused(await knock({ id: 'huge', body: huge }), 413, 'body_too_large');
    const fits = { type: 'call.ringing', words: 'x'.repeat(63 * 1024) };
    expect((await knock({ id: 'fits', body: fits })).status).toBe(200);
    expect(await rowOf('huge')).toBeUndefined();
  });

  it('tells its keeper why, once a minute for a name', async () => {
    const said: unknown[] = [];
    const log = { warn: (what: unknown) => void said.push(what) } as never;
    const pass = gate({ db: w.db, crypto: w.deps.crypto, log }, 'cti');
    const forged = { source: 'switch', timestamp: '1', id: 'x', signature: 'no', body: '{}' };
    for (let i = 0; i < 5; i++) await expect(pass(forged)).rejects.toThrow();
    expect(said[0]).toEqual({ door: 'cti', source: 'switch', signed: false, fresh: false });
    // A minute may end meanwhile.
    expect(said.length).toBeLessThan(3);
  });

  it('a new secret ends the old one, and is sealed', async () => {
    const { knock: other, id } = await sourceOf(w, { name: 'renewed', door: 'cti', app });
    const secret = 'the-new-secret-of-the-same-source';
    await inTransaction(w.deps, SYSTEM, (tx) =>
      openSource(tx, w.deps, { name: 'renewed', door: 'cti', secret, perMinute: 10 }),
    );
    const m = { id: 'renewed', body: { type: 'call.ringing' } };
    expect((await other(PATH, m)).status).toBe(401);
    expect((await other(PATH, { ...m, secret })).status).toBe(200);
    expect(await secretOf(w.deps, 'renewed')).toBe(secret);
    const rows = await sql`select id, secret_ct::text as ct from door_source where name = 'renewed'`.execute(w.db); // prettier-ignore
    expect(rows.rows).toHaveLength(1);
    expect(rows.rows[0]).toMatchObject({ id });
    expect(JSON.stringify(rows.rows)).not.toContain(Buffer.from(secret).toString('hex'));
  });
});

describe('one effect', () => {
  it('a repeated message gets the first answer, signed anew or not', async () => {
    const m = { id: 'twice', body: { type: 'call.ended', words: WORDS } };
    const first = await knock(m);
    const second = await knock({ ...m, late: 30 });
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(await effects('twice')).toBe(1);
  });

  it('the same id with other content is a conflict', async () => {
    await knock({ id: 'reused', body: { type: 'call.ended' } });
    const again = await knock({ id: 'reused', body: { type: 'call.ringing' } });
    refused(again, 409, 'message_id_reused');
    expect(await effects('reused')).toBe(1);
  });

  it('a hundred at once are one', async () => {
    const m = { id: 'hundred', body: { type: 'call.ended' } };
    const told = await Promise.all(Array.from({ length: 100 }, () => knock(m)));
    expect(new Set(told.map((t) => JSON.stringify([t.status, t.body]))).size).toBe(1);
    expect(told[0]!.status).toBe(200);
    expect(await effects('hundred')).toBe(1);
  });

  it('a hundred bad ones at once are one dead letter', async () => {
    const m = { id: 'hundred-bad', body: { type: 'NO' } };
    const told = await Promise.all(Array.from({ length: 100 }, () => knock(m)));
    expect(new Set(told.map((t) => JSON.stringify([t.status, t.body]))).size).toBe(1);
    expect(told[0]!.body).toMatchObject({ state: 'dead', error: 'invalid_input' });
    expect(await effects('hundred-bad')).toBe(0);
  });
});

describe('what cannot be taken', () => {
  it('is kept sealed, with why, and nothing of the first transaction stays', async () => {
    troubles['call.lost'] = () => {
      throw new AppError('not_found', { secret: WORDS }, WORDS);
    };
    const a = await knock({ id: 'lost', body: { type: 'call.lost', words: WORDS } });
    const row = (await rowOf('lost'))!;
    expect(a.body).toEqual({ id: row.id, state: 'dead', error: 'not_found' });
    expect(row).toMatchObject({ state: 'dead', error: 'not_found', kind: 'call.lost' });
    expect(await effects('lost')).toBe(0);
    const { body_ct: sealed, ...rest } = row;
    expect(JSON.stringify(rest)).not.toContain('张三');
    expect(w.deps.crypto.open(sealed!, `${row.id}/body`)).toContain(WORDS);
    // Sent again it is no further letter.
    expect(await knock({ id: 'lost', body: { type: 'call.lost', words: WORDS } })).toMatchObject({ status: 200, body: a.body }); // prettier-ignore
  });

  it.each([
    ['no JSON at all', '{"type":', 'invalid_json', ''],
    ['a field of another kind', { type: 3 }, 'invalid_input', 'type:invalid_type'],
    ['values that no database takes', { type: 'call.nul' }, 'invalid_input', ''],
  ])('%s lies dead with its reason', async (name, sent, error, fields) => {
    troubles['call.nul'] = () => sql`select ${'a\u0000'}::text`.execute(w.db);
    const id = `dead-${name.length}`;
    expect((await knock({ id, body: sent })).body).toMatchObject({ state: 'dead', error });
    expect((await rowOf(id))!.error).toBe(`${error} ${fields}`.trim());
  });

  it('nothing is kept of what fails on our side: the sender tries again', async () => {
    let broken = true;
    troubles['call.later'] = () => {
      if (broken) throw new Error(WORDS);
    };
    const m = { id: 'later', body: { type: 'call.later' } };
    refused(await knock(m), 503, 'busy');
    expect(await rowOf('later')).toBeUndefined();
    expect(await effects('later')).toBe(0);
    broken = false;
    expect((await knock(m)).body).toMatchObject({ state: 'done' });
    expect(await effects('later')).toBe(1);
  });

  it('503 where the database cannot be reached', async () => {
    const gone = connect('postgres://nobody@127.0.0.1:1/none', { max: 1 });
    const deps = { ...w.deps, db: gone.db };
    const doors = { messages: { [PATH]: handler }, questions: {} };
    const away = createApp(deps, { intake: w.intake, trustProxy: 0, doors });
    const { knock: there } = await sourceOf(w, { name: 'gone', door: 'cti', app: away });
    const told = await there(PATH, { id: 'gone', body: { type: 'call.ended' } });
    expect(refused(told, 503, 'database_unavailable').headers.get('retry-after')).toBe('2');
    await gone.close();
  });
});

describe('the limit of a source', () => {
  it('holds for good messages only, and never for an emergency', async () => {
    // A minute of real time that cannot end in the middle of the test.
    const name = 'limited';
    const { knock: limited, id } = await sourceOf(w, { name, door: 'cti', perMinute: 5, app });
    const spend = (n: number, m: Partial<Sent>) =>
      Promise.all(
        Array.from({ length: n }, (_, i) =>
          limited(PATH, { id: `l-${n}-${i}`, body: { type: 'call.ended' }, ...m }),
        ),
      );
    const forged = await spend(20, { secret: 'a-secret-that-somebody-guessed!' });
    expect(new Set(forged.map((t) => t.status))).toEqual(new Set([401]));
    await sql`insert into throttle (bucket, window_start, hits)
      select ${w.deps.crypto.mac('throttle', `door/${id}`)}, date_bin('1 minute', clock_timestamp(), '2000-01-01') + m * interval '1 minute', 3
      from generate_series(0, 1) m`.execute(w.db);
    const told = await spend(8, {});
    // Two are left of five; a minute that ends meanwhile gives two more.
    const good = told.filter((t) => t.status === 200).length;
    expect([2, 4]).toContain(good);
    // What was taken before is answered again, and costs nothing.
    for (const [i, t] of told.entries())
      if (t.status === 200)
        expect(await limited(PATH, { id: `l-8-${i}`, body: { type: 'call.ended' } })).toMatchObject({ status: 200, body: t.body }); // prettier-ignore
    const over = told.find((t) => t.status === 429)!;
    refused(over, 429, 'too_many_messages');
    const seconds = Number(over.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    const urgent = await spend(10, { body: { type: 'call.ringing', urgent: true } });
    expect(urgent.every((t) => t.status === 200 || t.status === 409)).toBe(true);
    const asked = await limited('/cti/v1/ask', { id: 'q', body: { type: 'call.ringing', urgent: true } }); // prettier-ignore
    expect(asked.status).toBe(200);
  });
});

describe('limits of several processes', () => {
  it('together never pass more than the source’s, and all of that', async () => {
    const { id } = await sourceOf(w, { name: 'shared', door: 'cti', perMinute: 40_000, app });
    const bucket = w.deps.crypto.mac('throttle', `door/${id}`);
    const minute = () => Math.floor(Date.now() / 60_000);
    /** 1,000 are left in this minute; two processes ask 1,300 times. */
    const run = async (): Promise<number | null> => {
      const began = minute();
      await sql`insert into throttle (bucket, window_start, hits) values
        (${bucket}, date_bin('1 minute', clock_timestamp(), '2000-01-01'), 39000)
        on conflict (bucket, window_start) do update set hits = 39000`.execute(w.db);
      const processes = [limiter(w.deps), limiter(w.deps)];
      const from = { sourceId: id, source: 'shared', perMinute: 40_000, now: new Date() };
      let passed = 0;
      for (let i = 0; i < 650; i++) {
        const two = await Promise.all(processes.map((withinLimit) => withinLimit(from)));
        passed += two.filter(Boolean).length;
      }
      return minute() === began ? passed : null;
    };
    // A minute that ends in the middle of it says nothing.
    expect((await run()) ?? (await run())).toBe(1000);
  });
});

describe('a question', () => {
  it('is answered under the same guard, and nothing of it is kept', async () => {
    const source = await sourceOf(w, { name: 'asks', door: 'cti', app });
    const ask = (m: Omit<Sent, 'id'>) => source.knock('/cti/v1/ask', { id: newId(), ...m });
    const answer = await ask({ body: { type: 'who.takes' } });
    expect(answer).toMatchObject({ status: 200, body: { source: 'asks', type: 'who.takes' } });
    refused(await ask({ body: { type: 1 } }), 422, 'invalid_input');
    refused(await ask({ body: '{' }), 400, 'invalid_json');
    refused(await ask({ body: {}, late: -400 }), 401, 'signature_refused');
    const kept = await w.db
      .selectFrom('door_message')
      .select('id')
      .where('source_id', '=', source.id)
      .execute();
    expect(kept).toEqual([]);
  });
});

describe('dead letters', () => {
  const admin = async () => {
    const { cookie } = await w.as('admin');
    const call = async (method: string, path: string, headers = {}) => {
      const r = await app.request(path, {
        method,
        headers: { host: 'localhost:12345', origin: 'http://localhost:12345', cookie, ...headers },
      });
      return { status: r.status, body: (await r.json()) as any, headers: r.headers };
    };
    return {
      get: (path: string) => call('GET', path),
      post: (path: string, headers?: object) => call('POST', path, headers),
    };
  };

  it('are listed by page with why, and never with what they said', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await knock({ id: `page-${n}`, body: { type: '!', words: WORDS } });
    const a = await admin();
    const seen: any[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: any = await a.get(`/api/door/messages?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    expect(new Set(seen.map((m) => m.id)).size).toBe(seen.length);
    const mine = seen.filter((m) => m.externalId.startsWith('page-'));
    expect(mine.map((m) => m.externalId)).toEqual(['page-5', 'page-4', 'page-3', 'page-2', 'page-1']); // prettier-ignore
    expect(mine[0]).toMatchObject({ source: 'switch', door: 'cti', kind: '', state: 'dead', error: 'invalid_input', fields: 'type:invalid_format', attempts: 1 }); // prettier-ignore
    expect(JSON.stringify(seen)).not.toContain('张三');
    const { body: sources } = await a.get('/api/door/sources');
    expect(sources.items.find((s: any) => s.id === sourceId)).toMatchObject({ name: 'switch', active: true, dead: seen.filter((m) => m.source === 'switch').length }); // prettier-ignore
    expect(JSON.stringify(sources)).not.toContain(SOURCE_SECRET);
    refused(await a.get('/api/door/messages?cursor=x'), 422, 'invalid_input');
  });

  it('sent in again: what fails stays with its new error, what is taken is done and erased', async () => {
    let code: 'not_found' | 'state_conflict' | null = 'not_found';
    troubles['call.mended'] = () => {
      if (code) throw new AppError(code);
    };
    const { body: letter } = await knock({ id: 'mended', body: { type: 'call.mended' } });
    const a = await admin();
    const path = `/api/door/messages/${letter.id}/redrive`;
    code = 'state_conflict';
    expect((await a.post(path)).body).toEqual({ id: letter.id, state: 'dead', error: 'state_conflict' }); // prettier-ignore
    expect(await rowOf('mended')).toMatchObject({ error: 'state_conflict', attempts: 2 });
    expect(await effects('mended')).toBe(0);
    code = null;
    const told = await Promise.all([1, 2, 3, 4].map(() => a.post(path)));
    expect(told.map((t) => t.status).sort()).toEqual([200, 409, 409, 409]);
    expect(await rowOf('mended')).toMatchObject({ state: 'done', error: '', attempts: 3, body_ct: null }); // prettier-ignore
    expect(await effects('mended')).toBe(1);
    // The sender, who never heard, tries once more: one effect, the answer of the re-drive.
    const late = await knock({ id: 'mended', body: { type: 'call.mended' } });
    expect(late.body).toEqual({ id: letter.id, state: 'done', requesterId: letter.id });
    const audit = await w.db
      .selectFrom('audit_log')
      .select(['action', 'acting_role', 'actor_id'])
      .where('subject_id', '=', letter.id)
      .orderBy('id')
      .execute();
    const { actor } = await w.as('admin');
    const by = { acting_role: 'center_admin', actor_id: actor.userId };
    expect(audit).toEqual([
      { action: 'door.message_died', acting_role: 'system', actor_id: null },
      { action: 'door.message_redriven', ...by },
      { action: 'door.message_redriven', ...by },
    ]);
  });

  it('given up, a letter is erased and told so', async () => {
    const { body: letter } = await knock({ id: 'given-up', body: { type: '!' } });
    const a = await admin();
    const key = { 'idempotency-key': newId() };
    const path = `/api/door/messages/${letter.id}/give-up`;
    const done = { id: letter.id, state: 'given_up', error: '' };
    expect((await a.post(path, key)).body).toEqual(done);
    expect((await a.post(path, key)).body).toEqual(done);
    refused(await a.post(path), 409, 'already_done');
    refused(await a.post(path.replace('give-up', 'redrive')), 409, 'already_done');
    expect(await rowOf('given-up')).toMatchObject({ state: 'given_up', body_ct: null });
    expect((await knock({ id: 'given-up', body: { type: '!' } })).body.state).toBe('given_up');
  });

  it('outlive those that are done, which are forgotten after a month', async () => {
    await knock({ id: 'old-dead', body: { type: '!' } });
    await knock({ id: 'old-done', body: { type: 'call.ended' } });
    await sweepMessages(w.db);
    expect(await rowOf('old-done')).toBeDefined();
    await sql`update door_message set received_at = received_at - interval '31 days' where external_id like 'old-%'`.execute(w.db); // prettier-ignore
    await sweepMessages(w.db);
    expect(await rowOf('old-done')).toBeUndefined();
    expect(await rowOf('old-dead')).toMatchObject({ state: 'dead' });
  });

  it('are given up after the days of the policy, and their words erased', async () => {
    for (const id of ['older', 'newer']) await knock({ id, body: { type: '!', words: WORDS } });
    const age = (id: string, days: number) =>
      sql`update door_message set received_at = app_now() - make_interval(days => ${days}) where external_id = ${id}`.execute(w.db); // prettier-ignore
    await age('older', 91);
    await age('newer', 89);
    await eraseLetters(w.deps, 90);
    const older = (await rowOf('older'))!;
    expect(older).toMatchObject({ state: 'given_up', body_ct: null });
    expect(await rowOf('newer')).toMatchObject({ state: 'dead' });
    const audit = await w.db.selectFrom('audit_log').select(['action', 'acting_role']).where('subject_id', '=', older.id).orderBy('id').execute(); // prettier-ignore
    expect(audit.at(-1)).toEqual({ action: 'door.message_given_up', acting_role: 'system' });
  });
});
