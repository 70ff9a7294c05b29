/** What comes after the answer: calls, links, ratings, redo, closing; a describe per route. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evaluateByLink, expireLinks, ratingTokenFor } from '../../src/followup/index.ts';
import type { CitizenActor } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { Solved } from '../../src/kernel/words.ts';
import { newToken } from '../../src/platform/crypto.ts';
import { REPLY, createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { Matter, World } from '../world.ts';
import { SECRET_WORDS, conflict, ok, refused, wrongFields } from './answers.ts';

const AT = '2026-09-21T02:24:00Z';
const ROOM = 'TOWN_QINGYU_1_ROOM';
let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: AT });
  s = steps(w);
});
beforeEach(() => w.moveTo(AT));
afterAll(() => w.close());

const post = async (login: string, path: string, body: unknown) =>
  (login ? await w.as(login) : w.anonymous).post(path, body);
const get = async (login: string, path: string) => (await w.as(login)).get(path);
const seen = async (id: string, login = 'dispatcher') => ok(await get(login, `/api/orders/${id}`));
const taskRow = async (id: string) =>
  w.db
    .selectFrom('callback_task')
    .selectAll()
    .where('order_id', '=', id)
    .orderBy('round', 'desc')
    .executeTakeFirstOrThrow();
const attempt = async (orderId: string, result: string, login = 'followup') =>
  post(login, `/api/callbacks/${await s.taskOf(orderId)}/attempts`, { result });
const evaluate = async (orderId: string, body: unknown, login = 'followup') =>
  post(login, `/api/callbacks/${await s.taskOf(orderId)}/evaluation`, body);
const redo = async (id: string, body: object = {}, login = 'supervisor') =>
  post(login, `/api/orders/${id}/redo`, {
    version: await versionOf(w, id),
    reason: '问题没有解决',
    ...body,
  });
const close = async (id: string, closingType: string, login = 'followup') =>
  post(login, `/api/orders/${id}/close`, { version: await versionOf(w, id), closingType });
const citizen = (orderId: string): CitizenActor => ({
  kind: 'citizen',
  orderId,
  how: 'query_code',
});
const GOOD = { contacted: true, solved: 'solved', satisfaction: 5 };
const rating = (solved: Solved | null, satisfaction: number | null = null) => ({
  contacted: null,
  solved,
  satisfaction,
  reasons: [],
  comment: '',
});

/** Answers an order directly and lets the follow-up begin. */
async function answered(m: Matter = {}) {
  const o = await s.register({ type: 'consultation', ...m });
  const input = { type: m.type ?? 'consultation', answer: '每月 5 日前。' };
  ok(await s.act('operator', o.id, 'direct_answer', input));
  await w.settle();
  return o;
}
const linkFor = async (id: string): Promise<string> => ratingTokenFor(w.deps, citizen(id), id);
const links = (phone: string) => w.sent.filter((m) => m.to === phone && m.text.includes('/rate/'));

describe('who is asked, and how', () => {
  it('a call for complaints, reports and requests that left a telephone', async () => {
    for (const type of ['complaint', 'report', 'help'] as const) {
      const o = await s.audited({ type });
      expect(await taskRow(o.id)).toMatchObject({
        method: 'call',
        state: 'open',
        link_sent_at: null,
      });
    }
  });
  it('a link, at once and for seven days, where no call is due', async () => {
    const phone = '13800001111';
    const o = await answered({ type: 'suggestion', phone });
    const task = await taskRow(o.id);
    expect(task).toMatchObject({ method: 'link', state: 'open' });
    expect(task.link_expires_at!.getTime() - task.link_sent_at!.getTime()).toBe(7 * 86_400_000);
    expect(links(phone)).toHaveLength(1);
  });
  it('a link that nobody is sent where no telephone was left; the citizen finds it with the code', async () => {
    const before = w.sent.length;
    const o = await s.audited({ phone: null });
    expect(await taskRow(o.id)).toMatchObject({ method: 'link', state: 'open' });
    expect(w.sent.slice(before).filter((m) => m.text.includes('/rate/'))).toEqual([]);
    await evaluateByLink(w.deps, await linkFor(o.id), rating('solved'));
    expect(await stateOf(w, o.id)).toBe('pending_close');
  });
  const exempt: [string, Matter, string][] = [
    ['praise', { type: 'praise' }, 'praise'],
    ['confidential', { confidential: true }, 'confidential'],
    ['anonymous', { anonymous: true }, 'anonymous'],
    ['no wish', { wishCallback: false }, 'no_callback_wish'],
  ];
  for (const [what, m, reason] of exempt) {
    it(`nobody where it is exempt: ${what}; closed by the reply, with the reason on record`, async () => {
      const o = await s.audited({ type: 'complaint', ...m });
      expect(await stateOf(w, o.id)).toBe('closed');
      const now = await seen(o.id);
      expect(now.closingType).toBe('solved');
      const gave = now.timeline.find((t: any) => t.act === 'give_up_callback');
      expect(gave).toMatchObject({ party: 'system', detail: { reason } });
      expect((await taskRow(o.id)).state).toBe('given_up');
    });
  }
});

