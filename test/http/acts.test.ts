/** The centre's routes, a describe per route and act, a case per status and per rule of its own. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import type { CitizenActor } from '../../src/kernel/actor.ts';
import { urge } from '../../src/supervision/index.ts';
import { act as actIn, doAct } from '../../src/workorder/index.ts';
import { inTransaction } from '../../src/platform/unit-of-work.ts';
import { REPLY, createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';
import { SECRET_WORDS, conflict, ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
const AT = '2026-09-21T02:24:00Z';
beforeAll(async () => {
  w = await createWorld({ at: AT });
  s = steps(w);
});
afterAll(() => w.close());

const post = async (login: string, path: string, body: unknown, headers?: Record<string, string>) =>
  (login ? await w.as(login) : w.anonymous).post(path, body, headers);
const get = async (login: string, path: string) =>
  (login ? await w.as(login) : w.anonymous).get(path);
const seen = async (id: string, login = 'dispatcher') => ok(await get(login, `/api/orders/${id}`));
const raw = (login: string, id: string, act: string, input: unknown, version: unknown) =>
  post(login, `/api/orders/${id}/acts`, { act, version, input });
const row = (id: string) =>
  w.db.selectFrom('work_order').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const assignments = (id: string) =>
  w.db.selectFrom('assignment').selectAll().where('order_id', '=', id).orderBy('id').execute();
const citizen = (orderId: string): CitizenActor => ({
  kind: 'citizen',
  orderId,
  how: 'query_code',
});
const actsOf = async (id: string) =>
  (
    await w.db
      .selectFrom('act')
      .select('act')
      .where('order_id', '=', id)
      .orderBy('order_version')
      .execute()
  ).map((a) => a.act);

const ACCEPT = { type: 'help', categoryCode: '0301', urgency: 'U2' };
const REJECT = { ground: 'N04', wordsTold: '已告知。', guidance: '请向法院咨询。' };
const WITHDRAW = { wish: '问题已经好了', identifiedBy: 'caller_number' };

describe('POST /api/contacts', () => {
  const key = () => ({ 'idempotency-key': randomUUID() });
  it('201: a contact without an order, the same one for the same key', async () => {
    const headers = key();
    const body = { channel: 'phone', requester: { name: '陈女士', phone: '13805774471' } };
    const a = ok(await post('operator', '/api/contacts', body, headers), 201);
    const b = ok(await post('operator', '/api/contacts', body, headers), 201);
    expect(b).toEqual(a);
    const other = { channel: 'visit', requester: { name: '陈女士' } };
    refused(await post('operator', '/api/contacts', other, headers), 422, 'idempotency_key_reused');
  });
  it('orders join the contact, and only that of the operator who answered it', async () => {
    const { contactId } = ok(
      await post('operator', '/api/contacts', { requester: { phone: '13805774471' } }, key()),
      201,
    );
    const body = { content: '停水', contactId };
    const made = ok(await post('operator', '/api/orders', body, key()), 201);
    expect(made.contactId).toBe(contactId);
    const { requester_id } = await row(made.orderId);
    expect(requester_id).not.toBeNull();
    refused(await post('operator2', '/api/orders', body, key()), 404, 'not_found');
    const nothing = { content: '停水', contactId: newId() };
    refused(await post('operator', '/api/orders', nothing, key()), 404, 'not_found');
  });
  it('400 without a key, 401 without a session, 403 for a dispatcher, 422', async () => {
    refused(await post('operator', '/api/contacts', {}), 400, 'idempotency_key_missing');
    refused(await post('operator', '/api/contacts', {}, { 'idempotency-key': 'short' }), 400, 'idempotency_key_missing'); // prettier-ignore
    refused(await post('', '/api/contacts', {}, key()), 401, 'not_signed_in');
    refused(await post('dispatcher', '/api/contacts', {}, key()), 403, 'not_allowed');
    const bad = { channel: SECRET_WORDS, requester: { phone: SECRET_WORDS } };
    wrongFields(await post('operator', '/api/contacts', bad, key()), 'channel', 'requester.phone');
  });
});

describe('POST /api/orders', () => {
  const send = (body: unknown, login = 'operator') =>
    post(login, '/api/orders', body, { 'idempotency-key': randomUUID() });
  it('201: number of fourteen digits, code of six, first version; everything but the words may be missing', async () => {
    const made = ok(await send({ content: '路灯不亮' }), 201);
    expect(made).toEqual({
      orderId: expect.any(String),
      orderNo: expect.stringMatching(/^20260921\d{6}$/),
      contactId: expect.any(String),
      queryCode: expect.stringMatching(/^[346789ACDEFGHJKMNPQRTWXY]{6}$/),
      version: 1,
    });
    expect(await row(made.orderId)).toMatchObject({
      state: 'registered',
      round: 1,
      type: null,
      category_code: null,
      urgency: null,
    });
    expect((await seen(made.orderId)).title).toBe('路灯不亮');
  });
  it('drops fields that nobody may set: state, version, round, closingType, id', async () => {
    const id = newId();
    const extra = { id, orderId: id, state: 'closed', version: 9, round: 3, closingType: 'solved', urges: 5, direct: true, orderNo: '1', noReturn: true, registeredAt: '2020-01-01T00:00:00Z', requesterId: id }; // prettier-ignore
    const made = ok(await send({ content: '路灯不亮', ...extra }), 201);
    expect(made.orderId).not.toBe(id);
    expect(await row(made.orderId)).toMatchObject({
      state: 'registered',
      version: 1,
      round: 1,
      closing_type: null,
      urges: 0,
      direct: false,
      no_return: false,
    });
  });
  it('keeps name and telephone encrypted and shows them masked', async () => {
    const o = await s.register({ name: '陈女士', phone: '+86 138-0577-4471' });
    const { requester } = await seen(o.id);
    expect(requester).toMatchObject({ name: '陈**', phone: '138****4471', canReveal: true });
    const dump = JSON.stringify(await Promise.all([
      w.db.selectFrom('requester').selectAll().execute(),
      w.db.selectFrom('act').selectAll().execute(),
      w.db.selectFrom('domain_event').selectAll().execute(),
      w.db.selectFrom('audit_log').selectAll().execute(),
      w.db.selectFrom('outbox').selectAll().execute(),
      w.db.selectFrom('idempotency_key').selectAll().execute(),
    ])); // prettier-ignore
    expect(dump).not.toContain('13805774471');
    expect(dump).not.toContain('陈女士');
    expect(dump).not.toContain('停水');
  });
  it('400, 401, 403, 422', async () => {
    refused(
      await post('operator', '/api/orders', { content: 'x' }),
      400,
      'idempotency_key_missing',
    );
    refused(await send({ content: 'x' }, ''), 401, 'not_signed_in');
    refused(await send({ content: 'x' }, 'dispatcher'), 403, 'not_allowed');
    refused(await send({ content: 'x' }, 'water'), 403, 'not_allowed');
    wrongFields(await send({ content: ' \u0000 ' }), 'content');
    wrongFields(await send({ content: SECRET_WORDS.repeat(300) }), 'content');
    wrongFields(
      await send({ content: 'x', type: SECRET_WORDS, categoryCode: '3', urgency: 'U9', contactId: 'x' }), // prettier-ignore
      'type',
      'categoryCode',
      'urgency',
      'contactId',
    );
    wrongFields(await send({ content: 'x', categoryCode: '9999' }), 'categoryCode');
    wrongFields(await send({ content: 'x', areaCode: '000' }), 'areaCode');
  });
});

describe('POST /api/orders/:id/acts', () => {
  it('422: acts that are unknown, not built, or have a route of their own', async () => {
    const o = await s.accepted();
    for (const act of [
      'explode',
      '',
      'register',
      'urge',
      'evaluate',
      'record_attempt',
      'redo',
      'close',
      'give_up_callback',
      'merge',
      'split',
      'suspend',
      'reopen',
      'archive',
      'effect_lead_signs',
      'effect_return_granted',
      '__proto__',
      'constructor',
    ]) {
      refused(await raw('dispatcher', o.id, act, {}, 2), 422, 'invalid_input');
    }
    expect(await row(o.id)).toMatchObject({ state: 'pending_dispatch', version: 2 });
  });
  it('422: a version that is missing or no number', async () => {
    const o = await s.register();
    wrongFields(await raw('operator', o.id, 'accept', ACCEPT, undefined), 'version');
    wrongFields(await raw('operator', o.id, 'accept', ACCEPT, '1'), 'version');
    wrongFields(await raw('operator', o.id, 'accept', ACCEPT, 1.5), 'version');
    wrongFields(await raw('operator', o.id, 'accept', ACCEPT, null), 'version');
  });
});

/** What operator and dispatcher may do alike until a unit has the order. */
const EARLY = [
  'split',
  'ask_supplement',
  'transfer_emergency',
  'set_flags',
  'correct_classification',
];

