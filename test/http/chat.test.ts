/** The chat over its doors: queue, cap, words both ways, clocks, pictures, what is refused. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import sharp from 'sharp';
import { sweepChats } from '../../src/chat/index.ts';
import { createApp } from '../../src/app.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { ok, refused } from './answers.ts';
import { knock, visitor } from './visitor.ts';
import type { Visitor } from './visitor.ts';

const OTHERS = ['chat.two', 'chat.three'];
const ALL = ['operator', ...OTHERS];
let w: World;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  for (const login of OTHERS)
    await w.person({ login, grants: [{ role: 'operator', unit: 'HOTLINE' }] });
});
afterAll(() => w.close());
/** Everybody gets up and every chat is over: each test begins with an empty house. */
beforeEach(async () => {
  await sql`update chat_session set state = 'ended', ended_at = app_now(), ended_by = 'idle'
    where state in ('waiting', 'open', 'away')`.execute(w.db);
  await sql`update chat_seat set is_on = false, last_assigned_at = null, cap = 20`.execute(w.db);
  await w.db.deleteFrom('throttle').execute();
  await policy({});
});

/** Further versions of what the city decides. */
async function policy(chat: Record<string, unknown>): Promise<void> {
  const part = JSON.stringify({ perMinute: 1_000, opensPerHour: 1_000, ...chat });
  await sql`insert into channel_policy (version, document, created_at)
    select version + 1, (select document from channel_policy where version = 1)
      || jsonb_build_object('chat', ((select document from channel_policy where version = 1)->'chat')
      || ${part}::jsonb), app_now()
    from channel_policy order by version desc limit 1`.execute(w.db);
}

const seat = async (login: string, on = true, cap?: number) =>
  ok(await (await w.as(login)).put('/api/chat/seat', { on, ...(cap && { cap }) }));
const desk = async (login: string) => ok(await (await w.as(login)).get('/api/chat/chats'));
const chatOf = async (me: Visitor, login: string, what = '') =>
  (await w.as(login)).get(`/api/chat/chats/${me.chatId}${what}`);
const tell = async (me: Visitor, login: string, text: string, id = randomUUID()) =>
  (await w.as(login)).post(`/api/chat/chats/${me.chatId}/messages`, { id, text });
const later = async (minutes: number) =>
  w.moveTo(new Date((await w.now()).getTime() + minutes * 60_000));
const seqs = (list: { seq: number }[]) => list.map((m) => m.seq);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const codes = async (me: Visitor) =>
  (
    await w.db
      .selectFrom('chat_message')
      .select('code')
      .where('chat_id', '=', me.chatId)
      .where('kind', '=', 'notice')
      .orderBy('seq')
      .execute()
  ).map((r) => r.code);
const events = async (type: string, me: Visitor) =>
  (
    await w.db
      .selectFrom('domain_event')
      .select('payload')
      .where('type', '=', type)
      .where('subject_id', '=', me.chatId)
      .execute()
  ).length;

