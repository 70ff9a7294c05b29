/** Starting, pausing, resuming, stopping and extending clocks, in the transaction of the act. */
import { userIdOf } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Clock, Party } from '../kernel/words.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import { again, group, startOne } from './again.ts';
import type { Stamp, Start } from './again.ts';
import { beginningRules, bookOf, calendarsOf, readRulings, rulesOf } from './book.ts';
import type { Book, Rulings } from './book.ts';
import type { Limit, PauseType } from './rules.ts';
import * as store from './store.ts';
import type { ClockRow, EntryRow, How, NewEntryRow, StepRow } from './store.ts';

export interface Which {
  subjectIds: readonly string[];
  /** Default: all that live. */
  clocks?: readonly Clock[];
}

/** What happens to clocks that there are. */
export type Change = Which &
  (
    | { kind: 'stop'; how: How }
    /** The citizen's clock never pauses. */
    | { kind: 'pause'; pause: PauseType }
    | { kind: 'resume' }
    /** What the named act stopped runs on as if it had never stopped: the latest run of each clock. */
    | { kind: 'continue'; stoppedBy: string }
    | { kind: 'extend'; by: Limit }
  );

/** A clock whose ledger is needed to say what follows, with the line it gets. */
interface Entering {
  row: ClockRow;
  change: Change;
}

interface Sorted {
  /** Clocks that run and end: nothing is to be computed. */
  ended: Map<string, How>;
  entering: Entering[];
}

/** The states a clock is in that such a change is for. */
const STATES: Record<Change['kind'], readonly ClockRow['state'][]> = {
  stop: ['running', 'paused'],
  pause: ['running'],
  resume: ['paused'],
  continue: ['stopped'],
  extend: ['running'],
};

const concerns = (c: Change, r: ClockRow): boolean =>
  STATES[c.kind].includes(r.state) &&
  c.subjectIds.includes(r.subject_id) &&
  (c.clocks?.includes(r.clock) ?? true) &&
  !(c.kind === 'pause' && r.clock === 'citizen');

/** The first change that is for a clock has it: what stops first does not run on. */
function sortOut(clocks: readonly ClockRow[], changes: readonly Change[]): Sorted {
  const sorted: Sorted = { ended: new Map(), entering: [] };
  const latest = new Map<string, ClockRow>();
  for (const r of clocks) {
    const key = `${r.subject_id} ${r.clock}`;
    if (r.cycle > (latest.get(key)?.cycle ?? 0)) latest.set(key, r);
  }
  for (const row of clocks) {
    const change = changes.find((c) => concerns(c, row));
    if (!change) continue;
    if (change.kind === 'stop' && row.state === 'running') sorted.ended.set(row.id, change.how);
    else if (change.kind !== 'continue' || latest.get(`${row.subject_id} ${row.clock}`) === row)
      sorted.entering.push({ row, change });
  }
  return sorted;
}

/** What the ledger says of it. */
function lineOf(change: Change): Pick<NewEntryRow, 'kind'> & { detail: Record<string, unknown> } {
  switch (change.kind) {
    case 'stop':
      return { kind: 'stop', detail: { how: change.how } };
    case 'pause':
      return { kind: 'pause', detail: { pause: change.pause } };
    case 'extend':
      return { kind: 'extend', detail: { by: change.by } };
    default:
      return { kind: 'resume', detail: {} };
  }
}

interface Ledgers {
  entries: Map<string, EntryRow[]>;
  steps: Map<string, StepRow[]>;
}

async function ledgersOf(tx: Tx, ids: readonly string[]): Promise<Ledgers> {
  if (ids.length === 0) return { entries: new Map(), steps: new Map() };
  const [entries, steps] = await Promise.all([
    store.entriesOf(tx.db, ids),
    store.stepsOf(tx.db, ids),
  ]);
  return {
    entries: group(entries, (e) => e.deadline_id),
    steps: group(steps, (s) => s.deadline_id),
  };
}

/** Writes one line into each clock's ledger and computes what follows. */
async function enter(
  tx: Tx,
  by: Stamp & { reason: string },
  book: Book,
  all: readonly Entering[],
): Promise<void> {
  if (all.length === 0) return;
  const rows = all.map((e) => e.row);
  const [ledgers, calendars, rules] = await Promise.all([
    ledgersOf(
      tx,
      rows.map((r) => r.id),
    ),
    calendarsOf(
      tx.db,
      book,
      rows.map((r) => r.organization_id),
    ),
    rulesOf(
      tx,
      book,
      rows.map((r) => r.policy_version),
    ),
  ]);
  const written = all.flatMap(({ row, change }) => {
    const known = ledgers.entries.get(row.id)!;
    if (change.kind === 'continue' && known.at(-1)!.reason !== change.stoppedBy) return [];
    const { kind, detail } = lineOf(change);
    const line = {
      id: newId(),
      deadline_id: row.id,
      position: known.length + 1,
      kind,
      at: by.at,
      reason: by.reason,
      party: by.party,
      actor_id: by.actorId,
    };
    const { version, doc } = rules.get(row.policy_version)!;
    const calendar = calendars.get(row.organization_id)!;
    const steps = ledgers.steps.get(row.id) ?? [];
    const next = again(tx.at, row, [...known, { ...line, detail }], steps, doc, calendar);
    return [{ row, line: { ...line, detail: JSON.stringify(detail) }, version, next }];
  });
  store.writeAnew(tx.db, {
    clocks: written.map((w) => ({ ...w.next.set, id: w.row.id, policy_version: w.version })),
    entries: written.map((w) => w.line),
    steps: written.flatMap((w) => w.next.steps),
  });
}