describe('act accept', () => {
  it('200: registered → pending_dispatch, classified', async () => {
    const o = await s.register();
    const done = ok(await s.act('operator', o.id, 'accept', { ...ACCEPT, title: '停水' }));
    expect(done).toEqual({ orderId: o.id, state: 'pending_dispatch', version: 2 });
    const now = await seen(o.id);
    expect(now).toMatchObject({ type: 'help', urgency: 'U2', title: '停水' });
    expect(now.category.code).toBe('0301');
    expect([...now.allowed].sort()).toEqual(
      [...EARLY, 'direct_answer', 'reject', 'dispatch', 'urge', 'note'].sort(),
    );
  });
  it('200 by a dispatcher too; fields beside the input have no effect', async () => {
    const o = await s.register();
    const extra = { state: 'closed', version: 77, round: 3, closingType: 'solved', id: newId(), direct: true }; // prettier-ignore
    ok(
      await post('dispatcher', `/api/orders/${o.id}/acts`, {
        act: 'accept',
        version: 1,
        input: { ...ACCEPT, ...extra },
        state: 'archived',
        round: 2,
        closingType: 'answered',
      }),
    );
    expect(await row(o.id)).toMatchObject({
      id: o.id,
      state: 'pending_dispatch',
      version: 2,
      round: 1,
      closing_type: null,
      direct: false,
    });
  });
  it('401, 403, 404', async () => {
    const o = await s.register();
    refused(await raw('', o.id, 'accept', ACCEPT, 1), 401, 'not_signed_in');
    refused(await raw('auditor', o.id, 'accept', ACCEPT, 1), 403, 'not_allowed');
    refused(await raw('operator', newId(), 'accept', ACCEPT, 1), 404, 'not_found');
    refused(await raw('operator', 'x', 'accept', ACCEPT, 1), 404, 'not_found');
    refused(await raw('water', o.id, 'accept', ACCEPT, 1), 404, 'not_found');
  });
  it('409: an old version, and a second time, each with where the order is now', async () => {
    const o = await s.register();
    ok(await s.act('dispatcher', o.id, 'note', { text: '看过' }));
    const usual = [...EARLY, 'direct_answer', 'withdraw', 'urge', 'note'];
    const allowed = [...usual, 'accept', 'close_no_substance'];
    const old = await raw('operator', o.id, 'accept', ACCEPT, 1);
    conflict(old, 'version_conflict', { state: 'registered', version: 2, allowed });
    ok(await raw('operator', o.id, 'accept', ACCEPT, 2));
    const again = await raw('operator', o.id, 'accept', ACCEPT, 3);
    conflict(again, 'state_conflict', {
      state: 'pending_dispatch',
      version: 3,
      allowed: usual,
    });
  });
  it('422: classification incomplete or of no catalogue', async () => {
    const o = await s.register();
    const accept = (input: unknown) => raw('operator', o.id, 'accept', input, 1);
    wrongFields(await accept({}), 'input.type', 'input.categoryCode', 'input.urgency');
    // The upper class alone names no matter.
    wrongFields(await accept({ ...ACCEPT, categoryCode: '03' }), 'input.categoryCode');
    wrongFields(await accept({ ...ACCEPT, urgency: SECRET_WORDS }), 'input.urgency');
    wrongFields(await accept({ ...ACCEPT, categoryCode: '9901' }), 'categoryCode');
    wrongFields(await accept({ ...ACCEPT, areaCode: '1' }), 'areaCode');
    expect(await stateOf(w, o.id)).toBe('registered');
  });
});