describe('one chat', () => {
  it('goes from the first word to the rating; both sides read the same', async () => {
    const me = await visitor(w, { text: '路灯不亮', name: '周先生', phone: '13900000321' });
    expect(me.opened).toMatchObject({ state: 'waiting', away: 'nobody', position: 1 });
    expect(await seat('operator')).toMatchObject({ on: true, cap: 5, open: 1 });
    const { mine } = await desk('operator');
    expect(mine).toMatchObject([{ chatId: me.chatId, name: '周先生', lastText: '路灯不亮' }]);
    ok(await tell(me, 'operator', '请问在哪条路？'));
    await me.say('<script>alert(1)</script>\u202e滨江路\u0000');
    const note = { id: randomUUID(), text: '老人独居' };
    ok(await (await w.as('operator')).post(`/api/chat/chats/${me.chatId}/notes`, note));
    const read = await me.messages();
    const staff = ok(await chatOf(me, 'operator', '/messages'));
    const bare = (m: { seq: number; side: string; text: string; id: string }) =>
      [m.seq, m.side, m.id, m.text]; // prettier-ignore
    expect(read.map(bare)).toEqual(staff.messages.map(bare));
    expect(seqs(read)).toEqual(upTo(read.length));
    expect(read.at(-1)!.text).toBe('<script>alert(1)</script>滨江路');
    expect(staff.notes).toMatchObject([{ text: '老人独居', afterSeq: read.length }]);
    expect(JSON.stringify([read, await me.view()])).not.toContain('老人独居');
    expect(await chatOf(me, 'operator').then(ok)).toMatchObject({
      phone: '13900000321',
      mine: true,
    });
    expect(await chatOf(me, 'supervisor').then(ok)).toMatchObject({ phone: '139****0321', mine: false }); // prettier-ignore
    expect(await me.ask('POST', '/current/rating', { satisfaction: 5 })).toMatchObject({ status: 409 }); // prettier-ignore
    expect((await me.ask('POST', '/current/end')).status).toBe(204);
    expect((await me.ask('POST', '/current/end')).status).toBe(204);
    expect(refused(await me.say('还在吗'), 409, 'state_conflict').body.state).toBe('ended');
    refused(await tell(me, 'operator', '在'), 409, 'state_conflict');
    const rated = await Promise.all(
      upTo(8).map(() => me.ask('POST', '/current/rating', { satisfaction: 5, solved: true })),
    );
    expect(rated.map((r) => r.status).sort()).toEqual([204, ...Array(7).fill(409)]);
    expect(await codes(me)).toEqual(['assigned', 'ended_citizen']);
  });

  it('is one however often it is opened, and every answer opens it', async () => {
    const clientId = randomUUID();
    const all = await Promise.all(upTo(100).map(() => visitor(w, { clientId, text: '停水了' })));
    expect(new Set(all.map((v) => `${v.chatId} ${v.token}`)).size).toBe(1);
    const texts = (await all[0]!.messages()).map((m) => m.text);
    expect(texts.filter((t) => t === '停水了')).toHaveLength(1);
    await later(11);
    const late = await knock(w, 'POST', '', { body: { clientId } });
    refused(late, 409, 'state_conflict');
    expect(JSON.stringify(late.body)).not.toContain(all[0]!.token);
  });

  it('numbers what fifty writers say at once without a gap; a hundred repeats are one', async () => {
    await seat('operator');
    const me = await visitor(w);
    const id = randomUUID();
    const same = await Promise.all(upTo(100).map(() => me.say('同一句话', id)));
    expect(new Set(same.map((a) => JSON.stringify(ok(a)))).size).toBe(1);
    refused(await me.say('另一句话', id), 422, 'idempotency_key_reused');
    refused(await tell(me, 'operator', '同一句话', id), 422, 'idempotency_key_reused');
    const before = (await me.view()).lastSeq;
    const said = await Promise.all(
      upTo(50).map((i) => (i % 2 ? me.say(`第${i}句`) : tell(me, 'operator', `第${i}句`))),
    );
    expect(said.map((a) => ok(a).seq).sort((a, b) => a - b)).toEqual(upTo(50).map((i) => before + i)); // prettier-ignore
    const read = await me.messages();
    expect(seqs(read)).toEqual(upTo(before + 50));
    expect(read.filter((m) => m.id === id)).toHaveLength(1);
    const page = (await me.ask('GET', '/current/messages?after=10&limit=7')).body;
    expect(seqs(page.messages)).toEqual(upTo(7).map((i) => 10 + i));
  });
});