describe('POST /api/callbacks/:id/attempts', () => {
  it('200: recorded, nothing moves', async () => {
    const o = await s.audited();
    const done = ok(await attempt(o.id, 'no_answer'));
    expect(done).toMatchObject({ orderId: o.id, state: 'pending_callback' });
    const { items } = ok(await get('followup', '/api/callbacks?queue=call&limit=100'));
    const item = items.find((i: any) => i.order.id === o.id);
    expect(item.attempts).toMatchObject([{ result: 'no_answer' }]);
  });
  it('three failed attempts on two days: the link goes out, once', async () => {
    const phone = '13800002222';
    const o = await s.audited({ phone });
    for (const [i, result] of ['no_answer', 'busy', 'switched_off'].entries()) {
      await w.moveTo(new Date(Date.parse(AT) + i * 660_000).toISOString());
      ok(await attempt(o.id, result));
    }
    // Three on one day are not enough.
    expect((await taskRow(o.id)).link_sent_at).toBeNull();
    // The next morning in Shanghai, when nobody's quiet hours hold the link.
    await w.moveTo('2026-09-22T00:00:01Z');
    ok(await attempt(o.id, 'no_answer'));
    await w.settle();
    expect((await taskRow(o.id)).link_sent_at).not.toBeNull();
    expect(links(phone)).toHaveLength(1);
    await w.moveTo('2026-09-22T00:11:00Z');
    ok(await attempt(o.id, 'no_answer'));
    await w.settle();
    expect(links(phone)).toHaveLength(1);
  });
  it('a second failed call within ten minutes is no second attempt; who answers always counts', async () => {
    const o = await s.audited();
    ok(await attempt(o.id, 'no_answer'));
    const again = await attempt(o.id, 'busy');
    refused(again, 429, 'attempt_too_soon');
    const { items } = ok(await get('followup', '/api/callbacks?queue=call&limit=100'));
    const item = items.find((i: any) => i.order.id === o.id);
    expect(item.attempts).toHaveLength(1);
    const next = Date.parse(item.nextAttemptAt);
    expect(next - Date.parse(item.attempts[0].at)).toBe(600_000);
    await w.moveTo(new Date(next - 60_000).toISOString());
    refused(await attempt(o.id, 'busy'), 429, 'attempt_too_soon');
    ok(await attempt(o.id, 'reached'));
    ok(await attempt(o.id, 'busy'));
    await w.moveTo(new Date(next + 660_000).toISOString());
    ok(await attempt(o.id, 'busy'));
  });
  it('two failed attempts on two days are not enough, nor do answered calls count', async () => {
    const o = await s.audited();
    ok(await attempt(o.id, 'no_answer'));
    ok(await attempt(o.id, 'reached'));
    await w.moveTo('2026-09-22T02:00:00Z');
    ok(await attempt(o.id, 'no_answer'));
    expect((await taskRow(o.id)).link_sent_at).toBeNull();
  });
  it('declined ends it: closed by what the unit said', async () => {
    const o = await s.audited({ solved: 'partly_solved' });
    expect(ok(await attempt(o.id, 'declined')).state).toBe('pending_close');
    await w.settle();
    expect(await seen(o.id)).toMatchObject({ state: 'closed', closingType: 'partly_solved' });
    refused(await attempt(o.id, 'no_answer'), 409, 'already_done');
  });
  it('401, 403, 404, 422', async () => {
    const o = await s.audited();
    const path = `/api/callbacks/${await s.taskOf(o.id)}/attempts`;
    refused(await post('', path, { result: 'busy' }), 401, 'not_signed_in');
    refused(await attempt(o.id, 'busy', 'supervisor'), 403, 'not_allowed');
    refused(await attempt(o.id, 'busy', 'operator'), 403, 'not_allowed');
    const nothing = `/api/callbacks/${newId()}/attempts`;
    refused(await post('followup', nothing, { result: 'busy' }), 404, 'not_found');
    wrongFields(await attempt(o.id, SECRET_WORDS), 'result');
  });
});