describe('act direct_answer', () => {
  const ANSWER = { type: 'consultation', categoryCode: '0301', answer: '请于 8 时后用水。' };
  it('200 from registered and from pending_dispatch: answered, to be rated, marked direct', async () => {
    for (const o of [await s.register(), await s.accepted()]) {
      const done = ok(await s.act('operator', o.id, 'direct_answer', ANSWER));
      expect(done).toMatchObject({ state: 'pending_callback', createdId: expect.any(String) });
      const now = await seen(o.id);
      expect(now).toMatchObject({ direct: true, type: 'consultation', assignments: [] });
      expect(now.directReplies).toMatchObject([
        { kind: 'direct', state: 'accepted', publicVersion: ANSWER.answer },
      ]);
    }
  });
  it('403, 404, 409, 422', async () => {
    const o = await s.register();
    refused(await raw('auditor', o.id, 'direct_answer', ANSWER, 1), 403, 'not_allowed');
    refused(await raw('water', o.id, 'direct_answer', ANSWER, 1), 404, 'not_found');
    wrongFields(await raw('operator', o.id, 'direct_answer', { type: 'help' }, 1), 'input.answer');
    wrongFields(await raw('operator', o.id, 'direct_answer', { ...ANSWER, categoryCode: '9999' }, 1), 'categoryCode'); // prettier-ignore
    const d = await s.dispatched();
    conflict(await s.act('operator', d.id, 'direct_answer', ANSWER), 'state_conflict', {
      state: 'dispatched',
    });
  });
});

describe('act reject', () => {
  it('200: closed as rejected with ground, words and guidance, which the citizen can read', async () => {
    const o = await s.accepted();
    expect(ok(await s.act('dispatcher', o.id, 'reject', REJECT))).toMatchObject({
      state: 'closed',
    });
    const now = await seen(o.id);
    expect(now).toMatchObject({ closingType: 'rejected', allowed: ['note'] });
    expect(now.closedAt).not.toBeNull();
    const texts = now.timeline.at(-1).texts;
    expect(texts).toEqual([
      { kind: 'words_told', visibility: 'public', body: REJECT.wordsTold },
      { kind: 'guidance', visibility: 'public', body: REJECT.guidance },
    ]);
    ok(await s.act('dispatcher', (await s.register()).id, 'reject', REJECT));
  });
  it('422 without ground, words told or guidance, or with blanks only', async () => {
    const o = await s.register();
    const reject = (input: unknown) => raw('dispatcher', o.id, 'reject', input, 1);
    wrongFields(await reject({}), 'input.ground', 'input.wordsTold', 'input.guidance');
    wrongFields(await reject({ ...REJECT, ground: 'N12' }), 'input.ground');
    wrongFields(await reject({ ...REJECT, wordsTold: '　 \n' }), 'input.wordsTold');
    wrongFields(await reject({ ...REJECT, guidance: ' ' }), 'input.guidance');
  });
  it('403 for an operator, 409 once dispatched', async () => {
    const o = await s.dispatched();
    refused(await s.act('operator', o.id, 'reject', REJECT), 403, 'not_allowed');
    conflict(await s.act('dispatcher', o.id, 'reject', REJECT), 'state_conflict', {
      state: 'dispatched',
    });
  });
});