describe('the queue', () => {
  it('never gives anybody more than the cap, and goes in order, in a hundred opens at once', async () => {
    await policy({ cap: 4 });
    await Promise.all([seat('operator'), seat('chat.two'), seat('chat.three', true, 2)]);
    const all = await Promise.all(upTo(100).map((i) => visitor(w, { text: `第${i}位` })));
    const open = async () => (await Promise.all(ALL.map(desk))).map((d) => d.mine.length);
    expect(await open()).toEqual([4, 4, 2]);
    const waiting = await w.db
      .selectFrom('chat_session')
      .select('id')
      .where('state', '=', 'waiting')
      .orderBy('queued_at')
      .orderBy('id')
      .execute();
    expect(waiting).toHaveLength(90);
    const byId = new Map(all.map((v) => [v.chatId, v]));
    expect(await byId.get(waiting[6]!.id)!.view()).toMatchObject({ state: 'waiting', position: 7 });
    const { mine } = await desk('chat.two');
    const two = await w.as('chat.two');
    // Ended by both sides at once: one place is free, and one only.
    const { chatId } = mine[0];
    await Promise.all([two.post(`/api/chat/chats/${chatId}/end`), byId.get(chatId)!.ask('POST', '/current/end')]); // prettier-ignore
    expect(await open()).toEqual([4, 4, 2]);
    expect((await byId.get(waiting[0]!.id)!.view()).state).toBe('open');
    expect((await byId.get(waiting[1]!.id)!.view()).position).toBe(1);
    // By hand beyond one's own lower number, never beyond the city's.
    const three = await w.as('chat.three');
    const taken = await Promise.all(upTo(6).map(() => three.post('/api/chat/take')));
    expect(taken.map((a) => a.status).sort()).toEqual([200, 200, 409, 409, 409, 409]);
    expect(await open()).toEqual([4, 4, 4]);
  });

  it('goes to the least loaded, then to who waited longest', async () => {
    for (const login of ALL) await seat(login);
    const load = async () => (await Promise.all(ALL.map(desk))).map((d) => d.mine.length);
    for (let i = 0; i < 3; i++) {
      await visitor(w);
      await later(1);
    }
    expect(await load()).toEqual([1, 1, 1]);
    const { mine } = await desk('chat.three');
    await (await w.as('chat.three')).post(`/api/chat/chats/${mine[0].chatId}/end`);
    await visitor(w);
    expect(await load()).toEqual([1, 1, 1]);
  });

  it('takes chats back to its head from who gets up, is gone, or hands them over', async () => {
    await seat('operator', true, 2);
    const [a, b, c] = [await visitor(w), await visitor(w), await visitor(w)];
    await seat('operator', false);
    const order = async () => Promise.all([a, b, c].map(async (v) => (await v.view()).position));
    expect(await order()).toEqual([1, 2, 3]);
    expect(await codes(a)).toEqual(['assigned', 'returned']);
    await seat('chat.two', true, 1);
    expect(await order()).toEqual([null, 1, 2]);
    await seat('chat.three', true, 1);
    const full = { to: (await w.as('chat.three')).actor.userId };
    await policy({ cap: 1 });
    const two = await w.as('chat.two');
    refused(await two.post(`/api/chat/chats/${a.chatId}/transfer`, full), 409, 'state_conflict');
    await policy({});
    const handed = await two.post(`/api/chat/chats/${a.chatId}/transfer`, {
      ...full,
      note: '请接',
    });
    expect(handed.status).toBe(204);
    refused(await tell(a, 'chat.two', '再见'), 404, 'not_found');
    expect(ok(await chatOf(a, 'chat.three', '/messages')).notes).toMatchObject([{ text: '请接' }]);
    // Nothing is seen of the others for longer than the city bears.
    await sql`update chat_seat set seen_at = seen_at - interval '2 minutes'`.execute(w.db);
    await Promise.all([sweepChats(w.deps), sweepChats(w.deps)]);
    expect((await desk('supervisor')).all.map((x: { state: string }) => x.state)).toEqual(
      Array(3).fill('waiting'),
    );
    expect(await order()).toEqual([1, 2, 3]);
    const left = { name: '林女士', phone: '13900000555', text: '等不及了，请回电。' };
    expect(ok(await b.ask('POST', '/current/leave', left)).orderNo).toMatch(/^\d{14}$/);
    expect(await order()).toEqual([1, null, 2]);
  });
});

