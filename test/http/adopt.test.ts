/**
 * Upgrade: orders that are older than the clocks are adopted. They are made by inserting rows as the
 * version before wrote them; nothing is taken out of a table that only grows.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adoptLink } from '../../src/followup/index.ts';
import { fireAll } from '../../src/deadline/index.ts';
import { newId } from '../../src/kernel/ids.ts';
import type { OrderState } from '../../src/workorder/lifecycle.ts';
import { adoptClocks } from '../../src/workorder/index.ts';
import { REPLY, createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';

const OFFICE = 'ZHZF';
const ROOM = 'TOWN_QINGYU_1_ROOM';

let w: World;
let s: ReturnType<typeof steps>;
beforeAll(async () => {
  w = await createWorld({ at: '2026-09-21T02:24:00Z' });
  s = steps(w);
});
afterAll(() => w.close());

const instant = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`);
const told = (at: Date | null) =>
  at && new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

type State = 'pending_sign' | 'signed' | 'submitted' | 'accepted';
interface Old {
  state: OrderState;
  urgency?: string;
  anonymous?: boolean;
  round?: number;
  lead?: State;
  contacted?: boolean;
  progressed?: boolean;
  co?: State;
  waived?: boolean;
  /** When the final reply passed audit, in an earlier round or in this. */
  answered?: string;
  registered?: string;
  since?: string;
  dispatched?: string;
}

let no = 0;
/** An order as a version without clocks wrote it. */
async function old(o: Old) {
  const registered = instant(o.registered ?? '2026-09-18 10:00');
  const since = instant(o.since ?? '2026-09-18 15:00');
  const dispatched = instant(o.dispatched ?? '2026-09-18 11:00');
  const contact = newId();
  await w.db
    .insertInto('contact')
    .values({ id: contact, channel: 'phone', started_at: registered })
    .execute();
  const id = newId();
  const round = o.round ?? 1;
  await w.db
    .insertInto('work_order')
    .values({
      id,
      order_no: `8${String(no++).padStart(13, '0')}`,
      contact_id: contact,
      requester_id: null,
      state: o.state,
      version: 9,
      round,
      channel: 'phone',
      type: 'help',
      category_code: '0301',
      urgency: o.urgency ?? 'U4',
      area_code: '339902001',
      subject_kind: null,
      anonymous: o.anonymous ?? false,
      closing_type: o.state === 'closed' ? 'solved' : null,
      registered_at: registered,
      state_since: since,
      closed_at: o.state === 'closed' ? since : null,
    })
    .execute();
  await w.db
    .insertInto('order_text')
    .values({
      order_id: id,
      title: '旧单',
      content: '旧单',
      address: '',
      occurred: '',
      subject_name: '',
    }) // prettier-ignore
    .execute();
  const assignment = async (kind: 'lead' | 'co', unit: string, state: State) => {
    const assignmentId = newId();
    await w.db
      .insertInto('assignment')
      .values({
        id: assignmentId,
        order_id: id,
        round,
        parent_id: null,
        organization_id: await w.unit(unit),
        kind,
        state,
        created_at: dispatched,
        state_since: since,
        signed_by: null,
        signed_at: state === 'pending_sign' ? null : dispatched,
        first_contact_at: o.contacted && kind === 'lead' ? dispatched : null,
        submitted_at: state === 'submitted' ? since : null,
        waived: kind === 'co' && (o.waived ?? false),
      })
      .execute();
    return assignmentId;
  };
  const lead = o.lead ? await assignment('lead', OFFICE, o.lead) : null;
  const co = o.co ? await assignment('co', ROOM, o.co) : null;
  const act = (name: string, at: Date, version: number, assignmentId: string | null = null) =>
    w.db
      .insertInto('act')
      .values({
        id: newId(),
        order_id: id,
        assignment_id: assignmentId,
        act: name,
        from_state: null,
        to_state: o.state,
        order_version: version,
        round,
        party: 'system',
        actor_id: null,
        person_id: null,
        organization_id: null,
        hand: null,
        at,
        detail: '{}',
      })
      .execute();
  if (o.answered) await act('audit_pass', instant(o.answered), 5);
  if (o.progressed) await act('progress', dispatched, 6, lead);
  return { id, lead, co };
}

/** `subject clock` → due instant, of all that live; the citizen's has none. */
async function living(orderId: string) {
  const rows = await w.db
    .selectFrom('deadline')
    .leftJoin('organization', 'organization.id', 'deadline.organization_id')
    .select(['clock', 'code', 'due_at', 'deadline.state'])
    .where('order_id', '=', orderId)
    .where('deadline.state', '<>', 'stopped')
    .execute();
  return Object.fromEntries(rows.map((r) => [`${r.code ?? 'order'} ${r.clock}`, told(r.due_at)]));
}
const citizen = async (orderId: string) =>
  w.db
    .selectFrom('deadline')
    .selectAll()
    .where('order_id', '=', orderId)
    .where('clock', '=', 'citizen')
    .executeTakeFirst();

