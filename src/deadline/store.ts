import { sql } from 'kysely';
import type { Insertable, RawBuilder, Selectable, Updateable } from 'kysely';
import type { ClockEntryTable, DeadlineStepTable, DeadlineTable } from '../../db/schema.ts';
import type { Clock, LadderAction } from '../kernel/words.ts';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';
import type { Basis } from './rules.ts';

/** A row of `deadline` with its words narrowed. */
export type DeadlineRow = Omit<Selectable<DeadlineTable>, 'clock' | 'state' | 'basis'> & {
  clock: Clock;
  state: 'running' | 'paused' | 'stopped';
  basis: Basis;
};
export type NewDeadline = Insertable<DeadlineTable>;
export type DeadlineChange = Updateable<DeadlineTable>;
export type NewEntryRow = Insertable<ClockEntryTable>;
export type NewStep = Insertable<DeadlineStepTable>;
export type EntryRow = Selectable<ClockEntryTable>;
export type StepRow = Omit<Selectable<DeadlineStepTable>, 'action'> & { action: LadderAction };

/** Rows of one statement; PostgreSQL takes 65,535 parameters. */
const ROWS_MAX = 1_000;
const chunks = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / ROWS_MAX) }, (_, i) =>
    rows.slice(i * ROWS_MAX, (i + 1) * ROWS_MAX),
  );

/** A clock with the columns by which it is moved. */
export type ClockRow = Pick<DeadlineRow, (typeof CLOCK)[number]>;
const CLOCK = [
  'id',
  'subject_id',
  'clock',
  'cycle',
  'epoch',
  'order_id',
  'organization_id',
  'state',
  'basis',
  'amount',
  'policy_version',
  'due_at',
] as const;

// However many rows: one text, which PostgreSQL keeps prepared.
const rowsOf = (rows: readonly object[]) => sql`${JSON.stringify(rows)}::json`;
const newClocks = (rows: readonly NewDeadline[]) => sql`
  insert into deadline (id, subject_id, clock, cycle, order_id, organization_id, urgency, channel, type,
    shown, state, basis, amount, policy_version, calendar_id, calendar_version, started_at, due_at, soon_at,
    today_at, remaining_ms, stopped_at, met, provisional)
  select * from json_to_recordset(${rowsOf(rows)}) as n (id uuid, subject_id uuid, clock text,
    cycle integer, order_id uuid, organization_id uuid, urgency text, channel text, type text,
    shown boolean, state text, basis text, amount double precision, policy_version integer,
    calendar_id uuid, calendar_version integer, started_at timestamptz, due_at timestamptz,
    soon_at timestamptz, today_at timestamptz, remaining_ms double precision, stopped_at timestamptz,
    met boolean, provisional boolean)`;
const newSteps = (rows: readonly NewStep[]) => sql`
  insert into deadline_step (deadline_id, epoch, step, level, action, fire_at)
  select * from json_to_recordset(${rowsOf(rows)}) as n (deadline_id uuid, epoch integer, step text,
    level integer, action text, fire_at timestamptz)`;
// The ledger. Append-only: there is no other verb on it.
const newEntries = (rows: readonly NewEntryRow[]) => sql`
  insert into clock_entry (id, deadline_id, position, kind, at, reason, detail, party, actor_id)
  select id, deadline_id, position, kind, at, reason, detail::jsonb, party, actor_id
  from json_to_recordset(${rowsOf(rows)}) as n (id uuid, deadline_id uuid, position integer, kind text,
    at timestamptz, reason text, detail text, party text, actor_id uuid)`;

/** Clocks that begin: the rows of each in one statement. */
export function insertClocks(
  db: DbTx,
  made: readonly { deadline: NewDeadline; entry: NewEntryRow; steps: NewStep[] }[],
): void {
  for (const part of chunks(made)) {
    const steps = part.flatMap((m) => m.steps);
    later(
      db,
      sql`with clocks as (${newClocks(part.map((m) => m.deadline))}),
        steps as (${newSteps(steps)})
        ${newEntries(part.map((m) => m.entry))}`,
    );
  }
}

/** What follows for clocks that are computed anew: a line in the ledger of each, where it has one. */
export interface Anew {
  /** All columns that follow, or some. */
  clocks: readonly (DeadlineChange & { id: string })[];
  entries: readonly NewEntryRow[];
  /** Instead of the steps that have not fired. */
  steps: readonly NewStep[];
}

export function writeAnew(db: DbTx, { clocks, entries, steps }: Anew): void {
  if (clocks.length === 0) return;
  for (const part of chunks(entries)) later(db, newEntries(part));
  deleteOpenSteps(
    db,
    clocks.map((c) => c.id),
  );
  const whole = clocks.filter((c) => 'epoch' in c);
  updateDeadlines(db, whole);
  // A clock without a limit has few columns that follow, and there are few such clocks.
  for (const { id, ...set } of clocks.filter((c) => !whole.includes(c))) {
    later(db, db.updateTable('deadline').set(set).where('id', '=', id));
  }
  for (const part of chunks(steps)) later(db, newSteps(part));
}

