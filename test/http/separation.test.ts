/**
 * Receiving ≠ handling ≠ judging, for persons, not for accounts: one human being with several
 * accounts tries every combination over the API, and then directly in SQL, past the API.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import type { Role } from '../../src/kernel/words.ts';
import { sqlState } from '../../src/platform/db.ts';
import { REPLY, createWorld, stateOf, steps, versionOf } from '../world.ts';
import type { World } from '../world.ts';
import { ok, refused } from './answers.ts';

let w: World;
let s: ReturnType<typeof steps>;

/** Every account of the one person who plays all parts: login → role and unit. */
const PARTS: Record<string, [Role, string]> = {
  'p.operator': ['operator', 'HOTLINE'],
  'p.dispatcher': ['dispatcher', 'HOTLINE'],
  'p.auditor': ['auditor', 'HOTLINE'],
  'p.callback': ['callback_agent', 'HOTLINE'],
  'p.supervisor': ['supervisor', 'HOTLINE'],
  'p.receiver': ['unit_receiver', 'WATER'],
  'p.handler': ['handler', 'WATER'],
  'p.leader': ['unit_leader', 'WATER'],
};

beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
  let like: string | undefined;
  for (const [login, [role, unit]] of Object.entries(PARTS)) {
    await w.person({ login, grants: [{ role, unit }], ...(like && { like }) });
    like ??= login;
  }
});
afterAll(() => w.close());

const post = async (login: string, path: string, body: unknown) =>
  (await w.as(login)).post(path, body);
const versioned = async (id: string, rest: object) => ({
  version: await versionOf(w, id),
  ...rest,
});

type Made = { id: string; lead: string };
const ACCEPT = { type: 'help', categoryCode: '0301', urgency: 'U2' };
const CONTACT = { method: 'phone', reached: true, content: '已致电。' };
const PASS = { checklist: ['finding'] };
const GOOD = { satisfaction: 5 };

/** What the person may try, in which part. */
const tries = {
  sign: (o: Made) => s.onAssignment('p.receiver', o.lead, 'sign'),
  first_contact: (o: Made) => s.onAssignment('p.handler', o.lead, 'first_contact', CONTACT),
  progress: (o: Made) => s.onAssignment('p.handler', o.lead, 'progress', { text: '抢修中' }),
  draft: async (o: Made) =>
    (await w.as('p.handler')).put(`/api/assignments/${o.lead}/reply`, REPLY),
  submit: (o: Made) => s.onAssignment('p.leader', o.lead, 'submit_reply'),
  audit_pass: (o: Made) => s.act('p.auditor', o.id, 'audit_pass', PASS),
  audit_fail: (o: Made) =>
    s.act('p.auditor', o.id, 'audit_fail', { missing: ['basis'], findings: '缺' }),
  attempt: async (o: Made) =>
    post('p.callback', `/api/callbacks/${await s.taskOf(o.id)}/attempts`, { result: 'no_answer' }),
  evaluate: async (o: Made) =>
    post('p.callback', `/api/callbacks/${await s.taskOf(o.id)}/evaluation`, GOOD),
  close: async (o: Made) =>
    post(
      'p.callback',
      `/api/orders/${o.id}/close`,
      await versioned(o.id, { closingType: 'solved' }),
    ),
  redo: async (o: Made) =>
    post('p.supervisor', `/api/orders/${o.id}/redo`, await versioned(o.id, { reason: '未修好' })),
  urge: (o: Made) => post('p.supervisor', `/api/orders/${o.id}/urges`, {}),
  urgeAsOperator: (o: Made) => post('p.operator', `/api/orders/${o.id}/urges`, {}),
  withdraw: (o: Made) =>
    s.act('p.operator', o.id, 'withdraw', { wish: '不要了', identifiedBy: 'caller_number' }),
};
type Try = keyof typeof tries;

/** Registers as this login, then the usual road to a signed order. */
async function roadBy(by: { operator?: string; dispatcher?: string; receiver?: string }) {
  const o = await s.register({}, by.operator ?? 'operator');
  ok(await s.act(by.operator ?? 'operator', o.id, 'accept', ACCEPT));
  const leadId = await w.unit('WATER');
  ok(await s.act(by.dispatcher ?? 'dispatcher', o.id, 'dispatch', { leadId }));
  const { id: lead } = await w.db
    .selectFrom('assignment')
    .select('id')
    .where('order_id', '=', o.id)
    .executeTakeFirstOrThrow();
  if (by.receiver) ok(await s.onAssignment(by.receiver, lead, 'sign'));
  return { ...o, lead };
}

