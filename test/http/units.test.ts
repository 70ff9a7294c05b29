/** The units' routes: signing, contact, progress, replies; a describe per act, a case per status. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { REPLY, createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';
import { SECRET_WORDS, conflict, ok, refused, wrongFields } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const ROOM = 'TOWN_QINGYU_1_ROOM';
const raw = async (login: string, id: string, act: string, input: unknown, version: unknown) =>
  (login ? await w.as(login) : w.anonymous).post(`/api/assignments/${id}/acts`, {
    act,
    version,
    input,
  });
const draft = async (login: string, id: string, body: unknown = REPLY) =>
  (login ? await w.as(login) : w.anonymous).put(`/api/assignments/${id}/reply`, body);
const seen = async (id: string, login = 'water') =>
  ok(await (await w.as(login)).get(`/api/orders/${id}`));
const assignment = (id: string) =>
  w.db.selectFrom('assignment').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const CONTACT = { method: 'phone', reached: true, content: '已致电说明。' };

describe('POST /api/assignments/:id/acts', () => {
  it('422: acts that are unknown, not built, or of the order', async () => {
    const o = await s.dispatched();
    for (const act of [
      '',
      'explode',
      'request_return',
      'grant_return',
      'request_extension',
      'sub_dispatch',
      'effect_cancel',
      'effect_audit_passes',
      'dispatch',
      'draft_reply',
      'constructor',
    ])
      // prettier-ignore
      refused(await raw('water', o.lead, act, {}, 3), 422, 'invalid_input');
    expect(await assignment(o.lead)).toMatchObject({ state: 'pending_sign', version: 1 });
  });
  it('the id of an order is no assignment, and garbage is 404', async () => {
    const o = await s.dispatched();
    for (const id of [o.id, newId(), 'x', '../orders', '%00', SECRET_WORDS])
      refused(await raw('water', encodeURIComponent(id), 'sign', {}, 3), 404, 'not_found');
  });
});

describe('act sign', () => {
  it('200 by a named person: the lead moves the order, who and when are kept', async () => {
    const o = await s.dispatched();
    expect(ok(await s.onAssignment('water', o.lead, 'sign'))).toEqual({
      orderId: o.id,
      state: 'in_progress',
      version: 4,
    });
    const [a] = (await seen(o.id)).assignments;
    expect(a).toMatchObject({ state: 'signed', signedByName: '周海' });
    expect(new Date(a.signedAt).getTime()).toBeGreaterThan(0);
    const act = await w.db
      .selectFrom('act')
      .selectAll()
      .where('order_id', '=', o.id)
      .where('act', '=', 'sign')
      .executeTakeFirstOrThrow();
    expect(act).toMatchObject({
      party: 'unit_receiver',
      hand: 'handled',
      assignment_id: o.lead,
      actor_id: (await w.as('water')).actor.userId,
      organization_id: await w.unit('WATER'),
    });
  });
  it('a co-handler signs without moving the order; a command room signs for its street', async () => {
    const o = await s.dispatched({ co: [ROOM] });
    const done = ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    expect(done.state).toBe('dispatched');
    expect((await assignment(o.co[0]!)).state).toBe('signed');
  });
  it('fields beside the input have no effect', async () => {
    const o = await s.dispatched();
    const input = { state: 'accepted', signed_by: newId(), signedBy: newId(), round: 3, waived: true }; // prettier-ignore
    ok(
      await (
        await w.as('water')
      ).post(`/api/assignments/${o.lead}/acts`, {
        act: 'sign',
        version: 3,
        input,
        ...input,
        actor: newId(),
      }),
    );
    expect(await assignment(o.lead)).toMatchObject({
      state: 'signed',
      round: 1,
      waived: false,
      signed_by: (await w.as('water')).actor.userId,
    });
  });
  it('401, 403, 404', async () => {
    const o = await s.dispatched({ co: [ROOM] });
    refused(await raw('', o.lead, 'sign', {}, 3), 401, 'not_signed_in');
    refused(await s.onAssignment('water.handler', o.lead, 'sign'), 403, 'not_allowed');
    refused(await s.onAssignment('dispatcher', o.lead, 'sign'), 403, 'not_allowed');
    // On the same order, but another unit's paper.
    refused(await s.onAssignment('water', o.co[0]!, 'sign'), 403, 'not_allowed');
    refused(await s.onAssignment('zhzf', o.lead, 'sign'), 404, 'not_found');
  });
  it('409: an old version, twice, and after withdrawal; allowed says what is left', async () => {
    const o = await s.dispatched();
    conflict(await raw('water', o.lead, 'sign', {}, 2), 'version_conflict', {
      state: 'dispatched',
      version: 3,
      allowed: ['note'],
    });
    ok(await s.onAssignment('water', o.lead, 'sign'));
    conflict(await s.onAssignment('water', o.lead, 'sign'), 'state_conflict', {
      state: 'in_progress',
      version: 4,
    });
    const p = await s.dispatched();
    ok(await s.act('operator', p.id, 'withdraw', { wish: 'x', identifiedBy: 'order_details' }));
    conflict(await s.onAssignment('water', p.lead, 'sign'), 'state_conflict', { state: 'closed' });
  });
  it('two receivers at once: one signs', async () => {
    const o = await s.dispatched();
    await w.person({ login: 'water2', grants: [{ role: 'unit_receiver', unit: 'WATER' }] });
    const both = await Promise.all(['water', 'water2'].map((l) => raw(l, o.lead, 'sign', {}, 3)));
    expect(both.map((a) => a.status).sort()).toEqual([200, 409]);
  });
});

describe('act first_contact', () => {
  it('200: a contact that reached somebody stops the clock, once', async () => {
    const o = await s.signed();
    const call = (reached: boolean) =>
      s.onAssignment('water.handler', o.lead, 'first_contact', { ...CONTACT, reached });
    ok(await call(false));
    expect((await assignment(o.lead)).first_contact_at).toBeNull();
    ok(await call(true));
    const first = (await assignment(o.lead)).first_contact_at;
    expect(first).not.toBeNull();
    ok(await call(true));
    expect((await assignment(o.lead)).first_contact_at).toEqual(first);
    expect(await stateOf(w, o.id)).toBe('in_progress');
  });
  it('403, 409 before signing, 422', async () => {
    const o = await s.dispatched();
    const first = (login: string, input: unknown) =>
      s.onAssignment(login, o.lead, 'first_contact', input);
    refused(await first('water', CONTACT), 403, 'not_allowed');
    refused(await first('zhzf.handler', CONTACT), 404, 'not_found');
    conflict(await first('water.handler', CONTACT), 'state_conflict', { state: 'dispatched' });
    wrongFields(
      await first('water.handler', { method: SECRET_WORDS, reached: 'yes', content: '' }),
      'input.method',
      'input.reached',
      'input.content',
    );
  });
});

describe('act progress', () => {
  it('200: read by whom it was written for', async () => {
    const o = await s.signed();
    for (const visibility of ['public', 'staff', 'unit'])
      ok(await s.onAssignment('water.handler', o.lead, 'progress', { text: visibility, visibility })); // prettier-ignore
    const words = async (login: string) =>
      (await seen(o.id, login)).timeline.flatMap((t: any) => t.texts.map((x: any) => x.body));
    expect(await words('water')).toEqual(expect.arrayContaining(['public', 'staff', 'unit']));
    expect(await words('operator')).not.toContain('unit');
  });
  it('403, 409, 422', async () => {
    const o = await s.replied();
    const go = (login: string, input: unknown) => s.onAssignment(login, o.lead, 'progress', input);
    refused(await go('water', { text: 'x' }), 403, 'not_allowed');
    conflict(await go('water.handler', { text: 'x' }), 'state_conflict', {
      state: 'pending_audit',
    });
    wrongFields(await go('water.handler', { visibility: 'center' }), 'input.text', 'input.visibility'); // prettier-ignore
  });
});

describe('act submit_co_reply', () => {
  it('200 for a co-handler, with the text as its reply', async () => {
    const o = await s.signed({ co: [ROOM] });
    ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    ok(await s.onAssignment('nantang.handler', o.co[0]!, 'submit_co_reply', { text: '已疏导。' }));
    expect((await assignment(o.co[0]!)).state).toBe('submitted');
    const co = (await seen(o.id)).assignments.find((a: any) => a.kind === 'co');
    expect(co.replies).toMatchObject([{ kind: 'co', state: 'submitted', finding: '已疏导。' }]);
    const again = s.onAssignment('nantang.handler', o.co[0]!, 'submit_co_reply', { text: 'x' });
    conflict(await again, 'state_conflict', { state: 'in_progress' });
  });
  it('403, 409 for the lead and before signing, 422', async () => {
    const o = await s.signed({ co: [ROOM] });
    const co = (login: string, id: string, input: unknown = { text: 'x' }) =>
      s.onAssignment(login, id, 'submit_co_reply', input);
    refused(await co('nantang', o.co[0]!), 403, 'not_allowed');
    conflict(await co('water.handler', o.lead), 'state_conflict', { state: 'in_progress' });
    conflict(await co('nantang.handler', o.co[0]!), 'state_conflict', { state: 'in_progress' });
    wrongFields(await co('nantang.handler', o.co[0]!, { text: ' ' }), 'input.text');
  });
});

describe('PUT /api/assignments/:id/reply', () => {
  it('200: nothing moves; written again it is the same draft', async () => {
    const o = await s.signed();
    const before = await versionOf(w, o.id);
    const a = ok(await draft('water.handler', o.lead));
    const changed = { ...REPLY, finding: '改过' };
    refused(await draft('water.leader', o.lead, changed), 409, 'version_conflict');
    const b = ok(await draft('water.leader', o.lead, { ...changed, replyVersion: a.version }));
    expect([a.version, b.version]).toEqual([1, 2]);
    expect(b.replyId).toBe(a.replyId);
    expect(await versionOf(w, o.id)).toBe(before);
    const [{ replies, state }] = (await seen(o.id)).assignments;
    expect(state).toBe('signed');
    expect(replies).toMatchObject([{ state: 'draft', finding: '改过', submittedAt: null }]);
  });
  it('fields beside the reply have no effect', async () => {
    const o = await s.signed();
    const extra = { id: newId(), state: 'accepted', kind: 'direct', round: 3, author_id: newId(), countersignedBy: newId() }; // prettier-ignore
    const { replyId } = ok(await draft('water.handler', o.lead, { ...REPLY, ...extra }));
    const row = await w.db
      .selectFrom('reply')
      .selectAll()
      .where('id', '=', replyId)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'draft', kind: 'lead', round: 1, countersigned_by: null });
    expect(row.author_id).toBe((await w.as('water.handler')).actor.userId);
  });
  it('401, 403, 404, 409, 422', async () => {
    const o = await s.signed({ co: [ROOM] });
    refused(await draft('', o.lead), 401, 'not_signed_in');
    refused(await draft('water', o.lead), 403, 'not_allowed');
    refused(await draft('auditor', o.lead), 403, 'not_allowed');
    refused(await draft('zhzf.handler', o.lead), 404, 'not_found');
    refused(await draft('water.handler', newId()), 404, 'not_found');
    ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    conflict(await draft('nantang.handler', o.co[0]!), 'state_conflict', { state: 'in_progress' });
    wrongFields(
      await draft('water.handler', o.lead, { truth: SECRET_WORDS, solved: 1, finding: '' }),
      'truth',
      'finding',
      'measures',
      'solved',
      'contactMade',
      'publicVersion',
    );
    const p = await s.dispatched();
    conflict(await draft('water.handler', p.lead), 'state_conflict', { state: 'dispatched' });
    const q = await s.replied();
    conflict(await draft('water.handler', q.lead), 'state_conflict', { state: 'pending_audit' });
  });
});

const inboxItem = async (login: string, id: string) => {
  const { items } = ok(await (await w.as(login)).get('/api/inbox?limit=100'));
  return items.find((i: any) => i.assignment.id === id)?.assignment;
};
const noticesOf = async (login: string, orderId: string): Promise<string[]> => {
  const { items } = ok(await (await w.as(login)).get('/api/notifications?limit=100'));
  return items.filter((i: any) => i.orderId === orderId).map((i: any) => i.kind);
};

describe('POST /api/assignments/:id/reply/send-back', () => {
  const sendBack = async (login: string, id: string, body: object = {}) =>
    (login ? await w.as(login) : w.anonymous).post(`/api/assignments/${id}/reply/send-back`, {
      replyVersion: 1,
      reason: '写明哪天修好。',
      ...body,
    });
  it('200: a note inside the unit; nothing moves, the handler hears of it, a new draft clears it', async () => {
    const o = await s.drafted();
    const before = await assignment(o.lead);
    expect(ok(await sendBack('water.leader', o.lead)).state).toBe('in_progress');
    expect(await assignment(o.lead)).toEqual(before);
    const note = (await seen(o.id, 'water.handler')).timeline.at(-1);
    const replyId = (await seen(o.id, 'water.handler')).assignments[0].replies[0].id;
    expect(note).toMatchObject({
      act: 'note',
      detail: { visibility: 'unit', replyId, replyVersion: 1 },
      texts: [{ kind: 'note', visibility: 'unit', body: '写明哪天修好。' }],
    });
    expect((await seen(o.id, 'dispatcher')).timeline.at(-1).texts).toEqual([]);
    expect(await inboxItem('water.handler', o.lead)).toMatchObject({
      returned: 'leader',
      replyDrafted: false,
    });
    await w.settle();
    expect(await noticesOf('water.handler', o.id)).toContain('draft_returned');
    expect(await noticesOf('water', o.id)).not.toContain('draft_returned');
    ok(await draft('water.handler', o.lead, { ...REPLY, replyVersion: 1 }));
    expect(await inboxItem('water.handler', o.lead)).toMatchObject({
      returned: null,
      replyDrafted: true,
    });
    expect(
      ok(await s.onAssignment('water.leader', o.lead, 'submit_reply', { replyVersion: 2 })).state,
    ).toBe('pending_audit');
  });
  it('401, 403, 404, 409, 422', async () => {
    const o = await s.drafted();
    refused(await sendBack('', o.lead), 401, 'not_signed_in');
    refused(await sendBack('water.handler', o.lead), 403, 'not_allowed');
    refused(await sendBack('auditor', o.lead), 403, 'not_allowed');
    refused(await sendBack('zhzf.leader', o.lead), 404, 'not_found');
    refused(await sendBack('water.leader', newId()), 404, 'not_found');
    refused(await sendBack('water.leader', o.lead, { replyVersion: 2 }), 409, 'version_conflict');
    wrongFields(await sendBack('water.leader', o.lead, { reason: ' ' }), 'reason');
    const p = await s.signed();
    refused(await sendBack('water.leader', p.lead), 409, 'reply_missing');
    const q = await s.replied();
    conflict(await sendBack('water.leader', q.lead), 'state_conflict', { state: 'pending_audit' });
  });
});

describe('a reply that the audit returned', () => {
  it('is marked in the inbox and told to who writes it, until it is written again', async () => {
    const o = await s.replied();
    ok(await s.act('auditor', o.id, 'audit_fail', { missing: ['basis'], findings: '缺依据。' }));
    await w.settle();
    expect(await inboxItem('water.handler', o.lead)).toMatchObject({
      returned: 'audit',
      replyDrafted: false,
      reachable: true,
    });
    for (const login of ['water.handler', 'water.leader'])
      expect(await noticesOf(login, o.id)).toContain('audit_returned');
    ok(await draft('water.handler', o.lead));
    expect(await inboxItem('water.handler', o.lead)).toMatchObject({
      returned: null,
      replyDrafted: true,
    });
  });
});

describe('act submit_reply', () => {
  it('200: the leader countersigns, the order goes to audit', async () => {
    const o = await s.drafted();
    expect(ok(await s.onAssignment('water.leader', o.lead, 'submit_reply')).state).toBe(
      'pending_audit',
    );
    const [a] = (await seen(o.id)).assignments;
    expect(a).toMatchObject({ state: 'submitted' });
    expect(a.replies).toMatchObject([
      { state: 'submitted', authorName: '郑波', countersignedByName: '孙涛' },
    ]);
  });
  it('403 for the handler: who wrote it does not countersign it', async () => {
    const o = await s.drafted();
    refused(await s.onAssignment('water.handler', o.lead, 'submit_reply'), 403, 'not_allowed');
    refused(await s.onAssignment('zhzf.leader', o.lead, 'submit_reply'), 404, 'not_found');
  });
  it('409: without a draft; claiming a contact that is not on record', async () => {
    const o = await s.signed();
    const submit = () => s.onAssignment('water.leader', o.lead, 'submit_reply');
    refused(await submit(), 409, 'reply_missing');
    ok(await draft('water.handler', o.lead, { ...REPLY, contactMade: true }));
    refused(await submit(), 409, 'first_contact_missing');
    const missed = { ...CONTACT, reached: false };
    ok(await s.onAssignment('water.handler', o.lead, 'first_contact', missed));
    refused(await submit(), 409, 'first_contact_missing');
    ok(await draft('water.handler', o.lead, { ...REPLY, contactMade: false, replyVersion: 1 }));
    // The leader countersigns what was read, not what somebody wrote since.
    const stale = await s.onAssignment('water.leader', o.lead, 'submit_reply', { replyVersion: 1 });
    refused(stale, 409, 'version_conflict');
    ok(await submit());
  });
  it('409 while a co-handler is open, unless a reason is given; the waiver is kept', async () => {
    const o = await s.drafted({ co: [ROOM, 'GAJ'] });
    const submit = (waiverReason?: string) =>
      s.onAssignment('water.leader', o.lead, 'submit_reply', { waiverReason });
    const a = refused(await submit(), 409, 'co_replies_open');
    expect([...a.body.assignmentIds].sort()).toEqual([...o.co].sort());
    refused(await submit('  '), 409, 'co_replies_open');
    ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    ok(await s.onAssignment('nantang.handler', o.co[0]!, 'submit_co_reply', { text: '好' }));
    const b = refused(await submit(), 409, 'co_replies_open');
    expect(b.body.assignmentIds).toEqual([o.co[1]]);
    ok(await submit('公安只需知晓'));
    expect((await assignment(o.co[0]!)).waived).toBe(false);
    expect((await assignment(o.co[1]!)).waived).toBe(true);
    const last = (await seen(o.id)).timeline.at(-1);
    expect(last.detail).toMatchObject({ waived: [o.co[1]] });
    expect(last.texts).toMatchObject([{ kind: 'waiver', body: '公安只需知晓' }]);
  });
  it('409 for a co-handler: it has no final reply', async () => {
    const o = await s.signed({ co: [ROOM] });
    ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    conflict(await s.onAssignment('nantang.leader', o.co[0]!, 'submit_reply'), 'state_conflict', {
      state: 'in_progress',
    });
  });
});