/** Steps that have not fired go: the clock stopped, paused, or was computed anew. */
function deleteOpenSteps(db: DbTx, deadlineIds: readonly string[]): void {
  later(
    db,
    sql`delete from deadline_step where deadline_id = any (${[...deadlineIds]}::uuid[])
      and fired_at is null`,
  );
}

/** Locks the living (or just stopped) clocks of some subjects, always in the same order. */
export async function lockClocks(
  db: DbTx,
  subjectIds: readonly string[],
  states: readonly DeadlineRow['state'][],
  clocks?: readonly Clock[],
): Promise<ClockRow[]> {
  let q = db
    .selectFrom('deadline')
    .select(CLOCK)
    .where('subject_id', 'in', [...subjectIds])
    .where('state', 'in', [...states]);
  if (clocks) q = q.where('clock', 'in', [...clocks]);
  return (await q.orderBy('id').forUpdate().execute()) as ClockRow[];
}

/** The id of an order, or how PostgreSQL finds it. */
export type OrderRef = string | RawBuilder<string>;

/**
 * Locks the clocks of an order in the order in which a change of the calendar or the policy locks
 * them: whoever stops several one after the other would else wait for it in a circle. Also those that
 * have stopped, which such a change may hold if it saw them running. Bounded by the rounds an order can
 * have.
 */
export async function lockOrderClocks(db: DbTx, orderId: OrderRef): Promise<ClockRow[]> {
  return (await db
    .selectFrom('deadline')
    .select(CLOCK)
    .where('order_id', '=', orderId)
    .orderBy('id')
    .forUpdate()
    .execute()) as ClockRow[];
}

/** Every clock of some orders, as it stands. */
export async function readClocks(db: Reader, orderIds: readonly string[]): Promise<ClockRow[]> {
  return (await db
    .selectFrom('deadline')
    .select(CLOCK)
    .where('order_id', 'in', [...orderIds])
    .execute()) as ClockRow[];
}

/** How a clock ends: measured against its due instant, or not. */
export type How = 'done' | 'void';

/**
 * Ends clocks that run, with their ledger and without the steps to come, in one statement. A due
 * instant met exactly is met.
 */
export function stopRunning(
  db: DbTx,
  ended: ReadonlyMap<string, How>,
  e: { at: Date; reason: string; party: string; actorId: string | null },
): void {
  if (ended.size === 0) return;
  const done = [...ended.keys()].filter((id) => ended.get(id) === 'done');
  later(
    db,
    sql`
    with stopped as (
      update deadline set state = 'stopped', stopped_at = ${e.at}::timestamptz,
        met = case when id = any (${done}::uuid[]) then ${e.at}::timestamptz <= due_at end
      where id = any (${[...ended.keys()]}::uuid[]) and state = 'running'
      returning id
    ), gone as (
      delete from deadline_step s using stopped
      where s.deadline_id = stopped.id and s.fired_at is null
    )
    insert into clock_entry (id, deadline_id, position, kind, at, reason, detail, party, actor_id)
    select gen_random_uuid(), stopped.id,
      (select count(*) + 1 from clock_entry c where c.deadline_id = stopped.id), 'stop',
      ${e.at}::timestamptz, ${e.reason},
      jsonb_build_object('how', case when id = any (${done}::uuid[]) then 'done' else 'void' end),
      ${e.party}, ${e.actorId}::uuid
    from stopped`,
  );
}

export async function entriesOf(db: Reader, deadlineIds: readonly string[]): Promise<EntryRow[]> {
  if (deadlineIds.length === 0) return [];
  return db
    .selectFrom('clock_entry')
    .selectAll()
    .where('deadline_id', 'in', [...deadlineIds])
    .orderBy('deadline_id')
    .orderBy('position')
    .execute();
}

export async function stepsOf(db: Reader, deadlineIds: readonly string[]): Promise<StepRow[]> {
  if (deadlineIds.length === 0) return [];
  return (await db
    .selectFrom('deadline_step')
    .selectAll()
    .where('deadline_id', 'in', [...deadlineIds])
    .orderBy('fire_at')
    .execute()) as StepRow[];
}

export async function findDeadline(db: Reader, id: string): Promise<DeadlineRow | null> {
  const row = await db.selectFrom('deadline').selectAll().where('id', '=', id).executeTakeFirst();
  return (row as DeadlineRow | undefined) ?? null;
}

/** Every clock of an order, also those of its assignments; bounded by the rounds an order can have. */
export async function clocksOfOrder(db: Reader, orderId: string): Promise<DeadlineRow[]> {
  return (await db
    .selectFrom('deadline')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('started_at')
    .orderBy('id')
    .limit(500)
    .execute()) as DeadlineRow[];
}

