/** The telephone over HTTP: a switch that rings, asks and tells; operators at their seats. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { openChat } from '../../src/chat/open.ts';
import { openSource, signatureOf, signedHeaders } from '../../src/door/index.ts';
import { SYSTEM } from '../../src/kernel/actor.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { messageFor } from '../../src/realtime/index.ts';
import { eraseRecordings, sweepSeats, telephonyDue, telephonyFigures } from '../../src/telephony/index.ts'; // prettier-ignore
import { putRestriction } from '../../src/telephony/restricted.ts';
import { lockNumber } from '../../src/telephony/restricted.store.ts';
import { eraseOld } from '../../workers/schedule.ts';
import { until } from '../until.ts';
import { PUBLIC_URL, createWorld } from '../world.ts';
import type { World } from '../world.ts';

const SECRET = 'a secret of the switch, long enough';
/** A Friday morning in the city. */
const START = '2026-09-18T02:00:00Z';
let w: World;
/** What the fake switch and the fake store were asked, and what they answer. */
let outside: Server;
let origin = '';
let heard: { path: string; headers: Record<string, unknown>; body: string }[] = [];
let switchStatus = 202;
/** What the fake switch does before it answers a command. */
let beforeAnswer = async () => {};
/** The same house, with a switch and a store of recordings. */
let wired: ReturnType<typeof createApp>;

beforeAll(async () => {
  outside = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      heard.push({ path: request.url!, headers: request.headers, body });
      if (request.url === '/command')
        void beforeAnswer().then(() => response.writeHead(switchStatus).end()); // prettier-ignore
      else if (request.url === '/moved.wav') response.writeHead(302, { location: '/a.wav' }).end();
      else if (request.url === '/page.html')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'); // prettier-ignore
      else if (request.url === '/stall.wav')
        response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': 8 }).write('RIFF');
      else if (request.headers.range)
        response.writeHead(206, { 'content-type': 'audio/wav', 'content-range': 'bytes 2-3/4' }).end('FF'); // prettier-ignore
      else response.writeHead(200, { 'content-type': 'audio/wav' }).end('RIFF');
    });
  });
  await new Promise<void>((done) => outside.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  w = await createWorld({ at: START });
  await inTransaction(w.deps, SYSTEM, (tx) =>
    openSource(tx, w.deps, { name: 'switch-1', door: 'cti', secret: SECRET, perMinute: 100_000 }),
  );
  const telephony = {
    commandUrl: `${origin}/command`,
    recordingOrigins: [origin],
    recordingIdleMs: 150,
  };
  wired = createApp(w.deps, { intake: w.intake, trustProxy: 0, telephony });
});
afterAll(async () => {
  await w?.close();
  outside?.close();
});

const iso = async (seconds = 0) =>
  new Date((await w.now()).getTime() + seconds * 1000).toISOString();
const pass = async (seconds: number) => w.moveTo(await iso(seconds));
const say = async (path: string, message: object, id: string = randomUUID()) => {
  const body = JSON.stringify(message);
  const headers = signedHeaders(SECRET, { source: 'switch-1', id, body, at: new Date() });
  const answer = await w.app.request(path, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as Record<string, any> };
};
const tell = async (callId: string, type: string, more: object = {}, seconds = 0) => {
  const answer = await say('/cti/v1/events', { type, callId, at: await iso(seconds), ...more });
  expect(answer, type).toMatchObject({ status: 200, body: { state: 'done' } });
  return answer.body;
};
const ask = async (callId: string, more: object = {}) =>
  (await say('/cti/v1/route', { callId, from: '', to: '12345', at: await iso(), ...more })).body;
const sit = async (login: string, state: string, extension = '8001', more: object = {}) =>
  (await w.as(login)).put('/api/telephony/seat', { state, extension, ...more });
const seat = async (login = 'operator') =>
  (await (await w.as(login)).get('/api/telephony/seat')).body;
const get = async (login: string, path: string) => (await w.as(login)).get(`/api/telephony${path}`);
const post = async (login: string, path: string, body: object = {}) =>
  (await w.as(login)).post(`/api/telephony${path}`, body, { 'idempotency-key': randomUUID() });
const onWired = async (login: string, path: string, init: RequestInit = {}) =>
  wired.request(`/api/telephony${path}`, {
    ...init,
    headers: {
      host: 'localhost:12345',
      origin: PUBLIC_URL,
      cookie: (await w.as(login)).cookie,
      'content-type': 'application/json',
      ...(init.headers as object),
    },
  });

let numbers = 13_800_000_000;
const fresh = () => ({ callId: randomUUID(), from: String(++numbers) });
const userId = async (login: string) => (await w.as(login)).actor.userId;

/** A call that an operator speaks to. */
async function answered(login = 'operator', extension = '8001', from = fresh().from) {
  await sit(login, 'ready', extension);
  const { callId } = fresh();
  expect(await ask(callId, { from })).toMatchObject({ action: 'offer', target: extension });
  await tell(callId, 'call.answered', { legId: 'leg-1', target: extension });
  const view = (await seat(login)).call;
  return { callId, from, id: view.id as string, contactId: view.contactId as string };
}
const over = (callId: string) => tell(callId, 'call.ended', { by: 'caller' });

/** Nobody sits anywhere, nobody waits. */
beforeEach(async () => {
  for (const c of await w.db.selectFrom('call').select('external_id').where('state', '<>', 'ended').execute()) await over(c.external_id); // prettier-ignore
  for (const login of ['operator', 'operator2']) await sit(login, 'offline');
  heard = [];
  switchStatus = 202;
  beforeAnswer = async () => {};
});