describe('a link that nobody uses', () => {
  it('expires after seven days: given up, closed as unreachable, never as solved', async () => {
    const o = await answered({ type: 'suggestion' });
    await w.moveTo('2026-09-28T02:20:00Z');
    await expireLinks(w.deps);
    expect(await stateOf(w, o.id)).toBe('pending_callback');
    await w.moveTo('2026-09-28T02:30:00Z');
    await expireLinks(w.deps);
    await w.settle();
    const now = await seen(o.id);
    expect(now).toMatchObject({ state: 'closed', closingType: 'unreachable' });
    expect(now.timeline.at(-2)).toMatchObject({ act: 'give_up_callback', detail: { reason: 'link_expired' } }); // prettier-ignore
    // Again: nothing is left to give up.
    const version = await versionOf(w, o.id);
    await expireLinks(w.deps);
    expect(await versionOf(w, o.id)).toBe(version);
  });
  it('cannot be used afterwards, swept or not', async () => {
    const o = await answered({ type: 'suggestion' });
    const token = await linkFor(o.id);
    await w.moveTo('2026-09-28T02:30:00Z');
    await expect(evaluateByLink(w.deps, token, rating('solved'))).rejects.toMatchObject({
      code: 'link_invalid',
    });
    await expireLinks(w.deps);
    await w.settle();
    await expect(evaluateByLink(w.deps, token, rating('solved'))).rejects.toMatchObject({
      code: 'link_invalid',
    });
  });
  it('sweeping twice at once gives up once', async () => {
    const o = await answered({ type: 'suggestion' });
    await w.moveTo('2026-09-29T02:30:00Z');
    await Promise.all([expireLinks(w.deps), expireLinks(w.deps), expireLinks(w.deps)]);
    await w.settle();
    const acts = (await seen(o.id)).timeline.map((t: any) => t.act);
    expect(acts.filter((a: string) => a === 'give_up_callback')).toHaveLength(1);
  });
  it('declining after the link ran out, but before it was swept, is no "unreachable"', async () => {
    const o = await s.audited();
    ok(await attempt(o.id, 'no_answer'));
    await w.moveTo('2026-09-21T03:00:00Z');
    ok(await attempt(o.id, 'no_answer'));
    await w.moveTo('2026-09-22T02:00:00Z');
    ok(await attempt(o.id, 'no_answer'));
    await w.moveTo('2026-09-29T02:00:01Z');
    ok(await attempt(o.id, 'declined'));
    await w.settle();
    expect((await seen(o.id)).closingType).toBe('solved');
  });
});