describe('orders older than the clocks', () => {
  it.each([
    [
      'registered: from when it was registered',
      { state: 'registered', since: '2026-09-18 10:00' },
      { 'order citizen': null, 'order accept': '2026-09-18 10:30' },
    ],
    [
      'pending_dispatch: from when it came there',
      { state: 'pending_dispatch' },
      { 'order citizen': null, 'order dispatch': '2026-09-20 10:00' },
    ],
    [
      'dispatched: from the dispatch',
      { state: 'dispatched', lead: 'pending_sign', co: 'signed' },
      {
        'order citizen': null,
        [`${OFFICE} sign`]: '2026-09-20 17:30',
        [`${OFFICE} first_contact`]: '2026-09-20 17:30',
        [`${OFFICE} return_window`]: '2026-09-20 17:30',
        [`${OFFICE} final`]: '2026-09-24 17:30',
        [`${ROOM} return_window`]: '2026-09-20 17:30',
        [`${ROOM} co`]: '2026-09-23 17:30',
      },
    ],
    [
      'in_progress: what was done is not asked for again',
      { state: 'in_progress', lead: 'signed', contacted: true, co: 'submitted' },
      {
        'order citizen': null,
        [`${OFFICE} return_window`]: '2026-09-20 17:30',
        [`${OFFICE} final`]: '2026-09-24 17:30',
      },
    ],
    [
      'anonymous: nobody to contact',
      { state: 'in_progress', lead: 'signed', anonymous: true },
      {
        'order citizen': null,
        [`${OFFICE} return_window`]: '2026-09-20 17:30',
        [`${OFFICE} final`]: '2026-09-24 17:30',
      },
    ],
    [
      'U1 with progress: the first disposal was made',
      { state: 'in_progress', lead: 'signed', contacted: true, urgency: 'U1', progressed: true },
      {
        'order citizen': null,
        [`${OFFICE} return_window`]: '2026-09-18 12:00',
        [`${OFFICE} final`]: '2026-09-19 11:00',
      },
    ],
    [
      'redone: the citizen was answered before',
      {
        state: 'in_progress',
        lead: 'signed',
        contacted: true,
        round: 2,
        answered: '2026-09-18 10:30',
      },
      { [`${OFFICE} final`]: '2026-09-24 17:30' },
    ],
    [
      'pending_audit: nothing of the units',
      { state: 'pending_audit', lead: 'submitted', co: 'signed', waived: true },
      { 'order citizen': null, 'order audit': '2026-09-20 17:30' },
    ],
    [
      'pending_callback: the citizen has the answer',
      { state: 'pending_callback', lead: 'accepted', answered: '2026-09-18 15:00' },
      { 'order callback': '2026-09-21 17:30' },
    ],
    [
      'pending_close: nothing any more',
      { state: 'pending_close', lead: 'accepted', answered: '2026-09-18 14:00' },
      {},
    ],
    ['closed: nothing', { state: 'closed', lead: 'accepted', answered: '2026-09-18 14:00' }, {}],
  ] as [string, Old, Record<string, string | null>][])('%s', async (_what, o, expected) => {
    await w.moveTo('2026-09-21T02:24:00Z');
    const { id } = await old(o);
    await adoptClocks(w.deps);
    expect(await living(id)).toEqual(expected);
    const shown = await w.db
      .selectFrom('deadline')
      .select('id')
      .where('order_id', '=', id)
      .where('shown', '=', true)
      .where('state', '<>', 'stopped')
      .execute();
    expect(shown.length).toBeLessThanOrEqual(1);
    // Safe to repeat.
    const entries = async () =>
      (await w.db.selectFrom('clock_entry').select('id').execute()).length;
    const before = await entries();
    expect(await adoptClocks(w.deps)).toBe(0);
    expect(await entries()).toBe(before);
  });

  it('the citizen’s clock began with the receipt and ended with the answer', async () => {
    await w.moveTo('2026-09-21T02:24:00Z');
    const o = await old({ state: 'pending_close', lead: 'accepted', answered: '2026-09-18 14:00' });
    await adoptClocks(w.deps);
    const c = await citizen(o.id);
    expect([told(c!.started_at), told(c!.stopped_at)]).toEqual(['2026-09-18 10:00', '2026-09-18 14:00']); // prettier-ignore
  });

  it('says in the ledger that it was adopted', async () => {
    const o = await old({ state: 'dispatched', lead: 'pending_sign' });
    await adoptClocks(w.deps);
    const lines = await w.db
      .selectFrom('clock_entry')
      .innerJoin('deadline', 'deadline.id', 'clock_entry.deadline_id')
      .select(['kind', 'reason', 'party'])
      .where('order_id', '=', o.id)
      .execute();
    expect(new Set(lines.map((l) => `${l.kind} ${l.reason} ${l.party}`))).toEqual(
      new Set(['start adopt system']),
    );
  });

  it('its audit fails after the upgrade: the final clock runs as if it had never stopped', async () => {
    await w.moveTo('2026-09-21T02:24:00Z');
    const o = await old({ state: 'pending_audit', lead: 'submitted', contacted: true });
    await w.db
      .insertInto('reply')
      .values({
        id: newId(),
        order_id: o.id,
        assignment_id: o.lead,
        round: 1,
        kind: 'lead',
        state: 'submitted',
        truth: 'true',
        solved: 'solved',
        contact_made: true,
        finding: REPLY.finding,
        measures: REPLY.measures,
        basis: '',
        public_version: REPLY.publicVersion,
        author_id: (await w.as('zhzf.handler')).actor.userId,
        writer_person_ids: [(await w.as('zhzf.handler')).actor.personId],
        created_at: instant('2026-09-18 14:00'),
        submitted_at: instant('2026-09-18 15:00'),
      })
      .execute();
    await adoptClocks(w.deps);
    const input = { missing: ['finding'], findings: '没有说明原因' };
    s.must(await s.act('auditor', o.id, 'audit_fail', input));
    expect(await living(o.id)).toEqual({
      'order citizen': null,
      [`${OFFICE} final`]: '2026-09-24 17:30',
      [`${OFFICE} return_window`]: '2026-09-20 17:30',
    });
  });

  it('an act that came before the adoption does not stand in its way, nor in that of others', async () => {
    await w.moveTo('2026-09-21T02:24:00Z');
    const first = await old({ state: 'registered' });
    const second = await old({ state: 'registered', registered: '2026-09-18 11:00' });
    const input = { type: 'help', categoryCode: '0301', urgency: 'U4' };
    s.must(await s.act('operator', first.id, 'accept', input));
    await adoptClocks(w.deps);
    expect(await living(first.id)).toEqual({
      'order citizen': null,
      'order dispatch': '2026-09-21 16:24',
    });
    expect(await living(second.id)).toHaveProperty('order accept');
  });

  it('closed before the upgrade, redone after it: adopted beside its new clocks', async () => {
    await w.moveTo('2026-09-21T02:24:00Z');
    const o = await old({ state: 'closed', lead: 'accepted', answered: '2026-09-18 14:00' });
    await adoptClocks(w.deps);
    expect(await citizen(o.id)).toBeUndefined();
    s.must(
      await (
        await w.as('supervisor')
      ).post(`/api/orders/${o.id}/redo`, { version: 9, reason: '又坏了' }),
    );
    await adoptClocks(w.deps);
    expect(Object.keys(await living(o.id)).sort()).toEqual([
      `${OFFICE} final`,
      `${OFFICE} first_contact`,
      `${OFFICE} sign`,
    ]);
    expect((await citizen(o.id))?.state).toBe('stopped');
  });

  it.each([
    ['2026-09-18 16:00', true],
    ['2026-09-21 17:31', false],
  ])('a link that had gone out at %s ended the callback: met %s', async (sent, met) => {
    await w.moveTo('2026-09-23T02:24:00Z');
    const o = await old({ state: 'pending_callback', lead: 'accepted', answered: '2026-09-18 15:00' }); // prettier-ignore
    await w.db
      .insertInto('callback_task')
      .values({
        id: newId(),
        order_id: o.id,
        round: 1,
        method: 'link',
        state: 'open',
        opened_at: instant('2026-09-18 15:00'),
        link_sent_at: instant(sent),
        link_expires_at: instant('2026-09-30 15:00'),
      })
      .execute();
    // One whose link did not go out is still to be called.
    const called = await old({ state: 'pending_callback', lead: 'accepted', answered: '2026-09-18 15:00' }); // prettier-ignore
    await adoptClocks(w.deps, adoptLink);
    const callback = async (orderId: string) =>
      w.db
        .selectFrom('deadline')
        .selectAll()
        .where('order_id', '=', orderId)
        .where('clock', '=', 'callback')
        .executeTakeFirstOrThrow();
    const ended = await callback(o.id);
    expect(ended).toMatchObject({ state: 'stopped', stopped_at: instant(sent), met });
    expect(told(ended.due_at)).toBe('2026-09-21 17:30');
    expect((await callback(called.id)).state).toBe('running');
    const line = await w.db
      .selectFrom('clock_entry')
      .select(['kind', 'reason', 'at', 'party'])
      .where('deadline_id', '=', ended.id)
      .orderBy('position', 'desc')
      .executeTakeFirstOrThrow();
    expect(line).toEqual({ kind: 'stop', reason: 'link_sent', at: instant(sent), party: 'system' });
    await fireAll(w.deps);
    const firedOf = async (deadlineId: string) =>
      w.db
        .selectFrom('deadline_step')
        .select('step')
        .where('deadline_id', '=', deadlineId)
        .execute();
    expect(await firedOf(ended.id)).toEqual([]);
    expect(await firedOf((await callback(called.id)).id)).not.toEqual([]);
    expect(await adoptClocks(w.deps, adoptLink)).toBe(0);
  });

  it('more than one portion', async () => {
    for (let i = 0; i < 205; i++) await old({ state: 'registered' });
    expect(await adoptClocks(w.deps)).toBe(205);
    expect(await adoptClocks(w.deps)).toBe(0);
  });
});