describe('act dispatch', () => {
  const decision = (id: string) =>
    w.db
      .selectFrom('routing_decision')
      .selectAll()
      .where('order_id', '=', id)
      .executeTakeFirstOrThrow();
  it('200: one lead, each co-handler once, the lead never as its own co-handler', async () => {
    const o = await s.accepted();
    const [water, room, gaj] = await Promise.all(
      ['WATER', 'TOWN_QINGYU_1_ROOM', 'GAJ'].map(w.unit),
    );
    const done = ok(
      await s.act('dispatcher', o.id, 'dispatch', {
        leadId: water,
        coIds: [room, gaj, room, water, gaj],
        note: '先关阀',
      }),
    );
    const rows = await assignments(o.id);
    expect(rows.map((a) => [a.kind, a.organization_id, a.state, a.round])).toEqual([
      ['lead', water, 'pending_sign', 1],
      ['co', room, 'pending_sign', 1],
      ['co', gaj, 'pending_sign', 1],
    ]);
    expect(done).toMatchObject({ state: 'dispatched', createdId: rows[0]!.id });
    const item = (await seen(o.id)).timeline.at(-1);
    expect(item.detail).toMatchObject({ mode: 'joint' });
    expect(item.texts).toMatchObject([{ kind: 'dispatch_note', body: '先关阀' }]);
  });
  it('keeps the decision: the catalogue row, the steps, and that it was followed', async () => {
    const o = await s.dispatched();
    const d = await decision(o.id);
    expect(d).toMatchObject({
      round: 1,
      category_code: '0301',
      area_code: '339902001',
      lead_id: await w.unit('WATER'),
      suggested_lead_id: await w.unit('WATER'),
      overruled: false,
      catalogue_id: expect.any(String),
    });
    expect(d.steps).toEqual([
      { code: 'row_category', facts: { category: '0301', area: '南塘街道', subject: '' } },
    ]);
  });
  it('keeps that the dispatcher overruled the catalogue', async () => {
    const o = await s.dispatched({ lead: 'ZHZF' });
    expect(await decision(o.id)).toMatchObject({
      suggested_lead_id: await w.unit('WATER'),
      lead_id: await w.unit('ZHZF'),
      overruled: true,
    });
  });
  it('where the catalogue named nobody, nothing was overruled', async () => {
    const o = await s.dispatched({ categoryCode: '0904', areaCode: '339902', lead: 'MZJ' });
    const d = await decision(o.id);
    expect(d.suggested_lead_id).toBeNull();
    expect(d.steps).toMatchObject([{ code: 'row_category' }, { code: 'area_unknown' }]);
    expect(d.overruled).toBe(false);
  });
  it('422: units that do not exist, are outside, take no orders, are inactive or have nobody to sign', async () => {
    const o = await s.accepted();
    const water = await w.unit('WATER');
    const station = newId();
    const closed = newId();
    await w.db
      .insertInto('organization')
      .values([
        { id: station, code: 'EMPTY', name: '没有人的站所', kind: 'station' },
        { id: closed, code: 'CLOSED', name: '已撤销的局', kind: 'department', active: false },
      ])
      .execute();
    await w.person({ login: 'closed', grants: [{ role: 'unit_receiver', unit: 'CLOSED' }] });
    const wrong: [string, object][] = [
      ['unknown', { leadId: newId() }],
      ['unknown co', { leadId: water, coIds: [newId()] }],
      ['discipline', { leadId: await w.unit('JW') }],
      ['police 110', { leadId: water, coIds: [await w.unit('P110')] }],
      ['the centre itself', { leadId: await w.unit('HOTLINE') }],
      ['the city', { leadId: await w.unit('CITY') }],
      ['a street without its room', { leadId: await w.unit('TOWN_QINGYU_1') }],
      ['no staff', { leadId: station }],
      ['inactive', { leadId: closed }],
    ];
    for (const [what, input] of wrong) {
      const a = await s.act('dispatcher', o.id, 'dispatch', input);
      expect([what, a.status, a.body.code]).toEqual([
        what,
        422,
        expect.stringMatching(/^unit_(unknown|has_no_receiver)$/),
      ]);
    }
    expect(await assignments(o.id)).toEqual([]);
    expect(await row(o.id)).toMatchObject({ state: 'pending_dispatch', version: 2 });
  });
  it('422 when the last receiver is deactivated', async () => {
    const id = newId();
    await w.db
      .insertInto('organization')
      .values({ id, code: 'SMALL', name: '小单位', kind: 'department' })
      .execute();
    await w.person({ login: 'small', grants: [{ role: 'unit_receiver', unit: 'SMALL' }] });
    ok(await s.act('dispatcher', (await s.accepted()).id, 'dispatch', { leadId: id }));
    await w.db
      .updateTable('app_user')
      .set({ active: false })
      .where('login', '=', 'small')
      .execute();
    const a = await s.act('dispatcher', (await s.accepted()).id, 'dispatch', { leadId: id });
    expect([a.status, a.body.code]).toEqual([422, expect.stringMatching(/^unit_/)]);
  });
  it('403, 404, 409, 422', async () => {
    const o = await s.accepted();
    const input = { leadId: await w.unit('WATER') };
    refused(await s.act('operator', o.id, 'dispatch', input), 403, 'not_allowed');
    refused(await s.act('water', o.id, 'dispatch', input), 404, 'not_found');
    wrongFields(await raw('dispatcher', o.id, 'dispatch', {}, 2), 'input.leadId');
    wrongFields(
      await raw(
        'dispatcher',
        o.id,
        'dispatch',
        { leadId: SECRET_WORDS, coIds: ['x'], mode: 'y' },
        2,
      ),
      'input.leadId',
      'input.coIds.0',
      'input.mode',
    );
    const nine = { ...input, coIds: Array.from({ length: 9 }, () => newId()) };
    wrongFields(await raw('dispatcher', o.id, 'dispatch', nine, 2), 'input.coIds');
    ok(await s.act('dispatcher', o.id, 'dispatch', input));
    conflict(await s.act('dispatcher2', o.id, 'dispatch', input), 'state_conflict', {
      state: 'dispatched',
    });
  });
  it('two dispatchers at once: one wins, the other is told where it is now', async () => {
    const o = await s.accepted();
    const input = { leadId: await w.unit('WATER') };
    const both = await Promise.all(
      ['dispatcher', 'dispatcher2'].map((l) => raw(l, o.id, 'dispatch', input, 2)),
    );
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
    expect(await assignments(o.id)).toHaveLength(1);
    const loser = both.find((a) => a.status === 409)!;
    conflict(loser, 'version_conflict', { state: 'dispatched', version: 3 });
  });
});

