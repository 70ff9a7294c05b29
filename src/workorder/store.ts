import { sql } from 'kysely';
import type { RawBuilder, Selectable, Updateable } from 'kysely';
import type { AssignmentTable, WorkOrderTable } from '../../db/schema.ts';
import type {
  Channel,
  DemandType,
  EmergencyTarget,
  Flag,
  Party,
  Urgency,
  Visibility,
} from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { after, later } from '../platform/db.ts';
import { isUnit } from './lifecycle.ts';
import type { Act, AssignmentState, ClosingType, Hand, OrderState } from './lifecycle.ts';

type Narrow<T, N> = Omit<T, keyof N> & N;

/** A row of `work_order` with its words narrowed. */
export type OrderRow = Narrow<
  Selectable<WorkOrderTable>,
  {
    state: OrderState;
    channel: Channel;
    type: DemandType | null;
    urgency: Urgency | null;
    closing_type: ClosingType | null;
    flags: Flag[];
    emergency: EmergencyTarget | null;
    supplement_from: OrderState | null;
    transfer_target: EmergencyTarget | null;
  }
>;
export type AssignmentRow = Narrow<
  Selectable<AssignmentTable>,
  { state: AssignmentState; kind: 'lead' | 'co' }
>;

/** The id of an order, or how PostgreSQL finds it. */
export type OrderRef = string | RawBuilder<string>;
/** That of an assignment, which never changes. */
export const orderOfAssignment = (id: string): OrderRef =>
  sql<string>`(select order_id from assignment where id = ${id})`;

export interface NewOrder {
  order: Omit<
    OrderRow,
    | 'urges'
    | 'redo_proposed'
    | 'direct'
    | 'no_return'
    | 'closed_at'
    | 'closing_type'
    | 'version'
    | 'round'
    | 'state_since'
    | 'state'
    | 'order_no'
  >;
  text: { title: string; content: string; address: string; occurred: string; subject_name: string };
  act: NewAct;
}

export interface NewAct {
  id: string;
  orderId: string;
  assignmentId: string | null;
  act: Act;
  from: OrderState | null;
  to: OrderState;
  version: number;
  round: number;
  party: Party;
  actorId: string | null;
  personId: string | null;
  organizationId: string | null;
  hand: Hand | null;
  at: Date;
  detail: Record<string, unknown>;
}

const actValues = (a: NewAct) => ({
  id: a.id,
  order_id: a.orderId,
  assignment_id: a.assignmentId,
  act: a.act,
  from_state: a.from,
  to_state: a.to,
  order_version: a.version,
  round: a.round,
  party: a.party,
  actor_id: a.actorId,
  person_id: a.personId,
  organization_id: a.organizationId,
  hand: a.hand,
  at: a.at,
  detail: JSON.stringify(a.detail),
});

/**
 * The only inserter of orders: order, its words, and the act `register`, for a whole batch. They take the
 * next numbers of their day, whose row stays locked until the commit: numbers have no gaps.
 * @param day of the city, as `yyyy-mm-dd`.
 * @returns the numbers by order; awaited before the transaction ends they cost a round trip.
 */
export async function insertOrders(
  db: DbTx,
  day: string,
  rows: readonly NewOrder[],
): Promise<{ numbers: Promise<Map<string, string>> }> {
  const digits = day.replaceAll('-', '');
  const numberOf = (i: number) => sql<string>`order_number(${digits}, (select last from taken)
    - ${rows.length - 1 - i}::integer)`;
  // One statement: a round trip for each table would be most of the time of a batch.
  const made = after<{ id: string; order_no: string }>(
    db,
    db
      .with('taken', (q) =>
        q
          .insertInto('order_sequence')
          .values({ day, last: rows.length })
          .onConflict((c) =>
            c.column('day').doUpdateSet({ last: sql`order_sequence.last + excluded.last` }),
          )
          .returning('last'),
      )
      .with('made', (q) =>
        q
          .insertInto('work_order')
          .values(
            rows.map((r, i) => ({
              ...r.order,
              order_no: numberOf(i),
              state: 'registered',
              state_since: r.order.registered_at,
            })),
          )
          .returning(['id', 'order_no']),
      )
      .with('said', (q) =>
        q.insertInto('order_text').values(rows.map((r) => ({ order_id: r.order.id, ...r.text }))),
      )
      .with('done', (q) => q.insertInto('act').values(rows.map((r) => actValues(r.act))))
      .selectFrom('made')
      .select(['id', 'order_no']),
  );
  const numbers = made.then((list) => new Map(list.map((o) => [o.id, o.order_no])));
  numbers.catch(() => {});
  return { numbers };
}

/**
 * Reads an order and keeps others from changing it until the transaction ends; rows that refer to it
 * may still be written meanwhile.
 */
export async function lockOrder(db: DbTx, id: OrderRef): Promise<OrderRow | null> {
  const row = await db
    .selectFrom('work_order')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return (row as OrderRow | undefined) ?? null;
}

export async function findOrder(db: Reader, id: string): Promise<OrderRow | null> {
  const row = await db.selectFrom('work_order').selectAll().where('id', '=', id).executeTakeFirst();
  return (row as OrderRow | undefined) ?? null;
}