describe('time', () => {
  it('the first answer of a person stops the clock; what is late is told once', async () => {
    await seat('operator');
    const [quick, slow, gone] = [await visitor(w), await visitor(w), await visitor(w)];
    const due = (await chatOf(slow, 'operator').then(ok)).firstDueAt;
    expect(Date.parse(due) - (await w.now()).getTime()).toBeGreaterThan(170_000);
    ok(await tell(quick, 'operator', '您好'));
    await gone.ask('POST', '/current/end');
    await later(10);
    await Promise.all([sweepChats(w.deps), sweepChats(w.deps), sweepChats(w.deps)]);
    expect([await events('chat.late', quick), await events('chat.late', slow), await events('chat.late', gone)]).toEqual([0, 1, 0]); // prettier-ignore
    ok(await tell(slow, 'operator', '久等了'));
    await sweepChats(w.deps);
    expect(await events('chat.late', slow)).toBe(1);
    // Nobody swept in time: the late answer itself tells.
    const unswept = await visitor(w);
    await later(4);
    ok(await tell(unswept, 'operator', '久等了'));
    await sweepChats(w.deps);
    expect(await events('chat.late', unswept)).toBe(1);
  });

  it('ends what its citizen left, never what waits for us', async () => {
    await seat('operator');
    const [left, waits] = [await visitor(w, { text: '在吗' }), await visitor(w, { text: '在吗' })];
    ok(await tell(left, 'operator', '在的'));
    await later(19);
    await sweepChats(w.deps);
    expect((await left.view()).state).toBe('open');
    await later(2);
    await sweepChats(w.deps);
    expect((await left.view()).state).toBe('ended');
    expect((await waits.view()).state).toBe('open');
    const session = await w.db
      .selectFrom('chat_session as s')
      .innerJoin('contact as c', 'c.id', 's.contact_id')
      .select(['c.ended_at', 'c.operator_id', 'c.channel'])
      .where('s.id', '=', left.chatId)
      .executeTakeFirstOrThrow();
    expect(session).toMatchObject({ channel: 'chat', ended_at: expect.any(Date), operator_id: expect.any(String) }); // prettier-ignore
  });

  it('gives up who waited and went: left where they can be called; never an emergency', async () => {
    const called = await visitor(w, { text: '路灯不亮', name: '周先生', phone: '13900000321' });
    await called.say('在滨江路');
    const [nobody, urgent, there] = [
      await visitor(w, { text: '在吗' }),
      await visitor(w, { text: '家里着火了，快来人' }),
      await visitor(w, { text: '在吗' }),
    ];
    await sql`update chat_session set visitor_seen_at = visitor_seen_at - interval '21 minutes'`.execute(w.db); // prettier-ignore
    expect((await there.view()).state).toBe('waiting');
    await Promise.all([sweepChats(w.deps), sweepChats(w.deps)]);
    await w.settle();
    const states = async () => w.db.selectFrom('chat_session').select(['id', 'state']).execute();
    const byId = new Map((await states()).map((r) => [r.id, r.state]));
    expect([called, nobody, urgent, there].map((v) => byId.get(v.chatId))).toEqual(['left_message', 'ended', 'waiting', 'waiting']); // prettier-ignore
    const { orders } = await called.view();
    expect(orders).toHaveLength(1);
    expect((await called.messages()).filter((m) => m.kind === 'order')).toHaveLength(1);
    const text = await w.db
      .selectFrom('order_text as t')
      .innerJoin('work_order as o', 'o.id', 't.order_id')
      .select('t.content')
      .where('o.order_no', '=', orders[0].orderNo)
      .executeTakeFirstOrThrow();
    expect(text.content).toBe('路灯不亮\n在滨江路');
  });

  it('outside the hours a message is left, an emergency is not', async () => {
    await policy({ hours: { from: '09:00', to: '09:01' } });
    await seat('operator', true, 1);
    const me = await visitor(w, { text: '想问社保', phone: '13900000777' });
    expect(me.opened).toMatchObject({ state: 'away', away: 'hours', position: null });
    // What was said before is left as it is, and stands there once.
    const left = await visitor(w, { text: '路口积水' });
    ok(await left.ask('POST', '/current/leave', { phone: '13900000778', text: '路口积水' }));
    const said = (await left.messages()).filter((m) => m.side === 'citizen');
    expect(said.map((m) => m.text)).toEqual(['路口积水']);
    expect(refused(await me.say('有人吗'), 409, 'state_conflict').body.state).toBe('away');
    expect(ok(await me.say('着火了，有人被困在五楼，快来')).seq).toBeGreaterThan(0);
    expect(await me.view()).toMatchObject({ state: 'open', away: null });
    expect((await desk('operator')).mine).toMatchObject([{ emergency: '119' }]);
    expect(await codes(me)).toContain('emergency');
  });
});