describe('a call', () => {
  it('rings, is offered, answered and ended; contact and seat follow', async () => {
    expect((await sit('operator', 'ready')).body).toMatchObject({ state: 'ready', call: null });
    const { callId, from } = fresh();
    await tell(callId, 'call.ringing', { from, to: '12345' });
    expect(await ask(callId, { from })).toMatchObject({ action: 'offer', target: '8001', ringSeconds: 15 }); // prettier-ignore
    // Asked again, by a switch that did not hear: the same offer.
    expect(await ask(callId, { from })).toMatchObject({ action: 'offer', target: '8001' });
    const ringing = await seat();
    expect(ringing.call).toMatchObject({
      phone: from,
      state: 'offered',
      mine: true,
      answeredAt: null,
    });
    expect((await get('operator', '/calls')).body).toHaveLength(1);
    expect((await get('operator2', '/calls')).body).toEqual([]);
    await tell(callId, 'call.answered', { legId: 'l1', target: '8001' }, 1);
    const { state, call } = await seat();
    expect({ state, call }).toMatchObject({ state: 'talking', call: { state: 'talking' } });
    const row = () => w.db.selectFrom('contact').selectAll().where('id', '=', call.contactId).executeTakeFirstOrThrow(); // prettier-ignore
    expect(await row()).toMatchObject({ operator_id: await userId('operator'), ended_at: null });
    const made = await (await w.as('operator')).post(
      '/api/orders',
      { content: '翠竹苑停水两天了，家里有老人。', contactId: call.contactId, areaCode: '339902001' },
      { 'idempotency-key': randomUUID() },
    ); // prettier-ignore
    expect(made.status).toBe(201);
    await tell(callId, 'call.ended', { by: 'caller' }, 60);
    expect((await row()).ended_at).not.toBeNull();
    expect(await seat()).toMatchObject({
      state: 'wrap_up',
      call: { orderIds: [made.body.orderId] },
    });
    // Written up: ready by itself, even with no worker.
    await pass(31);
    expect(await seat()).toMatchObject({ state: 'ready', call: null });
  });

  it('goes to another when nobody answers, and who never answers is on a break', async () => {
    await sit('operator', 'ready', '8001');
    await pass(1);
    await sit('operator2', 'ready', '8002');
    const { callId } = fresh();
    expect(await ask(callId)).toMatchObject({ target: '8001' });
    expect(await ask(callId, { tried: { target: '8001', result: 'no_answer' } })).toMatchObject({ target: '8002' }); // prettier-ignore
    // Neither rings again at once.
    expect(await ask(callId, { tried: { target: '8002', result: 'busy' } })).toMatchObject({ action: 'wait' }); // prettier-ignore
    await pass(9);
    expect(await ask(callId)).toMatchObject({ action: 'wait' });
    const next = randomUUID();
    expect(await ask(next)).toMatchObject({ action: 'offer', target: '8001' });
    await over(next);
    await pass(2);
    expect(await ask(callId)).toMatchObject({ target: '8002' });
    await over(callId);
    // A question after its time says as much as a word.
    const silent = randomUUID();
    await sit('operator2', 'offline', '8002');
    expect(await ask(silent)).toMatchObject({ target: '8001' });
    await pass(18);
    expect(await ask(silent)).toMatchObject({ action: 'wait' });
    expect(await seat('operator')).toMatchObject({ state: 'break', breakReason: 'absent' });
  });

  it('asks while it waits for those it was offered to with no transaction', async () => {
    await sit('operator', 'ready');
    const { callId } = fresh();
    await ask(callId);
    await ask(callId, { tried: { target: '8001', result: 'busy' } });
    const row = () => w.db.selectFrom('call').select([sql<string>`xmin::text`.as('version'), 'asked_at']).where('external_id', '=', callId).executeTakeFirstOrThrow(); // prettier-ignore
    const before = await row();
    await pass(1);
    expect(await ask(callId)).toMatchObject({ action: 'wait', position: 1 });
    expect(await row()).toEqual(before);
  });

  it('names the offer that came to nothing: a late word of an earlier one changes nothing', async () => {
    await sit('operator', 'ready');
    const { callId } = fresh();
    const first = await ask(callId);
    const late = { target: '8001', offerId: first.offerId, result: 'busy' };
    expect(await ask(callId, { tried: late })).toMatchObject({ action: 'wait' });
    await pass(11);
    const second = await ask(callId);
    expect(second).toMatchObject({ action: 'offer', target: '8001' });
    expect(await ask(callId, { tried: late })).toMatchObject({ offerId: second.offerId });
    expect(await seat()).toMatchObject({ state: 'ringing' });
    const named = { ...late, offerId: second.offerId };
    expect(await ask(callId, { tried: named })).toMatchObject({ action: 'wait' });
    expect(await seat()).toMatchObject({ state: 'ready', call: null });
  });

  it('is offered to the same again when its switch was dead, and nobody is taken for absent', async () => {
    await sit('operator', 'ready');
    const { callId } = fresh();
    for (let i = 0; i < 3; i++) {
      expect(await ask(callId)).toMatchObject({ action: 'offer', target: '8001' });
      await pass(18);
      await telephonyDue(w.deps);
      expect(await seat()).toMatchObject({ state: 'ready', call: null });
    }
    const ended = await w.db.selectFrom('call_offer as o').innerJoin('call as c', 'c.id', 'o.call_id').select('result').where('c.external_id', '=', callId).execute(); // prettier-ignore
    expect(ended.map((o) => o.result)).toEqual(['lost', 'lost', 'lost']);
  });

  it('waits in order, with its place, and an emergency goes first', async () => {
    const first = fresh();
    const second = fresh();
    const fire = fresh();
    expect(await ask(first.callId)).toMatchObject({ action: 'wait', position: 1, askAgainMs: 500 });
    await pass(1);
    expect(await ask(second.callId)).toMatchObject({ position: 2 });
    expect(await ask(fire.callId, { skill: 'emergency' })).toMatchObject({ position: 1 });
    expect((await ask(second.callId)).position).toBe(3);
    expect((await ask(second.callId)).expectedWaitSeconds).toBeGreaterThan(0);
    await sit('operator', 'ready');
    expect((await ask(second.callId)).action).toBe('wait');
    expect((await ask(first.callId)).action).toBe('wait');
    expect((await ask(fire.callId)).action).toBe('offer');
  });

  it('wants a skill, until it waited long enough', async () => {
    await sit('operator', 'ready', '8001', { skills: ['enterprise'] });
    const { callId } = fresh();
    expect((await ask(callId, { skill: 'dialect' })).action).toBe('wait');
    await pass(29);
    expect((await ask(callId)).action).toBe('wait');
    await pass(2);
    expect((await ask(callId)).action).toBe('offer');
  });

  it('that is lost by its switch ends, and is called back', async () => {
    const { callId, from } = fresh();
    await ask(callId, { from });
    await pass(61);
    await telephonyDue(w.deps);
    const row = await w.db.selectFrom('call').selectAll().where('external_id', '=', callId).executeTakeFirstOrThrow(); // prettier-ignore
    expect(row).toMatchObject({ state: 'ended', outcome: 'missed', ended_by: 'platform' });
    expect(await ask(callId)).toMatchObject({ action: 'overflow' });
  });
});