/** Finishes the unit's work by others. */
async function finish(o: Made, upTo: 'replied' | 'audited' | 'evaluated') {
  ok(await (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, { ...REPLY, contactMade: false })); // prettier-ignore
  ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
  if (upTo === 'replied') return;
  ok(await s.act('auditor', o.id, 'audit_pass', PASS));
  await w.settle();
  if (upTo === 'audited') return;
  ok(await post('followup', `/api/callbacks/${await s.taskOf(o.id)}/evaluation`, GOOD));
}

/** Tries all these parts; each must be refused for the same reason and change nothing. */
async function allRefused(o: Made, names: Try[]) {
  const before = [await stateOf(w, o.id), await versionOf(w, o.id)];
  for (const name of names) {
    const a = await tries[name](o);
    expect([name, a.status, a.body.code]).toEqual([name, 403, 'separation_of_duties']);
    refused(a, 403, 'separation_of_duties');
  }
  expect([await stateOf(w, o.id), await versionOf(w, o.id)]).toEqual(before);
}

describe('who received does not handle', () => {
  it('registered by phone, then signs', async () => {
    const o = await s.register({}, 'p.operator');
    ok(await s.act('operator', o.id, 'accept', ACCEPT));
    ok(await s.act('dispatcher', o.id, 'dispatch', { leadId: await w.unit('WATER') }));
    const { id: lead } = await w.db.selectFrom('assignment').select('id').where('order_id', '=', o.id).executeTakeFirstOrThrow(); // prettier-ignore
    await allRefused({ id: o.id, lead }, ['sign']);
  });
  it('accepted, then makes contact, reports progress, drafts, countersigns', async () => {
    const o = await roadBy({ operator: 'p.operator', receiver: 'water' });
    await allRefused(o, ['first_contact', 'progress', 'draft']);
    ok(await (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, { ...REPLY, contactMade: false })); // prettier-ignore
    await allRefused(o, ['submit']);
  });
  it('dispatched, then signs', async () => {
    await allRefused(await roadBy({ dispatcher: 'p.dispatcher' }), ['sign']);
  });
  it('buttons that would be refused are not offered', async () => {
    const o = await roadBy({ operator: 'p.operator' });
    const { assignments } = ok(await (await w.as('p.receiver')).get(`/api/orders/${o.id}`));
    expect(assignments[0].allowed).toEqual([]);
  });
});

describe('who handled neither judges, supervises nor receives', () => {
  it('signed, then urges, or withdraws for the caller', async () => {
    const o = await roadBy({ receiver: 'p.receiver' });
    await allRefused(o, ['urge', 'urgeAsOperator', 'withdraw']);
  });
  it('signed, then audits, calls back, records the rating, redoes, closes', async () => {
    const o = await roadBy({ receiver: 'p.receiver' });
    await finish(o, 'replied');
    await allRefused(o, ['audit_pass', 'audit_fail']);
    ok(await s.act('auditor', o.id, 'audit_pass', PASS));
    await w.settle();
    await allRefused(o, ['attempt', 'evaluate', 'redo']);
    ok(await post('followup', `/api/callbacks/${await s.taskOf(o.id)}/evaluation`, GOOD));
    await allRefused(o, ['close', 'redo']);
  });
  it('countersigned, then audits', async () => {
    const o = await s.drafted();
    ok(await tries.submit(o));
    await allRefused(o, ['audit_pass', 'audit_fail']);
  });
  it('drafted a reply, which is no act, then audits', async () => {
    const o = await s.signed();
    ok(await (await w.as('p.handler')).put(`/api/assignments/${o.lead}/reply`, { ...REPLY, contactMade: false })); // prettier-ignore
    await allRefused(o, ['urge']);
    ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
    await allRefused(o, ['audit_pass', 'audit_fail']);
  });
  it('drafted a reply that a colleague wrote over, then audits', async () => {
    const o = await s.signed();
    const reply = { ...REPLY, contactMade: false };
    ok(await (await w.as('p.handler')).put(`/api/assignments/${o.lead}/reply`, reply));
    const over = { ...reply, replyVersion: 1 };
    ok(await (await w.as('water.handler')).put(`/api/assignments/${o.lead}/reply`, over));
    ok(await s.onAssignment('water.leader', o.lead, 'submit_reply'));
    await allRefused(o, ['audit_pass']);
  });
  it('co-replied, then audits', async () => {
    const ROOM = 'TOWN_QINGYU_1_ROOM';
    await w.person({
      login: 'p.room',
      like: 'p.operator',
      grants: [{ role: 'handler', unit: ROOM }],
    });
    const o = await s.signed({ co: [ROOM] });
    ok(await s.onAssignment('nantang', o.co[0]!, 'sign'));
    ok(await s.onAssignment('p.room', o.co[0]!, 'submit_co_reply', { text: '好' }));
    await finish(o, 'replied');
    await allRefused(o, ['audit_pass']);
  });
});