/** Numbers by id. */
export async function orderNosOf(db: Reader, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('work_order')
    .select(['id', 'order_no'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((r) => [r.id, r.order_no]));
}

export async function findOrderByNo(db: Reader, orderNo: string): Promise<OrderRow | null> {
  const row = await db
    .selectFrom('work_order')
    .selectAll()
    .where('order_no', '=', orderNo)
    .executeTakeFirst();
  return (row as OrderRow | undefined) ?? null;
}

/**
 * The only function that changes `state` (and, with every act, `version`). The order must be locked: one
 * that is no longer in one of `from` or at `version` fails the transaction.
 */
export function updateState(
  db: DbTx,
  change: {
    id: string;
    version: number;
    from: readonly OrderState[];
    to: OrderState;
    at: Date;
    moved: boolean;
    closingType: ClosingType | null;
    set: Omit<Updateable<WorkOrderTable>, 'state' | 'version' | 'closing_type' | 'closed_at'>;
  },
): void {
  const closed = change.to === 'closed';
  const moved = db
    .updateTable('work_order')
    .set({
      ...change.set,
      state: change.to,
      version: change.version + 1,
      ...(change.moved && {
        state_since: change.at,
        ...(change.to !== 'awaiting_supplement' && { supplement_from: null }),
        closing_type: closed ? change.closingType : null,
        closed_at: closed ? change.at : null,
      }),
    })
    .where('id', '=', change.id)
    .where('version', '=', change.version)
    .where('state', 'in', [...change.from])
    .returning('id');
  later(db, sql`with moved as (${moved}) select one_row(count(*)) from moved`);
}

export async function insertAct(db: DbTx, act: NewAct): Promise<void> {
  later(db, db.insertInto('act').values(actValues(act)));
}

/** Whether a unit asked the citizen for more in this round. */
export async function unitAsked(db: Reader, orderId: string, round: number): Promise<boolean> {
  const rows = await db
    .selectFrom('act')
    .select('party')
    .where('order_id', '=', orderId)
    .where('round', '=', round)
    .where('act', '=', 'ask_supplement')
    .execute();
  return rows.some((r) => isUnit(r.party as Party));
}

export interface NewText {
  id: string;
  order_id: string;
  act_id: string;
  kind: string;
  visibility: Visibility;
  organization_id: string | null;
  body: string;
}

export async function insertTexts(db: DbTx, texts: NewText[]): Promise<void> {
  if (texts.length > 0) later(db, db.insertInto('act_text').values(texts));
}

/** What this person's hands did to the order so far; who drafted a unit's reply handled it. */
export async function handsOf(db: Reader, orderId: OrderRef, personId: string): Promise<Hand[]> {
  const rows = await sql<{ hand: Hand }>`
    select earlier_hands(${orderId}, ${personId}) as hand`.execute(db);
  return rows.rows.map((r) => r.hand);
}

export async function assignmentsOf(db: Reader, orderId: OrderRef): Promise<AssignmentRow[]> {
  const rows = await db
    .selectFrom('assignment')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('created_at')
    .orderBy('kind', 'desc')
    .orderBy('id')
    .execute();
  return rows as AssignmentRow[];
}

export async function findAssignment(db: Reader, id: string): Promise<AssignmentRow | null> {
  const row = await db.selectFrom('assignment').selectAll().where('id', '=', id).executeTakeFirst();
  return (row as AssignmentRow | undefined) ?? null;
}

export async function insertAssignments(
  db: DbTx,
  rows: {
    id: string;
    order_id: string;
    round: number;
    organization_id: string;
    kind: 'lead' | 'co';
  }[],
  at: Date,
): Promise<void> {
  later(
    db,
    db
      .insertInto('assignment')
      .values(rows.map((r) => ({ ...r, state: 'pending_sign', created_at: at, state_since: at }))),
  );
}

/** Moves assignments; the states they must be in are part of the statement. */
export async function moveAssignments(
  db: DbTx,
  ids: readonly string[],
  from: readonly AssignmentState[],
  to: AssignmentState,
  at: Date,
  set: Omit<Updateable<AssignmentTable>, 'state' | 'version'> = {},
): Promise<void> {
  if (ids.length === 0) return;
  const moved = db
    .updateTable('assignment')
    .set((eb) => ({ ...set, state: to, state_since: at, version: eb('version', '+', 1) }))
    .where('id', 'in', [...ids])
    .where('state', 'in', [...from]);
  later(db, moved);
}

/** Keeps the instant of the first contact; later contacts do not move it. */
export async function setFirstContact(db: DbTx, id: string, at: Date): Promise<void> {
  later(
    db,
    db
      .updateTable('assignment')
      .set({ first_contact_at: at })
      .where('id', '=', id)
      .where('first_contact_at', 'is', null),
  );
}

export async function setWaived(db: DbTx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) {
    later(
      db,
      db
        .updateTable('assignment')
        .set({ waived: true })
        .where('id', 'in', [...ids]),
    );
  }
}

/** Replaces words of the demand; what stood there before is the caller's to keep. */
export async function setWords(
  db: DbTx,
  orderId: string,
  words: { title?: string; content?: string; address?: string },
): Promise<void> {
  later(db, db.updateTable('order_text').set(words).where('order_id', '=', orderId));
}

export async function wordsOf(db: Reader, orderId: string) {
  return db
    .selectFrom('order_text')
    .select(['title', 'content', 'address', 'occurred'])
    .where('order_id', '=', orderId)
    .executeTakeFirstOrThrow();
}