describe('act audit_pass', () => {
  it('200: reply and assignments accepted, waived co-handlers cancelled, the citizen is asked', async () => {
    const o = await s.replied({ co: ['TOWN_QINGYU_1_ROOM'] });
    ok(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'], note: '可以' }));
    const now = await seen(o.id);
    expect(now.state).toBe('pending_callback');
    expect(now.assignments.map((a: any) => [a.kind, a.state])).toEqual([
      ['lead', 'accepted'],
      ['co', 'cancelled'],
    ]);
    expect(now.assignments[0].replies.map((r: any) => r.state)).toEqual(['accepted']);
    await w.settle();
    expect(await s.taskOf(o.id)).toBeTruthy();
  });
  it('the note stays in the centre', async () => {
    const o = await s.replied();
    ok(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'], note: '内部话' }));
    expect(JSON.stringify(await seen(o.id, 'operator'))).toContain('内部话');
    expect(JSON.stringify(await seen(o.id, 'water'))).not.toContain('内部话');
  });
  it('403, 404, 409, 422', async () => {
    const o = await s.replied();
    const pass = { checklist: ['finding'] };
    refused(await s.act('supervisor', o.id, 'audit_pass', pass), 403, 'not_allowed');
    refused(await s.act('zhzf', o.id, 'audit_pass', pass), 404, 'not_found');
    wrongFields(await s.act('auditor', o.id, 'audit_pass', { checklist: [] }), 'input.checklist');
    wrongFields(
      await s.act('auditor', o.id, 'audit_pass', { checklist: [SECRET_WORDS] }),
      'input.checklist.0',
    );
    const early = await s.drafted();
    conflict(await s.act('auditor', early.id, 'audit_pass', pass), 'state_conflict', {
      state: 'in_progress',
    });
  });
});

describe('act audit_fail', () => {
  it('200: back to the lead, its reply failed, and a new one goes the same way', async () => {
    const o = await s.replied();
    const fail = { missing: ['basis', 'photo'], findings: '没有依据。' };
    expect(ok(await s.act('auditor', o.id, 'audit_fail', fail)).state).toBe('in_progress');
    const now = await seen(o.id, 'water.handler');
    expect(now.assignments[0]).toMatchObject({ state: 'signed', submittedAt: null });
    expect(now.assignments[0].replies.map((r: any) => r.state)).toEqual(['failed']);
    expect(now.assignments[0].allowed).toContain('draft_reply');
    expect(now.timeline.at(-1)).toMatchObject({
      detail: { missing: ['basis', 'photo'] },
      texts: [{ kind: 'findings', body: '没有依据。' }],
    });
    refused(await s.onAssignment('water.leader', o.lead, 'submit_reply'), 409, 'reply_missing');
    const put = (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, REPLY);
    ok(await put);
    ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
    ok(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'] }));
  });
  it('leaves the replies of co-handlers as they are', async () => {
    const o = await s.dispatched({ co: ['TOWN_QINGYU_1_ROOM'] });
    s.must(await s.onAssignment('water', o.lead, 'sign'));
    s.must(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    s.must(await s.onAssignment('nantang.handler', o.co[0]!, 'submit_co_reply', { text: '配合' }));
    const reply = { ...REPLY, contactMade: false };
    ok(await (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, reply));
    ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
    ok(await s.act('auditor', o.id, 'audit_fail', { missing: ['basis'], findings: '缺' }));
    expect((await assignments(o.id)).map((a) => [a.kind, a.state])).toEqual([
      ['lead', 'signed'],
      ['co', 'submitted'],
    ]);
  });
  it('422 without findings or without saying what is missing; 403; 409', async () => {
    const o = await s.replied();
    wrongFields(await s.act('auditor', o.id, 'audit_fail', {}), 'input.missing', 'input.findings');
    wrongFields(
      await s.act('auditor', o.id, 'audit_fail', { missing: ['basis'], findings: ' ' }),
      'input.findings',
    );
    const fail = { missing: ['basis'], findings: '缺' };
    refused(await s.act('dispatcher', o.id, 'audit_fail', fail), 403, 'not_allowed');
    ok(await s.act('auditor', o.id, 'audit_fail', fail));
    conflict(await s.act('auditor', o.id, 'audit_fail', fail), 'state_conflict', {
      state: 'in_progress',
    });
  });
});

describe('act withdraw', () => {
  it('200 from every state before the reply: closed as withdrawn', async () => {
    for (const make of [s.register, s.accepted, s.dispatched, s.signed, s.drafted]) {
      const o = await make();
      ok(await s.act('operator', o.id, 'withdraw', WITHDRAW));
      expect(await row(o.id)).toMatchObject({ state: 'closed', closing_type: 'withdrawn' });
    }
  });
  it('cancels what the units had open, and tells them', async () => {
    const o = await s.signed({ co: ['TOWN_QINGYU_1_ROOM'] });
    await w.settle();
    ok(await s.act('operator', o.id, 'withdraw', WITHDRAW));
    expect((await assignments(o.id)).map((a) => a.state)).toEqual(['cancelled', 'cancelled']);
    const told = await w.db
      .selectFrom('domain_event')
      .select('subject_id')
      .where('order_id', '=', o.id)
      .where('type', '=', 'assignment.cancelled')
      .execute();
    expect(told).toHaveLength(2);
    const late = await s.onAssignment('nantang', o.co[0]!, 'sign');
    conflict(late, 'state_conflict', { state: 'closed' });
    await w.settle();
  });
  it('by the citizen of this order only', async () => {
    const [o, other] = [await s.register(), await s.register()];
    const input = { wish: '不用了', identifiedBy: 'query_code' } as const;
    await expect(
      doAct(w.deps, citizen(other.id), o.id, 'withdraw', null, input),
    ).rejects.toMatchObject({ code: 'not_found' });
    await doAct(w.deps, citizen(o.id), o.id, 'withdraw', null, input);
    expect(await row(o.id)).toMatchObject({ closing_type: 'withdrawn' });
  });
  it('403, 404, 409 once replied, 422', async () => {
    const o = await s.replied();
    refused(await s.act('dispatcher', o.id, 'withdraw', WITHDRAW), 403, 'not_allowed');
    refused(await s.act('zhzf', o.id, 'withdraw', WITHDRAW), 404, 'not_found');
    wrongFields(
      await s.act('operator', o.id, 'withdraw', { identifiedBy: SECRET_WORDS }),
      'input.wish',
      'input.identifiedBy',
    );
    conflict(await s.act('operator', o.id, 'withdraw', WITHDRAW), 'state_conflict', {
      state: 'pending_audit',
    });
  });
});

describe('act note', () => {
  it('200 without a version; who reads it follows from its visibility', async () => {
    const o = await s.signed({ co: ['TOWN_QINGYU_1_ROOM'] });
    const note = (login: string, text: string, visibility: string) =>
      post(login, `/api/orders/${o.id}/acts`, { act: 'note', input: { text, visibility } });
    ok(await note('operator', '都能看', 'public'));
    ok(await note('operator', '工作人员看', 'staff'));
    ok(await note('operator', '中心看', 'center'));
    ok(await note('water.handler', '水务看', 'unit'));
    const words = async (login: string) => {
      const { timeline } = await seen(o.id, login);
      return timeline.flatMap((t: any) =>
        t.act === 'note' ? t.texts.map((x: any) => x.body) : [],
      );
    };
    expect(await words('auditor')).toEqual(['都能看', '工作人员看', '中心看']);
    expect(await words('water')).toEqual(['都能看', '工作人员看', '水务看']);
    expect(await words('nantang')).toEqual(['都能看', '工作人员看']);
  });
  it('"this unit only" from the centre stays in the centre', async () => {
    const o = await s.signed();
    ok(await s.act('auditor', o.id, 'note', { text: '审核内部', visibility: 'unit' }));
    expect(JSON.stringify(await seen(o.id, 'water'))).not.toContain('审核内部');
    expect(JSON.stringify(await seen(o.id, 'operator'))).toContain('审核内部');
  });
  it('what a citizen adds is public, whatever was asked', async () => {
    const o = await s.register();
    const input = { text: '楼上还在漏', visibility: 'center' } as const;
    await doAct(w.deps, citizen(o.id), o.id, 'note', null, input);
    const texts = (await seen(o.id)).timeline.at(-1).texts;
    expect(texts).toEqual([{ kind: 'note', visibility: 'public', body: '楼上还在漏' }]);
  });
  it('409 with an old version when one is given; 422', async () => {
    const o = await s.register();
    conflict(await raw('operator', o.id, 'note', { text: 'x' }, 5), 'version_conflict', {
      state: 'registered',
      version: 1,
    });
    wrongFields(await raw('operator', o.id, 'note', { text: '' }, 1), 'input.text');
    wrongFields(
      await raw('operator', o.id, 'note', { text: 'x', visibility: SECRET_WORDS }, 1),
      'input.visibility',
    );
  });
});

describe('POST /api/orders/:id/urges', () => {
  const urgeBy = (login: string, id: string, body: unknown = {}) =>
    post(login, `/api/orders/${id}/urges`, body);
  it('200: staff as often as they see fit; counted, recorded, the units are told', async () => {
    const o = await s.signed();
    await w.settle();
    w.sent.length = 0;
    ok(await urgeBy('operator', o.id, { level: 1, text: '老人等药' }));
    ok(await urgeBy('supervisor', o.id, { level: 0 }));
    ok(await urgeBy('operator', o.id));
    expect((await seen(o.id)).urges).toBe(3);
    await w.settle();
    const phone = (
      await w.db
        .selectFrom('organization')
        .select('duty_phone')
        .where('code', '=', 'WATER')
        .executeTakeFirstOrThrow()
    ).duty_phone;
    expect(w.sent.filter((m) => m.to === phone)).toHaveLength(3);
    const kept = await w.db.selectFrom('urge').selectAll().where('order_id', '=', o.id).execute();
    expect(kept.map((u) => u.level).sort()).toEqual([0, 1, 1]);
  });
  it('once a city day for the citizen, and again after midnight in Shanghai', async () => {
    const o = await s.register();
    const input = { level: 1, text: '' };
    const me = citizen(o.id);
    await w.moveTo('2026-09-21T15:58:00Z'); // 23:58 in Shanghai
    await urge(w.deps, me, o.id, input);
    const refusal = { code: 'urge_daily_limit' };
    await expect(urge(w.deps, me, o.id, input)).rejects.toMatchObject(refusal);
    expect((await row(o.id)).urges).toBe(1);
    ok(await urgeBy('operator', o.id));
    await w.moveTo('2026-09-21T16:01:00Z'); // 00:01 on the 22nd there, still the 21st in UTC
    await urge(w.deps, me, o.id, input);
    await expect(urge(w.deps, me, o.id, input)).rejects.toMatchObject(refusal);
    expect((await row(o.id)).urges).toBe(3);
    await w.moveTo(AT);
  });
  it('two urges of one citizen at once: one counts', async () => {
    const o = await s.register();
    const both = await Promise.allSettled(
      [1, 2, 3].map(() => urge(w.deps, citizen(o.id), o.id, { level: 1, text: '' })),
    );
    expect(both.filter((b) => b.status === 'fulfilled')).toHaveLength(1);
    expect((await row(o.id)).urges).toBe(1);
  });
  it('403, 404, 409 once audited, 422', async () => {
    const o = await s.signed();
    refused(await urgeBy('auditor', o.id), 403, 'not_allowed');
    refused(await urgeBy('water', o.id), 403, 'not_allowed');
    refused(await urgeBy('zhzf', o.id), 404, 'not_found');
    refused(await urgeBy('operator', newId()), 404, 'not_found');
    wrongFields(await urgeBy('operator', o.id, { level: 4 }), 'level');
    wrongFields(await urgeBy('operator', o.id, { text: SECRET_WORDS.repeat(100) }), 'text');
    const done = await s.audited();
    conflict(await urgeBy('operator', done.id), 'state_conflict', { state: 'pending_callback' });
  });
});

describe('POST /api/orders/:id/requester/reveal', () => {
  const reveal = (login: string, id: string, reason = '核实地址') =>
    post(login, `/api/orders/${id}/requester/reveal`, { reason });
  it('200: in clear, once, with the reading on record and the reason apart', async () => {
    const o = await s.signed({ name: '陈女士', phone: '13805774471' });
    const a = await reveal('water.handler', o.id, '上门前联系');
    expect(ok(a)).toEqual({ name: '陈女士', phone: '13805774471' });
    expect(a.headers.get('cache-control')).toBe('no-store');
    const log = await w.db
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'requester.revealed')
      .where('subject_id', '=', o.id)
      .execute();
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({ actor_id: (await w.as('water.handler')).actor.userId });
    expect(JSON.stringify(log)).not.toMatch(/上门|1380577/);
    const readings = await w.db
      .selectFrom('identity_reading')
      .select('reason')
      .where('order_id', '=', o.id)
      .execute();
    expect(readings).toEqual([{ reason: '上门前联系' }]);
  });
  it('403 for a unit that has not signed yet, and for everybody when it is confidential', async () => {
    const o = await s.dispatched();
    refused(await reveal('water', o.id), 403, 'not_allowed');
    const secret = await s.signed({ confidential: true });
    for (const login of [
      'operator',
      'dispatcher',
      'followup',
      'supervisor',
      'admin',
      'water',
      'water.handler',
    ])
      // prettier-ignore
      refused(await reveal(login, secret.id), 403, 'not_allowed');
  });
  it('409 when no number was left; 422 without a reason; nothing is logged then', async () => {
    const o = await s.register({ phone: null });
    refused(await reveal('operator', o.id), 409, 'requester_unreachable');
    const p = await s.register();
    wrongFields(await reveal('operator', p.id, '  '), 'reason');
    const log = await w.db
      .selectFrom('identity_reading')
      .select('id')
      .where('order_id', 'in', [o.id, p.id])
      .execute();
    expect(log).toEqual([]);
  });
});

describe('reading an order', () => {
  it('hides who raised a confidential one from every role', async () => {
    const o = await s.signed({ confidential: true, name: '陈女士', phone: '13805774471' });
    for (const login of [
      'operator',
      'dispatcher',
      'supervisor',
      'admin',
      'water',
      'water.handler',
      'water.leader',
    ]) {
      // prettier-ignore
      const now = await seen(o.id, login);
      expect([login, now.requester]).toEqual([
        login,
        { kind: 'anonymous', name: null, phone: null, canReveal: false, hidden: true },
      ]);
      expect(JSON.stringify(now)).not.toMatch(/陈女士|4471/);
    }
  });
  it('a draft is read in its own unit only', async () => {
    const o = await s.drafted({ co: ['TOWN_QINGYU_1_ROOM'] });
    const replies = async (login: string) =>
      (await seen(o.id, login)).assignments.flatMap((a: any) => a.replies);
    expect(await replies('water.leader')).toHaveLength(1);
    expect(await replies('nantang')).toEqual([]);
    expect(await replies('auditor')).toEqual([]);
  });
});

describe('lists agree with what one may open', () => {
  it('an inbox holds only the own unit, its counts are those of its lists', async () => {
    const mine = await s.signed();
    const theirs = await s.dispatched({ lead: 'ZHZF' });
    const ids = async (login: string, facet: string) =>
      ok(await get(login, `/api/inbox?facet=${facet}&limit=100`)).items.map((i: any) => i.id);
    expect(await ids('water', 'open')).toContain(mine.id);
    expect(await ids('water', 'open')).not.toContain(theirs.id);
    expect(await ids('zhzf', 'pending_sign')).toContain(theirs.id);
    expect(await ids('operator', 'open')).toEqual([]);
    const counts = ok(await get('water', '/api/inbox/counts'));
    for (const facet of Object.keys(counts)) {
      expect([facet, (await ids('water', facet)).length]).toEqual([
        facet,
        Math.min(counts[facet], 100),
      ]);
    }
  });
  it('a search by number finds only what one may open', async () => {
    const theirs = await s.dispatched({ lead: 'ZHZF' });
    const find = async (login: string, q: string) =>
      ok(await get(login, `/api/orders/find?q=${encodeURIComponent(q)}`)).map((i: any) => i.id);
    expect(await find('operator', theirs.orderNo)).toEqual([theirs.id]);
    expect(await find('operator', theirs.orderNo.slice(-6))).toContain(theirs.id);
    expect(await find('zhzf', theirs.orderNo)).toEqual([theirs.id]);
    // As people type it: with a word before it, or in wide digits.
    const tail = theirs.orderNo.slice(-6);
    expect(await find('zhzf', `尾号${tail}`)).toEqual([theirs.id]);
    const wide = tail.replace(/[0-9]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
    expect(await find('zhzf', wide)).toEqual([theirs.id]);
    expect(await find('water', theirs.orderNo)).toEqual([]);
    expect(await find('water', `尾号${tail}`)).toEqual([]);
    expect(await find('operator', '%%%%')).toEqual([]);
    expect(await find('operator', "1' or '1'='1")).toEqual([]);
  });
  it('a search by words finds the demands that say them, two characters and more', async () => {
    const said = (content: string, more = {}) => s.dispatched({ content, lead: 'ZHZF', ...more });
    const both = await said('幸福里小区门口夜市摊贩占道，油烟呛人');
    const apart = await said('夜市的摊位很吵，贩夫很多，市摊到半夜');
    const secret = await said('幸福里小区门口夜市摊贩缺斤少两', { confidential: true });
    const find = async (login: string, q: string) =>
      ok(await get(login, `/api/orders/find?q=${encodeURIComponent(q)}`)).map((i: any) => i.id);
    expect(await find('operator', '摊贩')).toEqual([both.id]);
    expect((await find('operator', '夜市')).toSorted()).toEqual([both.id, apart.id].toSorted());
    // All its pairs of characters stand there, but not the word.
    expect(await find('operator', '夜市摊贩')).toEqual([both.id]);
    expect(await find('operator', '油烟 幸福里')).toEqual([both.id]);
    expect(await find('operator', '油烟，很吵')).toEqual([]);
    expect(await find('zhzf', '摊贩')).toEqual([both.id]);
    expect(await find('water', '摊贩')).toEqual([]);
    for (const q of ["摊'贩", '摊\\贩', '摊&贩|!', '贩:*', '摊 贩'])
      expect(await find('operator', q)).toEqual([]);
    expect(await find('operator', secret.orderNo)).toEqual([secret.id]);
  });
  it('pages through everything once, without gap or repetition', async () => {
    const all = new Set<string>();
    let cursor = '';
    let pages = 0;
    do {
      const page = ok(await get('operator', `/api/orders?queue=all&limit=7${cursor && `&cursor=${cursor}`}`)); // prettier-ignore
      for (const i of page.items) {
        expect(all.has(i.id)).toBe(false);
        all.add(i.id);
      }
      cursor = page.nextCursor ?? '';
      pages += 1;
    } while (cursor && pages < 100);
    const { n } = await w.db
      .selectFrom('work_order')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .executeTakeFirstOrThrow();
    expect(all.size).toBe(Number(n));
  });
  it('counts of the queues are those of the lists', async () => {
    const counts = ok(await get('dispatcher', '/api/orders/counts'));
    for (const queue of ['registered', 'pending_dispatch', 'pending_audit']) {
      const { items } = ok(await get('dispatcher', `/api/orders?queue=${queue}&limit=100`));
      expect([queue, items.length]).toEqual([queue, counts[queue]]);
    }
  });
  it("notices are the own unit's", async () => {
    await s.dispatched({ lead: 'ZHZF' });
    await w.settle();
    const { items } = ok(await get('zhzf', '/api/notifications?limit=100'));
    expect(items.length).toBeGreaterThan(0);
    for (const i of items) expect((await get('zhzf', `/api/orders/${i.orderId}`)).status).toBe(200);
  });
});

describe('POST /api/callers/lookup', () => {
  it('200: the orders of a telephone, however it is written; open and closed apart', async () => {
    const phone = '13900001234';
    const open = await s.register({ phone });
    const closed = await s.register({ phone });
    ok(await s.act('dispatcher', closed.id, 'reject', REJECT));
    const found = ok(await post('operator', '/api/callers/lookup', { phone: '+86 139 0000-1234' }));
    expect(found.open.map((o: any) => o.id)).toEqual([open.id]);
    expect(found.closed.map((o: any) => o.id)).toEqual([closed.id]);
    const none = ok(await post('operator', '/api/callers/lookup', { phone: '13900009999' }));
    expect(none).toEqual({ open: [], closed: [] });
  });
  it('403 for who calls nobody; 422', async () => {
    refused(await post('auditor', '/api/callers/lookup', { phone: '13900001234' }), 403, 'not_allowed'); // prettier-ignore
    wrongFields(await post('operator', '/api/callers/lookup', { phone: SECRET_WORDS }), 'phone');
  });
  it('a telephone must not tell who raised a confidential order', async () => {
    const phone = '13900005678';
    const o = await s.register({ phone, confidential: true });
    const found = ok(await post('operator2', '/api/callers/lookup', { phone }));
    expect(JSON.stringify(found)).not.toContain(o.id);
  });
});

describe('POST /api/deliveries/:id/redrive', () => {
  it('204 for one that was given up, 409 for one that arrived', async () => {
    const o = await s.register();
    await w.settle();
    const d = await w.db
      .selectFrom('delivery')
      .select(['id', 'state'])
      .where('order_id', '=', o.id)
      .executeTakeFirstOrThrow();
    expect(d.state).toBe('sent');
    const path = `/api/deliveries/${d.id}/redrive`;
    refused(await post('admin', path, {}), 409, 'already_done');
    await w.db.updateTable('delivery').set({ state: 'dead' }).where('id', '=', d.id).execute();
    const before = w.sent.length;
    ok(await post('admin', path, {}), 204);
    await w.settle();
    expect(w.sent).toHaveLength(before + 1);
    expect(w.sent.at(-1)).toMatchObject({ id: d.id });
  });
  it('the list shows how far, never to which number', async () => {
    const page = ok(await get('admin', '/api/deliveries?limit=100'));
    expect(page.items.length).toBeGreaterThan(0);
    expect(JSON.stringify(page)).not.toMatch(/13805774471|0990\d{8}/);
  });
});

describe('an act inside a larger transaction', () => {
  it('leaves nothing behind when what comes after fails', async () => {
    const o = await s.register();
    const before = await versionOf(w, o.id);
    const { actor } = await w.as('operator');
    const input = { text: '会被收回', visibility: 'staff' } as const;
    await expect(
      inTransaction(w.deps, actor, async (tx) => {
        await actIn(tx, actor, o.id, 'note', null, input);
        throw new Error('later');
      }),
    ).rejects.toThrow('later');
    expect(await versionOf(w, o.id)).toBe(before);
    expect(await actsOf(o.id)).toEqual(['register']);
  });
});