describe('orders', () => {
  const s = () => steps(w);
  it('a message that is left becomes a demand, once; its answer comes back into the chat', async () => {
    const me = await visitor(w, { text: '路口积水' });
    const left = { name: '林女士', phone: '139 0000 0555', text: '滨江路口积水两天了，没人管。' };
    const all = await Promise.all(upTo(10).map(() => me.ask('POST', '/current/leave', left)));
    const { orderNo, queryCode } = ok(all.find((a) => a.status === 200)!);
    expect(all.every((a) => a.body.orderNo === orderNo)).toBe(true);
    await w.settle();
    const told = (await me.messages()).filter((m) => m.kind === 'order');
    expect(told).toHaveLength(1);
    expect(told[0]!.text).toContain(queryCode);
    expect(await me.view()).toMatchObject({
      state: 'left_message',
      orders: [{ orderNo, queryCode }],
    });
    expect((await me.messages()).filter((m) => m.text === left.text)).toHaveLength(1);
    const order = await w.db
      .selectFrom('work_order')
      .select(['id', 'channel', 'anonymous', 'contact_id'])
      .where('order_no', '=', orderNo)
      .executeTakeFirstOrThrow();
    expect(order).toMatchObject({ channel: 'chat', anonymous: false });
    const answer = '已通知排水，今天下午疏通。';
    ok(await s().act('operator', order.id, 'direct_answer', { type: 'consultation', answer }));
    await w.settle();
    const last = (await me.messages()).at(-1)!;
    expect(last).toMatchObject({ side: 'system', kind: 'answer' });
    expect(last.text).toContain(answer);
    const { rows } = await sql<{ all: string }>`
      select (select string_agg(payload::text, '') from domain_event) || coalesce(
        (select string_agg(detail::text, '') from audit_log), '') as all`.execute(w.db);
    for (const secret of [queryCode, me.token, '积水', '13900000555', answer])
      expect(rows[0]!.all).not.toContain(secret);
  });

  it('the operator registers in the chat, with its picture; the unit reads what was said', async () => {
    await seat('operator');
    const me = await visitor(w, { text: '井盖没了', name: '孙先生', phone: '13900000556' });
    const png = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } }).png().toBuffer(); // prettier-ignore
    const send = (bytes: Uint8Array | string, id = randomUUID(), token = me.token) =>
      w.app.request('/chat/v1/sessions/current/images', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'x-message-id': id },
        body: bytes as never,
      });
    const id = randomUUID();
    const sent = await Promise.all(upTo(3).map(() => send(png, id)));
    expect(new Set(await Promise.all(sent.map((r) => r.text()))).size).toBe(1);
    for (const bad of ['<svg xmlns="http://www.w3.org/2000/svg"/>', '%PDF-1.4\n%%EOF', 'x'])
      expect((await send(bad)).status).toBe(422);
    const picture = (await me.messages()).find((m) => m.kind === 'image')!;
    const fetched = await w.app.request(picture.imageUrl!, { headers: { authorization: `Bearer ${me.token}` } }); // prettier-ignore
    expect([fetched.status, fetched.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(fetched.headers.get('content-security-policy')).toContain('sandbox');
    const stranger = await visitor(w);
    const stolen = await w.app.request(picture.imageUrl!, { headers: { authorization: `Bearer ${stranger.token}` } }); // prettier-ignore
    expect(stolen.status).toBe(404);
    const operator = await w.as('operator');
    const staff = ok(await chatOf(me, 'operator', '/messages')).messages.find((m: { kind: string }) => m.kind === 'image'); // prettier-ignore
    expect((await operator.get(`${staff.imageUrl}/thumb`)).status).toBe(200);
    expect((await (await w.as('chat.two')).get(staff.imageUrl)).status).toBe(404);
    const { attachmentId } = ok(await operator.post(`${staff.imageUrl}/stage`));
    const { contactId } = await chatOf(me, 'operator').then(ok);
    const body = { contactId, channel: 'chat', content: '滨江路井盖没了', attachmentIds: [attachmentId], areaCode: '339902001' }; // prettier-ignore
    const made = ok(await operator.post('/api/orders', body, { 'idempotency-key': randomUUID() }), 201); // prettier-ignore
    await w.settle();
    expect((await me.messages()).at(-1)!.text).toContain(made.queryCode);
    const seen = ok(await chatOf(me, 'operator', '/messages'));
    expect(JSON.stringify(seen)).not.toContain(made.queryCode);
    expect((await desk('operator')).mine[0].orders).toMatchObject([{ orderNo: made.orderNo }]);
    ok(await s().act('operator', made.orderId, 'accept', { type: 'help', categoryCode: '0301', urgency: 'U2' })); // prettier-ignore
    const leadId = await w.unit('WATER');
    ok(await s().act('dispatcher', made.orderId, 'dispatch', { leadId, coIds: [] }));
    const paper = `/api/chat/contacts/${contactId}/transcript`;
    const read = ok(await (await w.as('water.handler')).get(paper));
    expect(read.messages.map((m: { text: string }) => m.text)).toContain('井盖没了');
    expect(read.notes).toEqual([]);
    expect((await (await w.as('water.handler')).get(read.messages.find((m: { kind: string }) => m.kind === 'image').imageUrl)).status).toBe(200); // prettier-ignore
    refused(await (await w.as('power')).get(paper), 404, 'not_found');
    await sql`update work_order set anonymous = true where id = ${made.orderId}`.execute(w.db);
    refused(await (await w.as('water.handler')).get(paper), 404, 'not_found');
    for (const login of ['auditor', 'operator'])
      expect([login, (await (await w.as(login)).get(paper)).status]).toEqual([login, login === 'operator' ? 200 : 404]); // prettier-ignore
    expect(await events('transcript.read', me)).toBe(0);
    // The list of all is no reading: no name, no word, nothing noted; who talks with them sees both.
    const listed = async (login: string, list: 'all' | 'mine') =>
      (await desk(login))[list].find((c: { chatId: string }) => c.chatId === me.chatId);
    expect(await listed('supervisor', 'all')).toMatchObject({ sealed: true, name: null, lastText: '', lastSide: null }); // prettier-ignore
    expect(await listed('operator', 'mine')).toMatchObject({ sealed: false, name: '孙先生', lastText: '' }); // prettier-ignore
    expect(await events('transcript.read', me)).toBe(0);
    ok(await (await w.as('supervisor')).get(paper));
    // A screen that reads on and on is one reading, of one person.
    expect(await chatOf(me, 'supervisor').then(ok)).toMatchObject({ sealed: true, name: null, phone: null, lastText: '' }); // prettier-ignore
    ok(await chatOf(me, 'supervisor', '/messages'));
    const noted = await w.db
      .selectFrom('audit_log')
      .select(['actor_id', 'detail'])
      .where('action', '=', 'transcript.read')
      .where('subject_id', '=', me.chatId)
      .execute();
    expect(noted).toEqual([{ actor_id: (await w.as('supervisor')).actor.userId, detail: { chatId: me.chatId } }]); // prettier-ignore
    await me.ask('POST', '/current/end');
    refused(await operator.get(paper), 404, 'not_found');
    refused(await chatOf(me, 'operator', '/messages'), 404, 'not_found');
  });
});