describe('POST /api/callbacks/:id/evaluation', () => {
  it('200: what was said stands, the call counts as an attempt, the order closes by it', async () => {
    const o = await s.audited();
    const body = { contacted: true, solved: 'partly_solved', satisfaction: 4, reasons: ['too_slow'], comment: '慢了点' }; // prettier-ignore
    expect(ok(await evaluate(o.id, body)).state).toBe('pending_close');
    const [e] = ok(await get('followup', `/api/orders/${o.id}/evaluations`));
    expect(e).toMatchObject({ ...body, round: 1, party: 'callback_agent', proposesRedo: false });
    const acts = (await seen(o.id)).timeline.map((t: any) => t.act);
    expect(acts.slice(-2)).toEqual(['record_attempt', 'evaluate']);
    await w.settle();
    expect((await seen(o.id)).closingType).toBe('partly_solved');
  });
  it('a question left open stays null; the comment is for the centre', async () => {
    const o = await s.audited();
    ok(await evaluate(o.id, { satisfaction: 3, comment: '只给中心' }));
    const of = async (login: string) => ok(await get(login, `/api/orders/${o.id}/evaluations`))[0];
    expect(await of('auditor')).toMatchObject({ contacted: null, solved: null, comment: '只给中心' }); // prettier-ignore
    expect((await of('water')).comment).toBe('');
    expect(JSON.stringify(await seen(o.id, 'water'))).not.toContain('只给中心');
  });
  it('once a round: not twice by the agent, by the link, nor one after the other, nor at once', async () => {
    const o = await s.audited();
    const token = await linkFor(o.id);
    const all = await Promise.allSettled([
      evaluate(o.id, GOOD).then((a) => (a.status === 200 ? a : Promise.reject(a))),
      evaluateByLink(w.deps, token, rating('not_solved', 1)),
      evaluateByLink(w.deps, token, rating('not_solved', 1)),
      evaluate(o.id, GOOD).then((a) => (a.status === 200 ? a : Promise.reject(a))),
    ]);
    expect(all.filter((a) => a.status === 'fulfilled')).toHaveLength(1);
    refused(await evaluate(o.id, GOOD), 409, 'already_done');
    await expect(evaluateByLink(w.deps, token, rating('solved'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(link_invalid|state_conflict|already_rated)$/),
    });
    expect(ok(await get('auditor', `/api/orders/${o.id}/evaluations`))).toHaveLength(1);
  });
  it('"not solved" waits for a supervisor instead of closing', async () => {
    const o = await s.audited();
    ok(await evaluate(o.id, { solved: 'not_solved', satisfaction: 1 }));
    await w.settle();
    expect(await seen(o.id)).toMatchObject({ state: 'pending_close', redoProposed: true });
    const { items } = ok(await get('supervisor', '/api/callbacks?queue=redo_proposed&limit=100'));
    expect(items.map((i: any) => i.order.id)).toContain(o.id);
  });
  it('401, 403, 404, 422', async () => {
    const o = await s.audited();
    const path = `/api/callbacks/${await s.taskOf(o.id)}/evaluation`;
    refused(await post('', path, GOOD), 401, 'not_signed_in');
    refused(await evaluate(o.id, GOOD, 'supervisor'), 403, 'not_allowed');
    refused(await post('followup', `/api/callbacks/${newId()}/evaluation`, GOOD), 404, 'not_found');
    wrongFields(await evaluate(o.id, {}), 'satisfaction');
    wrongFields(await evaluate(o.id, { comment: '只有话' }), 'satisfaction');
    wrongFields(await evaluate(o.id, { satisfaction: 6 }), 'satisfaction');
    wrongFields(await evaluate(o.id, { satisfaction: 0 }), 'satisfaction');
    wrongFields(await evaluate(o.id, { solved: SECRET_WORDS }), 'solved');
    const proposed = { ...GOOD, proposesRedo: true, party: 'citizen', round: 3 };
    ok(await evaluate(o.id, proposed));
    const [e] = ok(await get('auditor', `/api/orders/${o.id}/evaluations`));
    expect(e).toMatchObject({ proposesRedo: false, party: 'callback_agent', round: 1 });
  });
});

describe('a direct answer', () => {
  it('is rated by the citizen; who answered cannot record the rating', async () => {
    const o = await answered({ type: 'complaint' });
    await w.person({
      login: 'operator.callback',
      like: 'operator',
      grants: [{ role: 'callback_agent', unit: 'HOTLINE' }],
    });
    refused(await evaluate(o.id, GOOD, 'operator.callback'), 403, 'separation_of_duties');
    refused(await attempt(o.id, 'no_answer', 'operator.callback'), 403, 'separation_of_duties');
    await evaluateByLink(w.deps, await linkFor(o.id), rating('solved', 5));
    await w.settle();
    const now = await seen(o.id);
    expect(now).toMatchObject({ state: 'closed', closingType: 'answered' });
    const [e] = ok(await get('auditor', `/api/orders/${o.id}/evaluations`));
    expect(e).toMatchObject({ party: 'citizen', satisfaction: 5 });
  });
  it('is closed as explained when the citizen says it is not solved and no supervisor redoes it', async () => {
    const o = await answered({ type: 'suggestion' });
    await evaluateByLink(w.deps, await linkFor(o.id), rating('not_solved', 2));
    await w.settle();
    expect((await seen(o.id)).state).toBe('pending_close');
    // The citizen's word stands: only a supervisor declines the redo, with a reason, and not as solved.
    refused(await close(o.id, 'explained'), 403, 'not_allowed');
    const decline = async (closingType: string, reason: string) =>
      (await w.as('supervisor')).post(`/api/orders/${o.id}/close`, {
        version: await versionOf(w, o.id),
        closingType,
        reason,
      });
    wrongFields(await decline('solved', '已核实'), 'closingType');
    wrongFields(await decline('explained', ''), 'reason');
    ok(await decline('explained', '政策不允许，已当面说明'));
    expect((await seen(o.id)).closingType).toBe('explained');
  });
});