/** Starts clocks by what the book says; those that the policy has no limit for do not run. */
async function begin(tx: Tx, by: Stamp, book: Book, starts: readonly Start[]): Promise<void> {
  if (starts.length === 0) return;
  const [calendars, rules] = await Promise.all([
    calendarsOf(
      tx.db,
      book,
      starts.map((s) => s.organizationId),
    ),
    beginningRules(
      tx,
      book,
      starts.map((s) => s.orderId),
    ),
  ]);
  const before = (s: Start) =>
    book.clocks
      .filter((r) => r.subject_id === s.subjectId && r.clock === s.clock)
      .map((r) => r.cycle);
  const made = starts.flatMap((s) => {
    const cycle = Math.max(0, ...before(s)) + 1;
    const calendar = calendars.get(s.organizationId)!;
    return startOne(by, s, cycle, rules.get(s.orderId)!, calendar) ?? [];
  });
  store.insertClocks(tx.db, made);
}

const stampOf = (tx: Tx, party: Party): Stamp => ({
  at: tx.at,
  party,
  actorId: userIdOf(tx.actor),
});

/**
 * All that one act does to the clocks of an order that the book says. Stops come first, then what runs
 * on or pauses, then what begins: an order is shown by one clock at a time.
 * @throws AppError `not_ready` where no policy was loaded.
 */
export async function moveClocks(
  tx: Tx,
  who: { party: Party; reason: string },
  book: Book,
  changes: readonly Change[],
  starts: readonly Start[] = [],
): Promise<void> {
  const by = { ...stampOf(tx, who.party), reason: who.reason };
  const { ended, entering } = sortOut(book.clocks, changes);
  store.stopRunning(tx.db, ended, by);
  await enter(tx, by, book, entering);
  await begin(tx, by, book, starts);
}

/**
 * Starts clocks; those that the policy has no limit for do not run.
 * @param rulings as they were read in this transaction, where they were.
 * @throws AppError `not_ready` where no policy or calendar was loaded.
 */
export async function startClocks(
  tx: Tx,
  party: Party,
  starts: readonly Start[],
  rulings?: Rulings,
): Promise<void> {
  if (starts.length === 0) return;
  // Only what has been before can start again; an order that is being registered never was.
  const fresh = starts.every((s) => s.reason === 'register');
  const orderIds = [...new Set(starts.map((s) => s.orderId))];
  const [clocks, read] = await Promise.all([
    fresh ? [] : store.readClocks(tx.db, orderIds),
    rulings ?? readRulings(tx.db),
  ]);
  await begin(tx, stampOf(tx, party), { ...read, clocks }, starts);
}

/** One change of the clocks of some subjects. @returns of how many clocks. */
async function change(tx: Tx, party: Party, c: Change, reason: string): Promise<number> {
  if (c.subjectIds.length === 0) return 0;
  const { subjectIds, clocks } = c;
  const book = await bookOf(tx.db, store.lockClocks(tx.db, subjectIds, STATES[c.kind], clocks));
  await moveClocks(tx, { party, reason }, book, [c]);
  return book.clocks.length;
}

/** Ends clocks: `done` is measured against the due instant, `void` is not. */
export async function stopClocks(
  tx: Tx,
  party: Party,
  which: Which,
  how: How,
  reason: string,
): Promise<void> {
  await change(tx, party, { ...which, kind: 'stop', how }, reason);
}

/** Pauses what runs; the citizen's clock never pauses. */
export async function pauseClocks(
  tx: Tx,
  party: Party,
  which: Which,
  pause: PauseType,
  reason: string,
): Promise<void> {
  await change(tx, party, { ...which, kind: 'pause', pause }, reason);
}

/** Lets paused clocks run on; the paused time is added. */
export async function resumeClocks(
  tx: Tx,
  party: Party,
  which: Which,
  reason: string,
): Promise<void> {
  await change(tx, party, { ...which, kind: 'resume' }, reason);
}

/** Grants more time. @throws AppError `state_conflict` when no such clock runs. */
export async function extendClocks(
  tx: Tx,
  party: Party,
  which: Which,
  by: Limit,
  reason: string,
): Promise<void> {
  if ((await change(tx, party, { ...which, kind: 'extend', by }, reason)) === 0)
    fail('state_conflict');
}