describe('a seat', () => {
  it('is changed by its operator as the table says', async () => {
    expect((await sit('operator', 'break', '8001', { breakReason: 'meal' })).body.breakReason).toBe('meal'); // prettier-ignore
    expect((await sit('operator2', 'ready', '8001')).body.code).toBe('extension_taken');
    expect((await (await w.as('operator2')).put('/api/telephony/seat', { state: 'ready', breakReason: 'meal' })).status).toBe(422); // prettier-ignore
    const { callId } = await answered();
    const refused = await sit('operator', 'break');
    expect(refused).toMatchObject({ status: 409, body: { code: 'state_conflict', state: 'talking', allowed: [] } }); // prettier-ignore
    await over(callId);
    expect((await sit('operator', 'ready')).body.state).toBe('ready');
    for (const login of ['dispatcher', 'water', 'admin']) expect((await get(login, '/seat')).status).toBe(403); // prettier-ignore
  });

  it('is left to who goes on writing, as long as the policy says, and to nobody else', async () => {
    const { callId } = await answered();
    expect((await sit('operator', 'wrap_up')).body).toMatchObject({ code: 'state_conflict', state: 'talking' }); // prettier-ignore
    await over(callId);
    const began = await w.now();
    const wait = fresh();
    // Every twenty-five seconds a word: thirty more from then on.
    for (let i = 1; i <= 23; i++) {
      await pass(25);
      expect((await sit('operator', 'wrap_up')).body.state).toBe('wrap_up');
    }
    expect((await ask(wait.callId)).action).toBe('wait');
    const { until: end } = await seat();
    expect((Date.parse(end) - began.getTime()) / 1000).toBeGreaterThan(590);
    await pass(20);
    await sit('operator', 'wrap_up');
    // Ten minutes are the most.
    expect((Date.parse((await seat()).until) - began.getTime()) / 1000).toBeLessThan(602);
    await pass(10);
    expect((await seat()).state).toBe('ready');
    expect((await sit('operator', 'wrap_up')).body.code).toBe('state_conflict');
  });

  it('is left with the session, and its call goes to somebody else', async () => {
    await w.person({ login: 'leaver', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    await sit('leaver', 'ready', '8009');
    const { callId } = fresh();
    expect(await ask(callId)).toMatchObject({ target: '8009' });
    await (await w.as('leaver')).del('/api/session');
    await w.settle();
    const left = await w.db.selectFrom('seat').select('state').where('extension', '=', '8009').executeTakeFirstOrThrow(); // prettier-ignore
    expect(left.state).toBe('offline');
    expect((await ask(callId)).action).toBe('wait');
  });

  it('is left after the last call of who signed out while speaking', async () => {
    await w.person({ login: 'speaker', grants: [{ role: 'operator', unit: 'HOTLINE' }] });
    const { callId } = await answered('speaker', '8010');
    const { userId: id } = (await w.as('speaker')).actor;
    await (await w.as('speaker')).del('/api/session');
    await w.settle();
    await over(callId);
    const state = async () => (await w.db.selectFrom('seat').select('state').where('user_id', '=', id).executeTakeFirstOrThrow()).state; // prettier-ignore
    expect(await state()).toBe('wrap_up');
    await pass(31);
    await telephonyDue(w.deps);
    expect(await state()).toBe('offline');
  });

  it('that cannot be set right keeps no other caller waiting', async () => {
    const { callId } = await answered('operator2', '8002');
    await over(callId);
    const waits = randomUUID();
    await ask(waits);
    await pass(31);
    const owner = new pg.Client({ connectionString: w.database.ownerUrl });
    await owner.connect();
    try {
      await owner.query(`create function broken() returns trigger language plpgsql as
        $$ begin raise exception 'broken'; end $$;
        create trigger broken before insert on seat_change for each row
        when (new.user_id = '${await userId('operator2')}') execute function broken()`);
      expect(await ask(waits)).toMatchObject({ action: 'wait', position: 1 });
      expect((await seat('operator2')).state).toBe('wrap_up');
    } finally {
      await owner.query('drop trigger if exists broken on seat_change; drop function broken()');
      await owner.end();
    }
    expect(await ask(waits)).toMatchObject({ action: 'offer', target: '8002' });
  });

  it('nobody sits at any more goes offline', async () => {
    await sit('operator2', 'ready', '8002');
    await w.db.updateTable('session').set({ seen_at: new Date(Date.now() - 3_600_000) }).where('user_id', '=', await userId('operator2')).execute(); // prettier-ignore
    await sweepSeats(w.deps);
    expect((await seat('operator2')).state).toBe('offline');
  });
});

describe('calls to return', () => {
  const mineOf = async (from: string) =>
    (await w.db.selectFrom('return_call').selectAll().where('phone_hmac', '=', w.deps.crypto.mac('phone', from)).execute()); // prettier-ignore

  it('are one for a number, and end by themselves when it is answered', async () => {
    const { callId, from } = fresh();
    await tell(callId, 'call.ringing', { from, to: '12345' });
    await tell(callId, 'call.abandoned', {}, 8);
    const again = randomUUID();
    await ask(again, { from });
    await tell(again, 'call.ended', { by: 'caller' }, 9);
    const [open, ...rest] = await mineOf(from);
    expect(rest).toEqual([]);
    expect(open).toMatchObject({ calls: 2, state: 'open', cause: 'abandoned' });
    expect(open!.due_at.getTime() - (await w.now()).getTime()).toBeLessThanOrEqual(
      30 * 60_000 + 9000,
    );
    await sit('operator', 'ready');
    const third = randomUUID();
    await ask(third, { from });
    await tell(third, 'call.answered', { legId: 'l', target: '8001' }, 10);
    expect(await mineOf(from)).toMatchObject([{ state: 'done', reason: 'called_again' }]);
  });

  it('are taken by one, tried, given up; late ones are told and counted', async () => {
    const { callId, from } = fresh();
    await ask(callId, { from });
    await pass(200);
    expect(await ask(callId, { from })).toMatchObject({
      action: 'overflow',
      announcement: 'call_back',
    });
    const id = (await mineOf(from))[0]!.id;
    const listed = (await get('operator2', '/return-calls?state=open')).body.items;
    expect(listed.find((r: { id: string }) => r.id === id).phone).toMatch(/^138\*{4}\d{4}$/);
    const taken = await Promise.all(['operator', 'operator2'].map((l) => post(l, `/return-calls/${id}/take`))); // prettier-ignore
    expect(taken.map((t) => t.status).toSorted()).toEqual([200, 409]);
    const who = taken[0]!.status === 200 ? 'operator' : 'operator2';
    expect(taken.find((t) => t.status === 200)!.body.phone).toBe(from);
    const other = who === 'operator' ? 'operator2' : 'operator';
    expect((await post(other, `/return-calls/${id}/attempts`, { result: 'reached' })).status).toBe(
      409,
    );
    const foreign = await (await w.as(other)).post(
      '/api/contacts',
      { channel: 'phone', requester: { kind: 'anonymous', name: '' } },
      { 'idempotency-key': randomUUID() },
    ); // prettier-ignore
    expect(foreign.status).toBe(201);
    for (const contactId of [randomUUID(), foreign.body.contactId])
      expect((await post(who, `/return-calls/${id}/attempts`, { result: 'reached', contactId })).status).toBe(404); // prettier-ignore
    await pass(31 * 60);
    const before = await telephonyFigures(w.db, await w.now());
    expect(before.returnCallsOverdue).toBeGreaterThan(0);
    await telephonyDue(w.deps);
    const told = await w.db.selectFrom('domain_event').select('type').where('type', '=', 'return_call.overdue').where('subject_id', '=', id).execute(); // prettier-ignore
    expect(told).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      await post(who, `/return-calls/${id}/take`);
      await post(who, `/return-calls/${id}/attempts`, { result: 'no_answer' });
    }
    expect(await mineOf(from)).toMatchObject([
      { state: 'given_up', reason: 'no_answer', attempts: 3 },
    ]);
    expect((await post(who, `/return-calls/${id}/take`)).body.code).toBe('already_done');
    expect((await get(who, '/return-calls?state=done')).body.items.some((r: { id: string }) => r.id === id)).toBe(true); // prettier-ignore
    expect((await get('water', '/return-calls')).status).toBe(403);
    for (const at of ['x', '-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z'])
      expect((await get(who, `/return-calls?cursor=${encodeURIComponent(`${at}_${id}`)}`)).status, at).toBe(422); // prettier-ignore
  });
});

describe('an emergency that nobody answered', () => {
  it('makes the task of its number one, and comes before all others', async () => {
    const missed = async (from: string, more: object = {}) => {
      const callId = randomUUID();
      await tell(callId, 'call.ringing', { from, to: '12345', ...more });
      await tell(callId, 'call.abandoned', {}, 1);
    };
    const [first, second] = [fresh().from, fresh().from];
    await missed(first);
    await pass(60);
    await missed(second);
    await missed(second, { skill: 'emergency' });
    await missed(second);
    const page = async (more: string) => (await get('operator', `/return-calls?state=open${more}`)).body; // prettier-ignore
    const all = (await page('&limit=100')).items as { id: string; skill: string; calls: number }[];
    expect(all[0]).toMatchObject({ skill: 'emergency', calls: 3 });
    expect(all.length).toBeGreaterThan(1);
    const top = await page('&limit=1');
    expect(top.items.map((r: { id: string }) => r.id)).toEqual([all[0]!.id]);
    const rest = await page(`&limit=100&cursor=${top.next}`);
    expect(rest.items.map((r: { id: string }) => r.id)).toEqual(all.slice(1).map((r) => r.id));
  });
});

describe('restricted callers', () => {
  it('need warnings, are refused once, and always pass in danger', async () => {
    const one = await answered();
    const { from } = one;
    const warn = async (call: string) => (await post('operator', `/calls/${call}/warnings`)).body;
    // Pressed twice at once, and again: one warning in one call.
    const twice = await Promise.all([warn(one.id), warn(one.id)]);
    expect([...twice, await warn(one.id)]).toEqual(Array(3).fill({ warnings: 1, needed: 3 }));
    await over(one.callId);
    const two = await answered('operator', '8001', from);
    const atDesk = async () => (await get('operator', '/desk')).body.calls;
    // Warned in an earlier call is not warned in this one.
    expect(await atDesk()).toMatchObject([{ id: two.id, warnings: 1, warnedNow: false }]);
    expect((await warn(two.id)).warnings).toBe(2);
    expect(await atDesk()).toMatchObject([{ id: two.id, warnings: 2, warnedNow: true }]);
    await over(two.callId);
    const { callId, id } = await answered('operator', '8001', from);
    const restrict = (login: string) => post(login, '/restricted-callers', { callId: id, reason: '多次辱骂话务员' }); // prettier-ignore
    expect((await restrict('operator')).status).toBe(403);
    expect((await restrict('supervisor')).body).toMatchObject({
      code: 'warnings_missing',
      warnings: 2,
    });
    expect((await warn(id)).warnings).toBe(3);
    expect((await post('operator2', `/calls/${id}/warnings`)).status).toBe(404);
    const made = await restrict('supervisor');
    expect(made).toMatchObject({ status: 201, body: { warnings: 3, reason: '多次辱骂话务员' } });
    expect(made.body.phone).toContain('****');
    expect((await restrict('supervisor')).body.code).toBe('already_done');
    await over(callId);
    await sit('operator', 'ready');
    const first = randomUUID();
    expect(await ask(first, { from })).toEqual({ action: 'refuse', announcement: 'restricted' });
    expect(await ask(first, { from })).toEqual({ action: 'refuse', announcement: 'restricted' });
    // The key of the menu, in the same call.
    expect((await ask(first, { from, skill: 'emergency' })).action).toBe('offer');
    await over(first);
    await pass(601);
    const second = randomUUID();
    // The ringing came first, and nobody is ready: refused all the same, not left to wait.
    await sit('operator', 'break', '8001', { breakReason: 'rest' });
    await tell(second, 'call.ringing', { from, to: '12345' });
    expect((await ask(second, { from })).action).toBe('refuse');
    await sit('operator', 'ready');
    // At once again: it may be one.
    const third = randomUUID();
    expect((await ask(third, { from })).action).toBe('offer');
    expect((await seat()).call).toMatchObject({ restricted: { level: 'refused' }, warnings: 3 });
    await over(third);
    await pass(601);
    const fourth = randomUUID();
    expect((await ask(fourth, { from, skill: 'emergency' })).action).toBe('offer');
    await over(fourth);
    const lifted = await post('admin', `/restricted-callers/${made.body.id}/lift`, {
      reason: '本人致歉',
    });
    expect(lifted.body).toMatchObject({ liftReason: '本人致歉', proposedBy: null });
    expect(lifted.body.liftedBy).not.toBe(lifted.body.setBy);
    expect((await ask(randomUUID(), { from })).action).not.toBe('refuse');
    const events = await w.db.selectFrom('audit_log').select('detail').where('subject_id', '=', made.body.id).execute(); // prettier-ignore
    expect(events).toHaveLength(2);
    expect(JSON.stringify(events)).not.toMatch(/辱骂|致歉|138(?:\d{8}|\*)/);
    expect((await get('operator', '/restricted-callers?state=past')).body.items).toHaveLength(1);
    expect((await get('water', '/restricted-callers')).status).toBe(403);
  });
});

describe('a restriction that an operator asks for', () => {
  const propose = (id: string, login = 'operator') => post(login, `/calls/${id}/restriction-proposals`, { reason: '连打辱骂' }); // prettier-ignore
  const decide = (id: string, body: object, login = 'supervisor') => post(login, `/restriction-proposals/${id}/decision`, body); // prettier-ignore
  const listed = async (login: string, state: string) => (await get(login, `/restriction-proposals?state=${state}`)).body.items; // prettier-ignore
  /** A number whose every warning but the last was given before; the call it speaks on. */
  const warned = async (times: number, from: string) => {
    for (let i = 1; ; i++) {
      const one = await answered('operator', '8001', from);
      await post('operator', `/calls/${one.id}/warnings`);
      if (i === times) return one;
      await over(one.callId);
    }
  };

  it('has warnings behind it, and is decided by somebody else, once', async () => {
    const { from } = fresh();
    const early = await warned(2, from);
    expect((await propose(early.id)).body).toMatchObject({ code: 'warnings_missing', warnings: 2, needed: 3 }); // prettier-ignore
    expect((await get('operator', '/warned-callers')).body.items).toEqual([]);
    await over(early.callId);
    const { id, callId } = await warned(1, from);
    // However many were warned once since.
    await sql`insert into call_warning (id, call_id, phone_hmac, user_id, at)
      select gen_random_uuid(), ${id}, 'once-' || n, ${await userId('operator')}, app_now() + interval '1 minute'
      from generate_series(1, 20) n`.execute(w.db);
    const { items } = (await get('operator', '/warned-callers')).body;
    expect(items).toHaveLength(1);
    const [seen] = items;
    expect(seen).toMatchObject({ callId: id, warnings: 3 });
    await sql`delete from call_warning where phone_hmac like 'once-%'`.execute(w.db);
    expect(seen.phone).toContain('****');
    expect((await propose(id, 'operator2')).status).toBe(404);
    const twice = await Promise.all([propose(id), propose(id)]);
    expect(twice.map((a) => a.status).toSorted()).toEqual([201, 409]);
    const { body: asked } = twice.find((a) => a.status === 201)!;
    expect(asked).toMatchObject({ warnings: 3, mine: true, decidedBy: null, reason: '连打辱骂' });
    // Nobody is restricted by asking; who asked and who decides sees it, other operators do not.
    await over(callId);
    await sit('operator', 'ready');
    const rings = randomUUID();
    expect((await ask(rings, { from })).action).toBe('offer');
    await over(rings);
    expect((await get('operator', '/warned-callers')).body.items).toEqual([]);
    expect(await listed('supervisor', 'open')).toMatchObject([{ id: asked.id, mine: false }]);
    expect([await listed('operator', 'open'), await listed('operator2', 'open')]).toMatchObject([[{ id: asked.id }], []]); // prettier-ignore
    for (const [login, open] of [
      ['supervisor', 1],
      ['operator', 1],
      ['operator2', 0],
    ] as const)
      // prettier-ignore
      expect((await get(login, '/restriction-proposals/count')).body, login).toEqual({ open });
    const wrong = await decide(asked.id, { decision: 'restrict', days: 31 });
    expect([wrong.status, wrong.body.issues[0].path]).toEqual([422, 'days']);
    expect((await decide(asked.id, { decision: 'decline', reason: ' ' })).status).toBe(422);
    const both = await Promise.all([
      decide(asked.id, { decision: 'restrict', days: 7 }),
      decide(asked.id, { decision: 'decline', reason: '听了录音，情有可原' }, 'admin'),
    ]);
    expect(both.map((a) => a.status).toSorted()).toEqual([200, 409]);
    expect(await listed('supervisor', 'open')).toEqual([]);
    const [decided] = await listed('operator', 'decided');
    expect(decided.decidedBy).not.toBe(decided.proposedBy);
    const restricted = (await get('supervisor', '/restricted-callers')).body.items;
    expect(restricted.filter((r: { proposedBy: string | null }) => r.proposedBy)).toHaveLength(decided.until ? 1 : 0); // prettier-ignore
    const told = await w.db.selectFrom('audit_log').select('detail').where('subject_id', '=', asked.id).execute(); // prettier-ignore
    expect(told.length).toBeGreaterThan(0);
    expect(JSON.stringify(told)).not.toMatch(/辱骂|情有可原|138(?:\d{8}|\*)/);
  });

  it('is not decided by who asked for it, and is by a restriction of the same number', async () => {
    await w.person({ login: 'two.roles', grants: [{ role: 'operator', unit: 'HOTLINE' }, { role: 'supervisor', unit: 'HOTLINE' }] }); // prettier-ignore
    const { from, id } = await warned(3, fresh().from);
    const { body: asked } = await propose(id);
    const mine = await (await w.as('two.roles')).actor.userId;
    await w.db.updateTable('restriction_proposal').set({ proposed_by: mine }).where('id', '=', asked.id).execute(); // prettier-ignore
    expect((await decide(asked.id, { decision: 'restrict' }, 'two.roles')).body.code).toBe('own_proposal'); // prettier-ignore
    const direct = { phone: from, reason: '连打辱骂' };
    const own = async () => expect((await post('two.roles', '/restricted-callers', direct)).body.code).toBe('own_proposal'); // prettier-ignore
    await own();
    // Nor when it was declined, nor by who gave one of the warnings.
    await decide(asked.id, { decision: 'decline', reason: '情有可原' });
    await own();
    await w.db.updateTable('restriction_proposal').set({ proposed_by: await userId('operator') }).where('id', '=', asked.id).execute(); // prettier-ignore
    const warning = { id: randomUUID(), call_id: id, phone_hmac: w.deps.crypto.mac('phone', from), user_id: mine, at: await w.now() }; // prettier-ignore
    await w.db.insertInto('call_warning').values(warning).execute();
    await own();
    const { body: again } = await propose(id);
    const made = await post('supervisor', '/restricted-callers', { ...direct, days: 3 });
    expect(made.status).toBe(201);
    expect(made.body.proposedBy).not.toBeNull();
    expect(Date.parse(made.body.until) - Date.parse(made.body.setAt)).toBe(3 * 86_400_000);
    expect(await listed('two.roles', 'decided')).toContainEqual(expect.objectContaining({ id: again.id, until: made.body.until })); // prettier-ignore
    const event = await w.db.selectFrom('domain_event').select('payload').where('subject_id', '=', made.body.id).executeTakeFirstOrThrow(); // prettier-ignore
    expect(event.payload).toMatchObject({ restrictedId: made.body.id, proposalId: again.id });
    expect((await post('supervisor', '/restricted-callers', { ...direct, days: 31 })).status).toBe(422); // prettier-ignore
  });

  it('waits for whoever decides about the same number at this moment', async () => {
    const { from: number, id } = await warned(3, fresh().from);
    const hmac = w.deps.crypto.mac('phone', number);
    const { actor } = await w.as('supervisor');
    const { asked } = await inTransaction(w.deps, actor, async (tx) => {
      await lockNumber(tx.db, hmac);
      const asking = propose(id);
      await until('the operator waits', async () => {
        const r = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`.execute(
          w.db,
        );
        return r.rows.length;
      });
      await putRestriction(w.deps, tx, actor, { number, hmac, warnings: 3, until: new Date(+tx.at + 86_400_000), reason: '连打辱骂', proposalId: null }); // prettier-ignore
      return { asked: asking };
    });
    expect(await asked).toMatchObject({ status: 409, body: { code: 'already_done' } });
    expect(await listed('supervisor', 'open')).toEqual([]);
  });

  it('is forgotten after the days of calls: number and words; not who, when and whether', async () => {
    const ask = async () => {
      const one = await warned(3, fresh().from);
      const { body } = await propose(one.id);
      await over(one.callId);
      return { ...one, asked: body.id as string };
    };
    const [yes, no, waits] = [await ask(), await ask(), await ask()];
    await decide(yes.asked, { decision: 'restrict' });
    await decide(no.asked, { decision: 'decline', reason: '情有可原' });
    const { items } = (await get('supervisor', '/restricted-callers')).body;
    const { id: restricted } = items.find((r: { setAt: string; proposedBy: string }) => r.proposedBy); // prettier-ignore
    await post('admin', `/restricted-callers/${restricted}/lift`, { reason: '本人致歉' });
    const older = async (days: number) => {
      await sql`update restriction_proposal set proposed_at = proposed_at - make_interval(days => ${days}),
        decided_at = decided_at - make_interval(days => ${days})
        where id in (${yes.asked}, ${no.asked}, ${waits.asked})`.execute(w.db);
      await sql`update restricted_caller set set_at = set_at - make_interval(days => ${days}),
        until = until - make_interval(days => ${days}), lifted_at = lifted_at - make_interval(days => ${days})
        where id = ${restricted}`.execute(w.db);
      await eraseOld(w.deps);
    };
    const seen = async () => {
      const past = (await get('operator', '/restricted-callers?state=past&limit=100')).body.items;
      const all = [...(await listed('supervisor', 'decided')), ...(await listed('supervisor', 'open')), ...past]; // prettier-ignore
      return [yes.asked, no.asked, waits.asked, restricted].map((id) => all.find((i) => i.id === id)); // prettier-ignore
    };
    await older(179);
    const before = await seen();
    expect(before).toMatchObject([
      { reason: '连打辱骂', phone: expect.stringContaining('****'), declined: null },
      { reason: '连打辱骂', declined: '情有可原' },
      { reason: '连打辱骂', declined: null },
      { reason: '连打辱骂', liftReason: '本人致歉' },
    ]);
    await older(2);
    const gone = { phone: '', reason: '' };
    const after = await seen();
    expect(after).toMatchObject([
      { ...gone, until: expect.any(String), declined: null },
      { ...gone, until: null, declined: '' },
      { ...gone, decidedAt: null },
      { ...gone, liftReason: '', liftedAt: expect.any(String), liftedBy: before[3].liftedBy },
    ]);
    expect(after.map((i) => i.proposedBy)).toEqual(before.map((i) => i.proposedBy));
    const hash = (number: string) => w.deps.crypto.mac('phone', number);
    for (const { from, asked } of [yes, no, waits]) {
      const row = await w.db.selectFrom('restriction_proposal').selectAll().where('id', '=', asked).executeTakeFirstOrThrow(); // prettier-ignore
      expect(row).toMatchObject({ phone_ct: null, reason_ct: null, decline_ct: null, phone_hmac: hash(from) }); // prettier-ignore
    }
    const row = await w.db.selectFrom('restricted_caller').selectAll().where('id', '=', restricted).executeTakeFirstOrThrow(); // prettier-ignore
    expect(row).toMatchObject({ phone_ct: null, reason_ct: null, lift_reason_ct: null, phone_hmac: hash(yes.from) }); // prettier-ignore
    // What nobody decided for so long cannot be granted any more; nor can it be asked of an erased call.
    expect((await decide(waits.asked, { decision: 'restrict' })).body.code).toBe('number_withheld');
    expect((await decide(waits.asked, { decision: 'decline', reason: '过期' })).body).toMatchObject({ phone: '', declined: '过期' }); // prettier-ignore
    await w.db.updateTable('call').set({ phone_ct: null }).where('id', '=', waits.id).execute();
    expect((await propose(waits.id)).body.code).toBe('number_withheld');
  });
});

describe('passing on', () => {
  it('to where nobody of ours sits: the talk goes on there, the desk is free for the next', async () => {
    const { callId, id, from } = await answered();
    await tell(callId, 'call.transferred', { target: '8003', legId: 'leg-2', mode: 'blind' }, 5);
    const sought = vi.spyOn(w.deps.crypto, 'mac');
    const passed = (await get('operator', '/desk')).body;
    expect(passed).toMatchObject({
      seat: { state: 'wrap_up', call: { id, state: 'talking', mine: false, caller: null, legs: [{}, { mode: 'blind', target: '8003' }] } },
      calls: [],
    }); // prettier-ignore
    expect(JSON.stringify(passed)).not.toContain(from);
    expect(sought).not.toHaveBeenCalledWith('phone', from);
    sought.mockRestore();
    expect((await get('operator', '/calls')).body).toEqual([]);
    await sit('operator', 'ready');
    const next = fresh();
    expect(await ask(next.callId, { from: next.from })).toMatchObject({ action: 'offer', target: '8001' }); // prettier-ignore
    expect((await get('operator', '/desk')).body.calls).toMatchObject([{ state: 'offered', mine: true, phone: next.from }]); // prettier-ignore
    await tell(next.callId, 'call.answered', { legId: 'leg-3', target: '8001' });
    expect((await get('operator', '/desk')).body.calls).toMatchObject([{ state: 'talking', mine: true, phone: next.from }]); // prettier-ignore
    // Given back by where it was passed to, it is theirs again as soon as they are free for it.
    await over(next.callId);
    await tell(callId, 'call.transferred', { target: '8001', legId: 'leg-4', mode: 'blind' }, 60);
    expect((await get('operator', '/desk')).body.calls).toMatchObject([{ id, mine: true, phone: from }]); // prettier-ignore
  });

  it('to a colleague: the contact goes with the call', async () => {
    const { callId, from, contactId } = await answered();
    await sit('operator2', 'ready', '8002');
    await tell(callId, 'call.held', { on: true });
    expect((await seat()).call.state).toBe('held');
    await tell(callId, 'call.transferred', { target: '8002', legId: 'leg-2', mode: 'consult' }, 5);
    expect((await seat()).state).toBe('wrap_up');
    expect(await seat('operator2')).toMatchObject({
      state: 'talking',
      call: { contactId, mine: true },
    });
    // What the caller asked for before is looked up for who speaks to them, and for nobody else.
    const sought = vi.spyOn(w.deps.crypto, 'mac');
    expect((await get('operator', '/desk')).body).toMatchObject({ seat: { call: { mine: false, caller: null } }, calls: [] }); // prettier-ignore
    expect(sought).not.toHaveBeenCalledWith('phone', from);
    expect((await get('operator2', '/desk')).body.calls).toMatchObject([{ caller: { open: [] } }]);
    expect(sought).toHaveBeenCalledWith('phone', from);
    sought.mockRestore();
    const contact = await w.db.selectFrom('contact').select('operator_id').where('id', '=', contactId).executeTakeFirstOrThrow(); // prettier-ignore
    expect(contact.operator_id).toBe(await userId('operator2'));
  });

  it('to 110: the leg stands in the hand-over, made before or by the switch', async () => {
    const legs = async (contactId: string) =>
      w.db.selectFrom('handover').select(['target', 'call_leg', 'operator_id']).where('contact_id', '=', contactId).execute(); // prettier-ignore
    const one = await answered();
    const key = { 'idempotency-key': randomUUID() };
    const made = await (await w.as('operator')).post('/api/handovers', { target: '110', contactId: one.contactId }, key); // prettier-ignore
    expect(made.status).toBe(201);
    await tell(
      one.callId,
      'call.transferred',
      { target: '110', legId: 'leg-110', mode: 'blind' },
      5,
    );
    expect(await legs(one.contactId)).toEqual([{ target: '110', call_leg: 'leg-110', operator_id: await userId('operator') }]); // prettier-ignore
    expect((await seat()).state).toBe('wrap_up');
    await over(one.callId);
    const two = await answered();
    await tell(
      two.callId,
      'call.transferred',
      { target: '119', legId: 'leg-119', mode: 'blind' },
      5,
    );
    expect(await legs(two.contactId)).toMatchObject([{ target: '119', call_leg: 'leg-119' }]);
    await over(two.callId);
    // Asked first, then put through: two legs, and whatever is told after makes no third hand-over.
    const three = await answered();
    const to110 = (legId: string, mode: string, at: number) =>
      tell(three.callId, 'call.transferred', { target: '110', legId, mode }, at);
    await to110('ask', 'consult', 5);
    await to110('put', 'blind', 9);
    await tell(three.callId, 'call.answered', { target: '110', legId: 'picked-up' }, 11);
    await tell(three.callId, 'call.held', { on: true }, 12);
    await over(three.callId);
    expect((await legs(three.contactId)).map((l) => l.call_leg).toSorted()).toEqual(['ask', 'put']);
  });
});

describe('what others learn of a call', () => {
  it('is masked, or nothing', async () => {
    const { callId, from, id, contactId } = await answered();
    expect((await get('operator', `/calls/${id}`)).body.phone).toBe(from);
    expect((await get('operator2', `/calls/${id}`)).status).toBe(404);
    expect((await get('supervisor', `/calls/${id}`)).body.phone).toMatch(/^138\*{4}/);
    for (const login of ['water', 'nantang']) {
      expect((await get(login, `/calls/${id}`)).status).toBe(404);
      expect((await get(login, `/contacts/${contactId}/calls`)).status).toBe(404);
    }
    await over(callId);
    expect((await get('operator', `/calls/${id}`)).body.phone).toMatch(/^138\*{4}/);
    const recording = { recordingId: 'r', uri: `${origin}/a.wav`, seconds: 9 };
    await tell(callId, 'recording.ready', recording);
    const shown = async (login: string) => (await get(login, `/contacts/${contactId}/calls`)).body[0]; // prettier-ignore
    for (const login of ['operator', 'supervisor']) {
      const call = await shown(login);
      expect([call.phone, call.recordings.length], login).toEqual([`${from.slice(0, 3)}****${from.slice(-4)}`, 1]); // prettier-ignore
    }
    for (const login of ['operator2', 'dispatcher'])
      expect(await shown(login), login).toMatchObject({ id, state: 'ended', phone: null, recordings: [], legs: [{ target: '8001' }] }); // prettier-ignore
    const rows = await w.db.selectFrom('domain_event').selectAll().execute();
    const doors = await w.db.selectFrom('door_message').select(['answer', 'kind']).execute();
    expect(JSON.stringify([rows, doors])).not.toContain(from);
  });

  it('is a nudge of ids, for those concerned', () => {
    const happened = (type: string, payload: object) =>
      messageFor({ type, orderId: null, version: null, payload } as never);
    const call = { callId: 'c', userIds: ['u1'] };
    expect(happened('call.rang', call)).toBeNull();
    for (const type of ['call.offered', 'call.changed', 'call.ended'])
      expect(happened(type, call)).toEqual({
        rooms: ['user:u1'],
        nudge: { type, id: 'c', version: 0 },
      });
    expect(happened('seat.changed', { userId: 'u1' })).toMatchObject({
      rooms: ['center', 'user:u1'],
    });
    expect(happened('return_call.changed', { returnCallId: 'r' })).toMatchObject({
      rooms: ['center'],
    });
    for (const type of ['caller.restriction_proposed', 'caller.restriction_declined'])
      expect(happened(type, { proposalId: 'p', callId: 'c' })).toEqual({ rooms: ['center'], nudge: { type, id: 'p', version: 0 } }); // prettier-ignore
  });
});

describe('commands', () => {
  const send = async (id: string, body: object, login = 'operator') => {
    const answer = await onWired(login, `/calls/${id}/commands`, { method: 'POST', body: JSON.stringify(body) }); // prettier-ignore
    return { status: answer.status, body: (await answer.json()) as Record<string, any> };
  };

  it('go to the switch, signed; what it refuses is said', async () => {
    const { id, callId } = await answered();
    expect((await onWired('operator', '/seat').then((r) => r.json())).commands).toBe(true);
    expect((await send(id, { command: 'hold' })).status).toBe(200);
    const { headers, body } = heard[0]!;
    expect(JSON.parse(body)).toEqual({
      command: 'hold',
      callId,
      extension: '8001',
      legId: 'leg-1',
    });
    const [stamp, mid] = [String(headers['x-hotline-timestamp']), String(headers['x-hotline-id'])];
    expect(headers['x-hotline-signature']).toBe(signatureOf(SECRET, stamp, mid, body));
    expect(headers['x-hotline-source']).toBe('hotline');
    expect((await send(id, { command: 'transfer', target: '110' })).status).toBe(200);
    expect((await send(id, { command: 'transfer' })).status).toBe(422);
    expect((await send(id, { command: 'answer' })).body).toMatchObject({ code: 'state_conflict', state: 'talking' }); // prettier-ignore
    expect((await send(id, { command: 'hold' }, 'operator2')).status).toBe(404);
    switchStatus = 409;
    expect((await send(id, { command: 'hold' })).body.code).toBe('switch_refused');
    // The house without a switch.
    expect((await post('operator', `/calls/${id}/commands`, { command: 'hold' })).body.code).toBe('switch_missing'); // prettier-ignore
    // A call that the switch does not know: nobody stays bound to it.
    switchStatus = 404;
    expect((await send(id, { command: 'hangup' })).body.state).toBe('ended');
    expect((await seat()).state).toBe('wrap_up');
  });

  it('are not for who passed the call on, though they write it up', async () => {
    const { id, callId } = await answered();
    await sit('operator2', 'ready', '8002');
    await tell(callId, 'call.transferred', { target: '8002', legId: 'leg-2', mode: 'blind' }, 5);
    expect(await seat()).toMatchObject({ state: 'wrap_up', call: { id, state: 'talking' } });
    for (const command of ['hangup', 'hold', 'transfer'])
      expect((await send(id, { command, ...(command === 'transfer' && { target: '8001' }) })).status, command).toBe(404); // prettier-ignore
    expect(heard).toEqual([]);
    expect((await send(id, { command: 'hold' }, 'operator2')).status).toBe(200);
  });

  it('are not for who passed it on to a number outside, either', async () => {
    const { id, callId } = await answered();
    await tell(callId, 'call.transferred', { target: '120', legId: 'leg-2', mode: 'blind' }, 5);
    expect((await seat()).state).toBe('wrap_up');
    for (const command of ['hangup', 'hold'])
      expect((await send(id, { command })).status, command).toBe(404);
    expect(heard).toEqual([]);
  });
});

describe('a call to return', () => {
  it('is dialled by the switch for who took it, once at a time, and is no call of a citizen', async () => {
    const { callId: missed, from } = fresh();
    await tell(missed, 'call.ringing', { from, to: '12345' });
    await tell(missed, 'call.abandoned', {}, 8);
    const row = await w.db.selectFrom('return_call').select('id').where('phone_hmac', '=', w.deps.crypto.mac('phone', from)).executeTakeFirstOrThrow(); // prettier-ignore
    const path = `/return-calls/${row.id}/dial`;
    const dial = async (login = 'operator') => {
      const answer = await onWired(login, path, { method: 'POST', body: '{}' });
      return { status: answer.status, body: await answer.json() };
    };
    const calls = () => w.db.selectFrom('call').selectAll().where('direction', '=', 'out').orderBy('created_at').execute(); // prettier-ignore
    expect((await dial()).body).toMatchObject({ code: 'state_conflict', state: 'open' });
    await post('operator', `/return-calls/${row.id}/take`);
    expect((await dial('operator2')).body.code).toBe('state_conflict');
    // No seat, or no switch that takes commands: by hand.
    expect(await dial()).toEqual({ status: 200, body: { dialled: false } });
    await sit('operator', 'break');
    expect((await post('operator', path)).body).toEqual({ dialled: false });
    expect([heard, await calls()]).toEqual([[], []]);
    switchStatus = 409;
    expect((await dial()).body.code).toBe('switch_refused');
    expect(await calls()).toMatchObject([{ state: 'ended', outcome: 'missed' }]);
    switchStatus = 202;
    expect([await dial(), await dial()].map((d) => d.body)).toEqual([{ dialled: true }, { dialled: true }]); // prettier-ignore
    const [, made, ...more] = await calls();
    expect(more).toEqual([]);
    const asked = { command: 'dial', callId: made!.external_id, target: from, extension: '8001' };
    expect(heard.slice(1).map((h) => JSON.parse(h.body))).toEqual([asked, asked]);
    // Who waits is not behind it.
    expect(await ask(randomUUID())).toMatchObject({ action: 'wait', position: 1 });
    await tell(made!.external_id, 'call.answered', { legId: 'out', target: '8001' }, 3);
    expect(await seat()).toMatchObject({
      state: 'talking',
      call: { direction: 'out', phone: from },
    });
    // While they speak nothing else is dialled.
    const other = fresh();
    await ask(other.callId, { from: other.from });
    await tell(other.callId, 'call.abandoned', {}, 1);
    const next = await w.db.selectFrom('return_call').select('id').where('phone_hmac', '=', w.deps.crypto.mac('phone', other.from)).executeTakeFirstOrThrow(); // prettier-ignore
    await post('operator', `/return-calls/${next.id}/take`);
    const dialNext = () => onWired('operator', `/return-calls/${next.id}/dial`, { method: 'POST', body: '{}' }); // prettier-ignore
    expect((await (await dialNext()).json()).code).toBe('seat_busy');
    await over(made!.external_id);
    // A telephone that dials is offered nobody; whoever dialled may put it down.
    await sit('operator', 'ready');
    expect((await dialNext()).status).toBe(200);
    expect(await seat()).toMatchObject({ state: 'talking', call: { direction: 'out', state: 'queued' } }); // prettier-ignore
    const waits = randomUUID();
    expect((await ask(waits)).action).toBe('wait');
    const { call: rings } = await seat();
    const hangup = { method: 'POST', body: JSON.stringify({ command: 'hangup' }) };
    expect((await onWired('operator2', `/calls/${rings.id}/commands`, hangup)).status).toBe(404);
    const hold = { method: 'POST', body: JSON.stringify({ command: 'hold' }) };
    expect((await onWired('operator', `/calls/${rings.id}/commands`, hold)).status).toBe(409);
    expect((await onWired('operator', `/calls/${rings.id}/commands`, hangup)).status).toBe(200);
    const { external_id } = await w.db.selectFrom('call').select('external_id').where('id', '=', rings.id).executeTakeFirstOrThrow(); // prettier-ignore
    await tell(external_id, 'call.ended', { by: 'operator' }, 1);
    expect((await seat()).state).toBe('wrap_up');
    await over(waits);
    const mine = (await get('operator', '/return-calls?state=mine')).body.items;
    expect(mine.find((r: { id: string }) => r.id === row.id)).toMatchObject({ calls: 1 }); // prettier-ignore
  });

  it('has its telephone before the switch is asked: no second call, and nobody is offered it', async () => {
    const taken = async () => {
      const { callId, from } = fresh();
      await tell(callId, 'call.ringing', { from, to: '12345' });
      await tell(callId, 'call.abandoned', {}, 1);
      const row = await w.db.selectFrom('return_call').select('id').where('phone_hmac', '=', w.deps.crypto.mac('phone', from)).executeTakeFirstOrThrow(); // prettier-ignore
      await post('operator', `/return-calls/${row.id}/take`);
      return row.id;
    };
    const ids = [await taken(), await taken()];
    const dial = (id: string) => onWired('operator', `/return-calls/${id}/dial`, { method: 'POST', body: '{}' }); // prettier-ignore
    const dialled = () => w.db.selectFrom('call').select('external_id').where('direction', '=', 'out').where('state', '<>', 'ended').execute(); // prettier-ignore
    const asked: unknown[] = [];
    beforeAnswer = async () => {
      const { callId } = fresh();
      asked.push((await ask(callId)).action);
      await over(callId);
    };
    for (const state of ['ready', 'break']) {
      await sit('operator', state);
      const answers = await Promise.all(ids.map(dial));
      expect(answers.map((a) => a.status).toSorted(), state).toEqual([200, 409]);
      expect((await answers.find((a) => a.status === 409)!.json()).code).toBe('seat_busy');
      const calls = await dialled();
      expect(calls).toHaveLength(1);
      expect((await seat()).state).toBe(state === 'ready' ? 'talking' : 'break');
      if (state === 'break') expect((await sit('operator', 'ready')).body.code).toBe('seat_busy');
      await over(calls[0]!.external_id);
    }
    expect(asked).toEqual(['wait', 'wait']);
    // What the switch refuses leaves no telephone taken.
    await sit('operator', 'ready');
    switchStatus = 503;
    expect(await (await dial(ids[0]!)).json()).toMatchObject({ code: 'switch_refused' });
    expect([await dialled(), (await seat()).state]).toEqual([[], 'wrap_up']);
  });
});

describe('recordings', () => {
  const recorded = async (path: string) => {
    const { callId, id } = await answered();
    await over(callId);
    const uri = path.startsWith('http') ? path : `${origin}${path}`;
    await tell(callId, 'recording.ready', { recordingId: path, uri, seconds: 46 });
    const { recordings } = (await get('supervisor', `/calls/${id}`)).body;
    return recordings[0].id as string;
  };
  const play = async (id: string, login = 'supervisor', headers = {}) =>
    onWired(login, `/recordings/${id}/audio`, { headers });

  it('are played by the centre, whole or in part, and every listening is kept', async () => {
    const id = await recorded('/a.wav');
    const whole = await play(id);
    expect([whole.status, await whole.text(), whole.headers.get('content-type')]).toEqual([200, 'RIFF', 'audio/wav']); // prettier-ignore
    const part = await play(id, 'operator', { range: 'bytes=2-3' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 2-3/4']);
    expect(heard.at(-1)!.headers.cookie).toBeUndefined();
    const kept = await w.db.selectFrom('recording_listening').select('user_id').where('recording_id', '=', id).execute(); // prettier-ignore
    const heardBy = [await userId('supervisor'), await userId('operator')];
    expect(kept.map((k) => k.user_id).toSorted()).toEqual(heardBy.toSorted());
    const heardOf = async (login: string) => (await get(login, `/calls/${callOf}`)).body.recordings[0].heard; // prettier-ignore
    const callOf = (await w.db.selectFrom('recording').select('call_id').where('id', '=', id).executeTakeFirstOrThrow()).call_id; // prettier-ignore
    expect((await heardOf('supervisor')).times).toBe(2);
    expect((await heardOf('admin')).last.every((l: { who: string }) => l.who !== '')).toBe(true);
    for (const login of ['operator', 'auditor']) expect(await heardOf(login), login).toBeNull();
    expect((await play(id, 'operator2')).status).toBe(404);
    for (const login of ['water', 'dispatcher']) expect((await play(id, login)).status).toBe(403);
    await pass(181 * 86_400);
    expect((await play(id)).status).toBe(404);
    await eraseRecordings(w.deps);
    const row = await w.db.selectFrom('recording').selectAll().where('id', '=', id).executeTakeFirstOrThrow(); // prettier-ignore
    expect(row.uri_ct).toBeNull();
    expect(row.erased_at).not.toBeNull();
  });

  it('are listened to by whoever asks for any part, once in some minutes', async () => {
    const id = await recorded('/b.wav');
    heard = [];
    for (const range of ['x', 'bytes=-4', 'bytes=-', 'bytes=0-1,2-3', 'bytes=1-x', 'items=0-'])
      expect((await play(id, 'supervisor', { range })).status, range).toBe(416);
    expect(heard).toEqual([]);
    const count = async () => (await w.db.selectFrom('recording_listening').select('id').where('recording_id', '=', id).execute()).length; // prettier-ignore
    expect(await count()).toBe(0);
    const ranges = ['bytes=1-', 'bytes=00-', 'bytes=2-3'];
    const parts = await Promise.all(ranges.map((range) => play(id, 'supervisor', { range })));
    expect(parts.map((p) => p.status)).toEqual([206, 206, 206]);
    expect(heard.map((h) => h.headers.range).toSorted()).toEqual(ranges.toSorted());
    expect(await count()).toBe(1);
    await play(id, 'auditor');
    expect(await count()).toBe(2);
    await pass(301);
    await play(id, 'supervisor', { range: 'bytes=1-' });
    expect(await count()).toBe(3);
  });

  it('end where the store falls silent', async () => {
    const cut = await play(await recorded('/stall.wav'));
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow('silent');
  });

  it('are fetched from nowhere else', async () => {
    for (const path of [
      'http://169.254.169.254/latest',
      'http://127.0.0.1:1/a.wav',
      '/moved.wav',
      '/page.html',
    ]) {
      // prettier-ignore
      heard = [];
      expect((await play(await recorded(path))).status, path).toBe(503);
      expect(heard.filter((h) => h.path === '/a.wav')).toEqual([]);
    }
  });
});

describe('the number of a call', () => {
  it('is erased after the days of the policy, with what was said and the return of it', async () => {
    const { callId: missed, from } = fresh();
    await ask(missed, { from });
    await tell(missed, 'call.abandoned', {}, 3);
    const { callId } = await answered('operator', '8001', from);
    await over(callId);
    await pass(2 * 86_400);
    const young = fresh();
    await ask(young.callId, { from: young.from });
    await tell(young.callId, 'call.abandoned', {}, 3);
    const kept = async (name: string) => {
      const row = await w.db.selectFrom('call').selectAll().where('external_id', '=', name).executeTakeFirstOrThrow(); // prettier-ignore
      const said = await w.db.selectFrom('call_event').select('id').where('call_id', '=', row.id).execute(); // prettier-ignore
      return { number: row.phone_ct !== null, hash: row.phone_hmac, said: said.length, outcome: row.outcome }; // prettier-ignore
    };
    const hash = (number: string) => w.deps.crypto.mac('phone', number);
    await pass(179 * 86_400);
    await eraseOld(w.deps);
    const gone = { number: false, hash: hash(from), said: 0 };
    expect(await kept(missed)).toEqual({ ...gone, outcome: 'abandoned' });
    expect(await kept(callId)).toEqual({ ...gone, outcome: 'answered' });
    expect(await kept(young.callId)).toEqual({ number: true, hash: hash(young.from), said: 2, outcome: 'abandoned' }); // prettier-ignore
    const done = (await get('operator', '/return-calls?state=done&limit=100')).body.items;
    expect(done.filter((r: { reason: string; phone: string }) => r.reason === 'called_again' && r.phone === '')).not.toEqual([]); // prettier-ignore
    const open = await w.db.selectFrom('return_call').select('phone_ct').where('phone_hmac', '=', hash(young.from)).executeTakeFirstOrThrow(); // prettier-ignore
    expect(open.phone_ct).not.toBeNull();
    // Nothing makes another call of it: what comes that late lies dead.
    const late = await say('/cti/v1/events', { type: 'call.answered', callId: missed, at: await iso(), legId: 'l', target: '8001' }); // prettier-ignore
    expect(late.body).toMatchObject({ state: 'dead' });
    // Nor does a question of a switch that uses the name again, whatever it asks for.
    for (const skill of ['general', 'dialect', 'emergency'])
      expect(await ask(missed, { from, skill }), skill).toMatchObject({ code: 'window_over' });
    expect(await kept(missed)).toEqual({ ...gone, outcome: 'abandoned' });
  });

  it('stays with who called while something rests on it; who came to nothing is erased', async () => {
    const operator = await w.as('operator');
    const key = () => ({ 'idempotency-key': randomUUID() });
    const plain = await answered();
    await over(plain.callId);
    const asked = await answered();
    await over(asked.callId);
    const hash = (number: string) => w.deps.crypto.mac('phone', number);
    const sealed = Buffer.from('sealed');
    await w.db.insertInto('restriction_proposal').values({ id: randomUUID(), call_id: asked.id, phone_ct: sealed, phone_hmac: hash(asked.from), reason_ct: sealed, warnings: 3, proposed_by: await userId('operator'), proposed_at: await w.now() }).execute(); // prettier-ignore
    const ordered = await answered();
    const order = await operator.post('/api/orders', { content: '楼道灯坏了', contactId: ordered.contactId }, key()); // prettier-ignore
    expect(order.status).toBe(201);
    await over(ordered.callId);
    for (const { callId } of [plain, ordered])
      await tell(callId, 'recording.ready', {
        recordingId: callId,
        uri: `${origin}/x`,
        seconds: 9,
      });
    const heard = async (c: { id: string }) =>
      (await get('supervisor', `/calls/${c.id}`)).body.recordings.length;
    const handed = await answered();
    await operator.post('/api/handovers', { target: '110', contactId: handed.contactId }, key());
    await over(handed.callId);
    const waits = fresh();
    await ask(waits.callId, { from: waits.from });
    await tell(waits.callId, 'call.abandoned', {}, 3);
    const typed = fresh();
    await operator.post('/api/contacts', { channel: 'phone', requester: { kind: 'natural', name: '王建国', phone: typed.from } }, key()); // prettier-ignore
    const chats = fresh();
    const chat = await openChat(w.deps, { clientId: randomUUID(), language: 'zh-CN', name: '李芳', phone: chats.from }, 'here'); // prettier-ignore
    const all = { plain, asked, ordered, handed, waits, typed, chats };
    /** Whose number the vault still holds, and whose call its own. */
    const known = async () => {
      const found = { vault: [] as string[], call: [] as string[] };
      for (const [name, { from }] of Object.entries(all)) {
        const people = await w.db.selectFrom('identity_vault as v').innerJoin('requester as r', 'r.id', 'v.requester_id').select(['v.phone_ct', 'v.name_ct']).where('r.phone_hmac', '=', hash(from)).execute(); // prettier-ignore
        expect(people, name).toHaveLength(1);
        if (people[0]!.phone_ct !== null || people[0]!.name_ct !== null) found.vault.push(name);
        const calls = await w.db.selectFrom('call').select('phone_ct').where('phone_hmac', '=', hash(from)).execute(); // prettier-ignore
        if (calls.some((c) => c.phone_ct !== null)) found.call.push(name);
      }
      return found;
    };
    const calls = ['plain', 'asked', 'ordered', 'handed', 'waits'];
    await eraseOld(w.deps);
    expect(await known()).toEqual({ vault: [...calls, 'typed', 'chats'], call: calls });
    await pass(181 * 86_400);
    await eraseRecordings(w.deps);
    expect([await heard(plain), await heard(ordered)]).toEqual([0, 1]);
    // What fails stops nothing else; and whose call is kept stays known.
    const client = new pg.Client({ connectionString: w.database.ownerUrl });
    await client.connect();
    await client.query('alter table call_event rename to call_event_away');
    await eraseOld(w.deps);
    await client.query('alter table call_event_away rename to call_event');
    await client.end();
    expect(await known()).toEqual({ vault: [...calls, 'chats'], call: calls });
    await eraseOld(w.deps);
    expect(await known()).toEqual({
      vault: ['asked', 'ordered', 'handed', 'waits', 'chats'],
      call: ['asked', 'ordered'],
    });
    const shown = async (c: { contactId: string }) => (await get('supervisor', `/contacts/${c.contactId}/calls`)).body[0]; // prettier-ignore
    expect(await shown(plain)).toMatchObject({ phone: null, erased: true });
    expect(await shown(ordered)).toMatchObject({ erased: false });
    expect((await shown(ordered)).phone).toContain('****');
    // Decided, closed, given up: nothing rests on them any more. The order keeps its own.
    await sql`update restriction_proposal set decided_at = app_now(), decline_ct = ${sealed},
      decided_by = ${await userId('supervisor')} where call_id = ${asked.id}`.execute(w.db);
    await sql`update work_order set state = 'closed', closing_type = 'answered', closed_at = app_now()
      where contact_id = ${ordered.contactId}`.execute(w.db);
    await sql`update return_call set state = 'given_up', ended_at = app_now(), reason = 'no_answer'
      where phone_hmac = ${hash(waits.from)}`.execute(w.db);
    await sql`update chat_session set state = 'ended', ended_at = app_now(), ended_by = 'idle'
      where id = ${chat.chatId}`.execute(w.db);
    expect(await heard(ordered)).toBe(0);
    await eraseRecordings(w.deps);
    await eraseOld(w.deps);
    expect(await w.db.selectFrom('recording').select('id').where('erased_at', 'is', null).where('call_id', 'in', [plain.id, ordered.id]).execute()).toEqual([]); // prettier-ignore
    expect(await known()).toEqual({ vault: ['ordered', 'handed'], call: [] });
    const left = await w.db.selectFrom('requester').select('id').where('settled_at', 'is', null).where('phone_hmac', 'in', Object.values(all).map((c) => hash(c.from))).execute(); // prettier-ignore
    expect(left).toEqual([]);
    const read = (await (await w.as('supervisor')).get(`/api/chat/chats/${chat.chatId}`)).body;
    expect(read).toMatchObject({ name: null, phone: null, erased: true });
  });
});

describe('figures', () => {
  it('count a day, and the connect rate of any 24 hours', async () => {
    const from = await iso(86_400);
    await w.moveTo(from);
    const one = await answered();
    await over(one.callId);
    const gone = fresh();
    await ask(gone.callId, { from: gone.from });
    await tell(gone.callId, 'call.abandoned', {}, 3);
    const waits = fresh();
    await ask(waits.callId);
    await pass(7);
    await ask(waits.callId);
    const figures = await telephonyFigures(w.db, await w.now());
    expect(figures).toMatchObject({
      waiting: 1,
      longestWaitSeconds: 7,
      entered: 3,
      answered: 1,
      answeredInTime: 1,
      abandoned: 1,
      shortAbandoned: 1,
      operators: { ready: 0, ringing: 0, talking: 0, wrapUp: 1, break: 0 },
      connectRate24h: { answered: 1, entered: 2 },
    });
    const rate = (login: string) => get(login, `/connect-rate?from=${encodeURIComponent(from)}`);
    expect((await rate('supervisor')).body).toEqual({ answered: 1, entered: 2 });
    expect((await rate('operator')).status).toBe(403);
    expect((await w.app.request('/cti/v1/openapi.json')).status).toBe(200);
  });
});