describe('a rating link', () => {
  it('is for its order and its round only, and for nobody without the token', async () => {
    const o = await s.audited();
    const token = await linkFor(o.id);
    ok(await redo(o.id));
    await expect(evaluateByLink(w.deps, token, rating('solved'))).rejects.toMatchObject({
      code: 'link_invalid',
    });
    await expect(evaluateByLink(w.deps, newToken(), rating('solved'))).rejects.toMatchObject({
      code: 'link_invalid',
    });
    const p = await s.audited();
    await expect(ratingTokenFor(w.deps, citizen(o.id), p.id)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('POST /api/orders/:id/redo', () => {
  it('200: a new round with the last lead and co-handlers, which may not return it', async () => {
    const o = await s.dispatched({ co: [ROOM] });
    s.must(await s.onAssignment('water', o.lead, 'sign'));
    s.must(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    s.must(await s.onAssignment('nantang.handler', o.co[0]!, 'submit_co_reply', { text: '好' }));
    const reply = { ...REPLY, contactMade: false };
    ok(await (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, reply));
    ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
    ok(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'] }));
    await w.settle();
    ok(await evaluate(o.id, { solved: 'not_solved' }));
    await w.settle();
    const done = ok(await redo(o.id));
    expect(done).toMatchObject({ state: 'dispatched', createdId: expect.any(String) });
    const now = await seen(o.id);
    expect(now).toMatchObject({ round: 2, noReturn: true, redoProposed: false, closingType: null });
    const fresh = now.assignments.filter((a: any) => a.round === 2);
    expect(fresh.map((a: any) => [a.kind, a.organization.code, a.state])).toEqual([
      ['lead', 'WATER', 'pending_sign'],
      ['co', ROOM, 'pending_sign'],
    ]);
    // The paper of the first round is over.
    const [old] = now.assignments.filter((a: any) => a.round === 1 && a.kind === 'lead');
    expect(old).toMatchObject({ state: 'accepted', allowed: [] });
  });
  it('200 from pending_callback, pending_close and closed; the open task of the old round ends', async () => {
    const a = await s.audited();
    ok(await redo(a.id));
    expect((await taskRow(a.id)).state).toBe('done');
    const b = await s.evaluated();
    ok(await redo(b.id, { leadId: await w.unit('ZHZF'), coIds: [] }));
    const now = await seen(b.id);
    expect(now.lead.code).toBe('ZHZF');
    const c = await s.evaluated();
    await w.settle();
    ok(await redo(c.id));
    expect(await seen(c.id)).toMatchObject({ state: 'dispatched', closedAt: null });
  });
  it('at most twice', async () => {
    const o = await s.audited();
    for (const round of [2, 3]) {
      ok(await redo(o.id));
      const lead = (await seen(o.id)).assignments.find((a: any) => a.round === round).id;
      s.must(await s.onAssignment('water', lead, 'sign'));
      const reply = { ...REPLY, contactMade: false };
      ok(await (await w.as('water.handler')).put(`/api/assignments/${lead}/reply`, reply));
      ok(await s.onAssignment('water.leader', lead, 'submit_reply'));
      ok(await s.act('auditor', o.id, 'audit_pass', { checklist: ['finding'] }));
      await w.settle();
      expect((await taskRow(o.id)).round).toBe(round);
    }
    ok(await evaluate(o.id, { solved: 'not_solved' }));
    // The third time nobody proposes what is not possible any more.
    expect((await seen(o.id)).redoProposed).toBe(false);
    refused(await redo(o.id), 409, 'redo_limit');
    await w.settle();
    expect(await seen(o.id)).toMatchObject({ state: 'closed', closingType: 'explained' });
    refused(await redo(o.id), 409, 'redo_limit');
  });
  it('within thirty days of closing', async () => {
    const [o, p] = [await s.evaluated(), await s.evaluated()];
    await w.settle();
    const closedAt = new Date((await seen(o.id)).closedAt).getTime();
    await w.moveTo(new Date(closedAt + 30 * 86_400_000 - 60_000));
    ok(await redo(o.id));
    await w.moveTo(new Date(closedAt + 30 * 86_400_000 + 60_000));
    refused(await redo(p.id), 409, 'window_over');
  });
  it('a direct answer has no unit to go back to: the lead must be named', async () => {
    const o = await answered({ type: 'complaint' });
    wrongFields(await redo(o.id), 'leadId');
    const leadId = await w.unit('WATER');
    wrongFields(await redo(o.id, { leadId }), 'categoryCode');
    ok(await redo(o.id, { leadId, categoryCode: '0301' }));
    expect(await seen(o.id)).toMatchObject({
      state: 'dispatched',
      direct: false,
      round: 2,
      urgency: 'U4',
      category: { code: '0301' },
    });
  });
  it('what was rejected or withdrawn has another way back', async () => {
    const o = await s.accepted();
    ok(await s.act('dispatcher', o.id, 'reject', { ground: 'N04', wordsTold: 'a', guidance: 'b' }));
    const a = await redo(o.id, { leadId: await w.unit('WATER') });
    refused(a, 409, 'state_conflict');
  });
  it('fields beside the input have no effect', async () => {
    const o = await s.audited();
    ok(await redo(o.id, { round: 9, state: 'archived', noReturn: false, closingType: 'solved' }));
    expect(await seen(o.id)).toMatchObject({ round: 2, noReturn: true, state: 'dispatched' });
  });
  it('401, 403, 404, 409, 422', async () => {
    const o = await s.audited();
    refused(await redo(o.id, {}, ''), 401, 'not_signed_in');
    refused(await redo(o.id, {}, 'followup'), 403, 'not_allowed');
    refused(await redo(o.id, {}, 'zhzf.leader'), 404, 'not_found');
    const path = `/api/orders/${newId()}/redo`;
    refused(await post('supervisor', path, { version: 1, reason: 'x' }), 404, 'not_found');
    conflict(await redo(o.id, { version: 1 }), 'version_conflict', { state: 'pending_callback' });
    const p = await s.signed();
    conflict(await redo(p.id), 'state_conflict', { state: 'in_progress' });
    wrongFields(await redo(o.id, { reason: ' ', leadId: SECRET_WORDS }), 'reason', 'leadId');
    const a = await redo(o.id, { leadId: newId() });
    expect([a.status, a.body.code]).toEqual([422, 'unit_unknown']);
    expect(await seen(o.id)).toMatchObject({ round: 1, state: 'pending_callback' });
  });
});

describe('POST /api/orders/:id/close', () => {
  it('200: with the type of what the follow-up found', async () => {
    for (const type of [
      'answered',
      'solved',
      'partly_solved',
      'explained',
      'unreasonable',
      'unreachable',
    ]) {
      // prettier-ignore
      const o = await s.evaluated({ rating: { satisfaction: 4 } });
      ok(await close(o.id, type));
      expect(await seen(o.id)).toMatchObject({ state: 'closed', closingType: type });
    }
  });
  it('refuses types that only another act may give: each has its own conditions', async () => {
    const got: string[] = [];
    for (const type of [
      'rejected',
      'withdrawn',
      'merged',
      'transferred',
      'insufficient',
      'no_substance',
    ]) {
      // prettier-ignore
      const o = await s.evaluated();
      const a = await close(o.id, type);
      if (a.status !== 422) got.push(`${type}: ${a.status}`);
    }
    expect(got).toEqual([]);
  });
  it('401, 403, 404, 409, 422', async () => {
    const o = await s.evaluated();
    refused(await close(o.id, 'solved', ''), 401, 'not_signed_in');
    refused(await close(o.id, 'solved', 'operator'), 403, 'not_allowed');
    refused(await close(o.id, 'solved', 'zhzf'), 404, 'not_found');
    wrongFields(await close(o.id, SECRET_WORDS), 'closingType');
    const old = await post('followup', `/api/orders/${o.id}/close`, { version: 1, closingType: 'solved' }); // prettier-ignore
    conflict(old, 'version_conflict', { state: 'pending_close' });
    ok(await close(o.id, 'solved'));
    conflict(await close(o.id, 'solved'), 'state_conflict', { state: 'closed' });
    const early = await s.audited();
    conflict(await close(early.id, 'solved'), 'state_conflict', { state: 'pending_callback' });
  });
});

describe('GET /api/callbacks', () => {
  it('counts are those of the lists; pages without repetition', async () => {
    const counts = ok(await get('followup', '/api/callbacks/counts'));
    for (const queue of ['call', 'link', 'done', 'redo_proposed']) {
      const ids: string[] = [];
      let cursor = '';
      do {
        const path = `/api/callbacks?queue=${queue}&limit=5${cursor && `&cursor=${cursor}`}`;
        const page = ok(await get('followup', path));
        ids.push(...page.items.map((i: any) => i.id));
        cursor = page.nextCursor ?? '';
      } while (cursor);
      expect(new Set(ids).size).toBe(ids.length);
      expect([queue, ids.length]).toEqual([queue, counts[queue]]);
    }
  });
});