describe('who answered directly does not judge the answer', () => {
  it('answered, then calls back and records the rating', async () => {
    const o = await s.register({ type: 'complaint' }, 'operator2');
    const input = { type: 'complaint', answer: '按规定办理。' };
    ok(await s.act('p.operator', o.id, 'direct_answer', input));
    await w.settle();
    await allRefused({ ...o, lead: '' }, ['attempt', 'evaluate']);
  });
  it('answered, then handles the redo', async () => {
    const o = await s.register({ type: 'complaint' }, 'operator2');
    const input = { type: 'complaint', answer: '按规定办理。' };
    ok(await s.act('p.operator', o.id, 'direct_answer', input));
    const body = await versioned(o.id, {
      reason: '不对',
      leadId: await w.unit('WATER'),
      categoryCode: '0301',
    });
    const { createdId } = ok(await post('supervisor', `/api/orders/${o.id}/redo`, body));
    await allRefused({ id: o.id, lead: createdId }, ['sign']);
  });
});

describe('who judged or supervised does not handle afterwards', () => {
  const again = async (o: Made): Promise<Made> => {
    const body = await versioned(o.id, { reason: '未修好' });
    const { createdId } = ok(await post('supervisor', `/api/orders/${o.id}/redo`, body));
    return { id: o.id, lead: createdId };
  };
  it('audited, then signs in the next round', async () => {
    const o = await s.replied();
    ok(await tries.audit_pass(o));
    await allRefused(await again(o), ['sign']);
  });
  it('recorded a call, then signs in the next round', async () => {
    const o = await s.audited();
    ok(await tries.attempt(o));
    await allRefused(await again(o), ['sign']);
  });
  it('urged, then signs', async () => {
    const o = await s.dispatched();
    ok(await tries.urge(o));
    await allRefused(o, ['sign']);
  });
  it('ordered the redo, then signs it', async () => {
    const o = await s.audited();
    const { createdId } = ok(await tries.redo(o));
    await allRefused({ id: o.id, lead: createdId }, ['sign']);
  });
});

describe('what stays allowed', () => {
  it('receiving and judging by one person; another order; another person of the same role', async () => {
    const o = await roadBy({
      operator: 'p.operator',
      dispatcher: 'p.dispatcher',
      receiver: 'water',
    });
    await finish(o, 'replied');
    ok(await tries.audit_pass(o));
    const other = await s.dispatched();
    ok(await tries.sign(other));
  });
  it('one account with both roles is refused just the same', async () => {
    const grants = [
      { role: 'operator' as const, unit: 'HOTLINE' },
      { role: 'unit_receiver' as const, unit: 'WATER' },
    ];
    await w.person({ login: 'both', grants });
    const o = await roadBy({ operator: 'both' });
    refused(await s.onAssignment('both', o.lead, 'sign'), 403, 'separation_of_duties');
  });
});