/** The living clocks that orders are shown by. */
export async function leadingClocks(
  db: Reader,
  orderIds: readonly string[],
): Promise<DeadlineRow[]> {
  if (orderIds.length === 0) return [];
  return (await db
    .selectFrom('deadline')
    .selectAll()
    .where('order_id', 'in', [...orderIds])
    .where('shown', '=', true)
    .where('state', '<>', 'stopped')
    .execute()) as DeadlineRow[];
}

/** The living clocks of subjects (assignments, supervision orders). */
export async function livingClocks(
  db: Reader,
  subjectIds: readonly string[],
): Promise<DeadlineRow[]> {
  if (subjectIds.length === 0) return [];
  return (await db
    .selectFrom('deadline')
    .selectAll()
    .where('subject_id', 'in', [...subjectIds])
    .where('state', '<>', 'stopped')
    .execute()) as DeadlineRow[];
}

/** Which living clocks are computed anew: under a version of the policy, or by an older calendar. */
export interface Stale {
  policyVersion?: number;
  /** Those on working time that were computed with an older calendar than this. */
  calendarBefore?: number;
}

const staleQuery = (db: Reader, { policyVersion, calendarBefore }: Stale) => {
  let q = db.selectFrom('deadline').where('state', '<>', 'stopped').where('clock', '<>', 'citizen');
  if (policyVersion !== undefined) q = q.where('policy_version', '=', policyVersion);
  if (calendarBefore !== undefined) {
    q = q.where('basis', '<>', 'nh').where('calendar_version', '<', calendarBefore);
  }
  return q;
};

/** The next portion of them; nothing is locked. */
export async function staleIds(
  db: Reader,
  which: Stale,
  after: string | null,
  limit: number,
): Promise<string[]> {
  let q = staleQuery(db, which).select('id');
  if (after) q = q.where('id', '>', after);
  return (await q.orderBy('id').limit(limit).execute()).map((r) => r.id);
}

/**
 * Locks those of a portion that still are stale and that nobody holds. It waits for nobody, so it can
 * be in no circle of waiting.
 */
export async function lockStale(
  db: DbTx,
  ids: readonly string[],
  which: Stale,
): Promise<DeadlineRow[]> {
  return (await staleQuery(db, which)
    .selectAll()
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .execute()) as DeadlineRow[];
}

/** Living clocks on working time in portions, read only. */
export async function livingWorking(
  db: Reader,
  after: string | null,
  limit: number,
): Promise<DeadlineRow[]> {
  let q = db
    .selectFrom('deadline')
    .selectAll()
    .where('state', '<>', 'stopped')
    .where('clock', '<>', 'citizen')
    .where('basis', '<>', 'nh');
  if (after) q = q.where('id', '>', after);
  return (await q.orderBy('id').limit(limit).execute()) as DeadlineRow[];
}

/** All columns that follow from ledger, policy and calendar, for many at once. */
function updateDeadlines(db: DbTx, rows: readonly (DeadlineChange & { id: string })[]): void {
  if (rows.length === 0) return;
  later(
    db,
    sql`
    update deadline d set state = n.state, epoch = n.epoch, basis = n.basis, amount = n.amount,
      policy_version = n.policy_version, calendar_id = n.calendar_id,
      calendar_version = n.calendar_version, due_at = n.due_at, soon_at = n.soon_at,
      today_at = n.today_at, remaining_ms = n.remaining_ms, stopped_at = n.stopped_at, met = n.met,
      provisional = n.provisional
    from json_to_recordset(${rowsOf(rows)}) as n (id uuid, state text, epoch integer,
      basis text, amount double precision, policy_version integer, calendar_id uuid,
      calendar_version integer, due_at timestamptz, soon_at timestamptz, today_at timestamptz,
      remaining_ms double precision, stopped_at timestamptz, met boolean, provisional boolean)
    where d.id = n.id and d.id = any (${rows.map((r) => r.id)}::uuid[])`,
  );
}

/** These clocks agree with this version of the calendar. */
export async function markVersion(
  db: DbTx,
  ids: readonly string[],
  version: number,
): Promise<void> {
  if (ids.length === 0) return;
  later(
    db,
    db
      .updateTable('deadline')
      .set({ calendar_version: version })
      .where('id', 'in', [...ids]),
  );
}

/** Whether clocks live that were computed with an older calendar. */
export async function hasStale(db: Reader, version: number): Promise<boolean> {
  const r = await sql`select 1 from deadline where state <> 'stopped' and basis <> 'nh'
    and calendar_version < ${version} limit 1`.execute(db);
  return r.rows.length > 0;
}

export const countProvisional = async (db: Reader): Promise<number> =>
  Number(
    (
      await sql<{ n: string }>`select count(*) as n from (select 1 from deadline
        where provisional and state <> 'stopped' limit 100000) x`.execute(db)
    ).rows[0]!.n,
  );