describe('the door', () => {
  it('knows nobody without a token, and nobody by another one', async () => {
    const me = await visitor(w);
    for (const token of [undefined, 'x'.repeat(43), `${me.token}x`, me.chatId]) {
      for (const [method, path] of [
        ['GET', '/current'],
        ['GET', '/current/messages'],
        ['POST', '/current/end'],
      ])
        // prettier-ignore
        refused(await knock(w, method!, path!, token ? { token } : {}), 401, 'not_signed_in');
    }
    const stored = await w.db.selectFrom('chat_session').select(['token_hash', 'client_hash']).where('id', '=', me.chatId).executeTakeFirstOrThrow(); // prettier-ignore
    expect(Object.values(stored)).not.toContain(me.token);
    await seat('operator');
    refused(await tell(me, 'chat.two', '我来'), 404, 'not_found');
    refused(await chatOf(me, 'chat.two'), 404, 'not_found');
    refused(await chatOf(me, 'dispatcher'), 403, 'not_allowed');
    await me.ask('POST', '/current/end');
    await later(29 * 24 * 60);
    expect((await me.view()).state).toBe('ended');
    await later(2 * 24 * 60);
    refused(await me.ask('GET', '/current'), 401, 'not_signed_in');
  });

  it('shows a chat without an order to its operator and overseers only, and its number while it goes on', async () => {
    await seat('operator');
    const me = await visitor(w, { text: '在吗', name: '周先生', phone: '13900000321' });
    const { contactId } = await chatOf(me, 'operator').then(ok);
    const paper = `/api/chat/contacts/${contactId}/transcript`;
    for (const login of ['chat.two', 'dispatcher', 'auditor', 'water.handler'])
      refused(await (await w.as(login)).get(paper), 404, 'not_found');
    const note = { id: randomUUID(), text: '独居' };
    ok(await (await w.as('operator')).post(`/api/chat/chats/${me.chatId}/notes`, note));
    const told = await w.db
      .selectFrom('domain_event')
      .select('payload')
      .where('type', '=', 'chat.changed')
      .where('subject_id', '=', me.chatId)
      .execute();
    expect(told.map((t) => t.payload.inside)).toEqual([true]);
    await me.ask('POST', '/current/end');
    ok(await (await w.as('supervisor')).get(paper));
    const over = await chatOf(me, 'operator').then(ok);
    expect(over).toMatchObject({ phone: '139****0321', mine: true });
    expect(over.name).not.toBe('周先生');
  });

  it('takes no more pictures at once than there is room for; what is refused leaves no file', async () => {
    await policy({ imagesMax: 2 });
    const me = await visitor(w);
    const puts = vi.spyOn(w.deps.storage, 'receive');
    const send = (bytes: Uint8Array | string) =>
      w.app.request('/chat/v1/sessions/current/images', {
        method: 'POST',
        headers: { authorization: `Bearer ${me.token}`, 'x-message-id': randomUUID() },
        body: bytes as never,
      });
    expect((await send('x')).status).toBe(422);
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'blue' } }).png().toBuffer(); // prettier-ignore
    const all = (await Promise.all(upTo(12).map(() => send(png)))).map((r) => r.status).sort();
    expect(all.filter((s) => s === 200)).toHaveLength(2);
    expect(puts).toHaveBeenCalledTimes(3);
    puts.mockRestore();
    expect((await me.messages()).filter((m) => m.kind === 'image')).toHaveLength(2);
    await sql`update throttle set hits = 200 where bucket like 'attachment:source:%'`.execute(w.db);
    expect((await send(png)).status).toBe(429);
  });

  it('opens to the sites that are named, and to no other', async () => {
    const site = 'https://www.city.example';
    const app = createApp(w.deps, { intake: w.intake, trustProxy: 0, chatOrigins: [site] });
    const from = (origin: string, method = 'POST') =>
      knock({ app }, method, '', {
        headers: { origin, 'sec-fetch-site': 'cross-site' },
        ...(method === 'POST' && { body: { clientId: randomUUID() } }),
      });
    const fine = await from(site);
    expect([fine.status, fine.headers.get('access-control-allow-origin')]).toEqual([201, site]);
    expect(fine.headers.get('access-control-allow-credentials')).toBeNull();
    const asked = await from(site, 'OPTIONS');
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, expect.stringContaining('Authorization')]); // prettier-ignore
    for (const origin of ['https://evil.example', `${site}.evil.example`, 'null']) {
      for (const method of ['POST', 'OPTIONS'])
        expect((await from(origin, method)).headers.get('access-control-allow-origin')).toBeNull();
      refused(await from(origin), 403, 'foreign_origin');
    }
    const staffDoor = await app.request('/api/session', {
      method: 'POST',
      headers: { origin: site },
    });
    expect(staffDoor.status).toBe(403);
  });

  it('holds up who floods, and no emergency', async () => {
    await policy({ perMinute: 5, opensPerHour: 3 });
    await seat('operator', true, 5);
    const me = await visitor(w);
    const said = await Promise.all(upTo(12).map((i) => me.say(`喂${i}`)));
    expect(said.map((a) => a.status).sort()).toEqual([
      ...Array(5).fill(200),
      ...Array(7).fill(429),
    ]);
    ok(await me.say('我妈妈晕倒了，没有呼吸，快救命'));
    await later(1.1);
    ok(await me.say('谢谢'));
    await visitor(w);
    await visitor(w);
    refused(await knock(w, 'POST', '', { body: { clientId: randomUUID() } }), 429, 'too_many_attempts'); // prettier-ignore
    const urgent = await visitor(w, { text: '家里着火了，快来人' });
    expect((await urgent.messages()).map((m) => m.text)).toContain('家里着火了，快来人');
    refused(await me.say('字'.repeat(4_001)), 422, 'invalid_input');
    refused(await me.say('  \u0000 '), 422, 'invalid_input');
  });
});

it('canned answers are few, unique and changed by version', async () => {
  const admin = await w.as('admin');
  const input = { shortcut: 'NH', zh: '您好，请讲。', en: 'Hello.' };
  const made = ok(await admin.post('/api/chat/canned-answers', input), 201);
  expect(made).toMatchObject({ shortcut: 'nh', version: 1 });
  refused(await admin.post('/api/chat/canned-answers', input), 422, 'invalid_input');
  refused(await (await w.as('operator')).post('/api/chat/canned-answers', { ...input, shortcut: 'a' }), 403, 'not_allowed'); // prettier-ignore
  const change = { ...input, zh: '您好！', version: 1 };
  const both = await Promise.all([1, 2].map(() => admin.put(`/api/chat/canned-answers/${made.id}`, change))); // prettier-ignore
  expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
  expect(ok(await (await w.as('operator')).get('/api/chat/canned-answers'))).toMatchObject([{ zh: '您好！', version: 2 }]); // prettier-ignore
});