describe('the database says the same past the API', () => {
  /** Founding document 003 §2.3, by hand: [earlier hand, later hand that it forbids]. */
  const FORBIDDEN = [
    ['received', 'handled'],
    ['answered', 'handled'],
    ['judged', 'handled'],
    ['supervised', 'handled'],
    ['handled', 'received'],
    ['handled', 'answered'],
    ['handled', 'judged'],
    ['handled', 'supervised'],
    ['answered', 'judged'],
    ['judged', 'answered'],
  ];
  const HANDS = ['received', 'answered', 'handled', 'judged', 'supervised'];
  const insertAct = async (order: string, person: string, hand: string | null, version: number) =>
    w.db
      .insertInto('act')
      .values({
        id: newId(),
        order_id: order,
        assignment_id: null,
        act: 'note',
        from_state: 'registered',
        to_state: 'registered',
        order_version: version,
        round: 1,
        party: 'operator',
        actor_id: null,
        person_id: person,
        organization_id: null,
        hand,
        at: new Date(),
        detail: '{}',
      })
      .execute();
  const refusedBySql = async (work: Promise<unknown>): Promise<boolean> => {
    const error: unknown = await work.then(
      () => null,
      (e: unknown) => e,
    );
    if (error !== null) expect(sqlState(error)).toBe('HL001');
    return error !== null;
  };
  it('for every pair of hands', async () => {
    const { id } = await s.register();
    let version = 10;
    const found: string[][] = [];
    for (const first of HANDS) {
      for (const second of HANDS) {
        const person = newId();
        await insertAct(id, person, first, version++);
        if (await refusedBySql(insertAct(id, person, second, version++)))
          found.push([first, second]);
      }
    }
    expect(found.sort()).toEqual([...FORBIDDEN].sort());
  });
  it('an act without a hand is nobody’s part, and another order is another matter', async () => {
    const [a, b] = [await s.register(), await s.register()];
    const person = newId();
    await insertAct(a.id, person, 'received', 50);
    await insertAct(a.id, person, null, 51);
    await insertAct(b.id, person, 'handled', 50);
  });
  it('for replies: writing one is handling, a direct one answering', async () => {
    const { id } = await s.register();
    const author = (await w.as('operator')).actor;
    const insertReply = (person: string, kind: string) =>
      w.db
        .insertInto('reply')
        .values({
          id: newId(),
          order_id: id,
          assignment_id: null,
          round: 1,
          kind,
          state: 'draft',
          truth: null,
          solved: null,
          contact_made: null,
          author_id: author.userId,
          writer_person_ids: [person],
          countersigned_by: null,
          created_at: new Date(),
          submitted_at: null,
        })
        .execute();
    const [p, q, r] = [newId(), newId(), newId()];
    await insertAct(id, p, 'judged', 60);
    expect(await refusedBySql(insertReply(p, 'lead'))).toBe(true);
    expect(await refusedBySql(insertReply(p, 'direct'))).toBe(true);
    await insertReply(q, 'co');
    expect(await refusedBySql(insertAct(id, q, 'judged', 61))).toBe(true);
    await insertAct(id, r, 'received', 62);
    expect(await refusedBySql(insertReply(r, 'direct'))).toBe(false);
    expect(await refusedBySql(insertReply(r, 'lead'))).toBe(true);
  });
  it('a draft cannot be passed to somebody who judged', async () => {
    const o = await s.drafted();
    const person = newId();
    await insertAct(o.id, person, 'judged', 70);
    const passed = w.db
      .updateTable('reply')
      .set({ writer_person_ids: [(await w.as('water.handler')).actor.personId, person] })
      .where('order_id', '=', o.id)
      .execute();
    expect(await refusedBySql(passed)).toBe(true);
  });
  it('and nobody can rewrite what happened', async () => {
    const { id } = await s.register();
    for (const table of ['act', 'domain_event', 'audit_log'] as const) {
      const column = table === 'audit_log' ? 'subject_id' : 'order_id';
      await expect(
        w.db
          .deleteFrom(table)
          .where(column as never, '=', id as never)
          .execute(),
      ).rejects.toMatchObject({ code: '42501' });
      await expect(
        w.db.updateTable(table).set({ actor_id: null }).where(column as never, '=', id as never).execute(), // prettier-ignore
      ).rejects.toMatchObject({ code: '42501' });
    }
    await expect(
      w.db.deleteFrom('work_order').where('id', '=', id).execute(),
    ).rejects.toMatchObject({ code: '42501' });
  });
});
