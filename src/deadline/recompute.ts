/** Computing living clocks anew after the calendar changed or a policy was withdrawn; nobody edits a due instant. */
import { calendarsFor, currentVersion } from '../calendar/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { addMoves, moveOf, noMoves, sameSteps } from './moves.ts';
import type { Move, Moves } from './moves.ts';
import { documentOf, policyAt, policyByVersion, withdrawnInUse } from './policy.store.ts';
import type { PolicyDocument } from './schema.ts';
import { again, group } from './again.ts';
import * as store from './store.ts';
import type { DeadlineRow, Stale } from './store.ts';

/** Clocks of one portion, which is one transaction. */
const PORTION = 500;
/** Passes over what is left because somebody held it; the sweeper goes on later. */
const PASSES_MAX = 3;

/** One clock computed anew. */
interface Renewed {
  row: DeadlineRow;
  next: ReturnType<typeof again>;
  move: Move | null;
}

/**
 * Computes clocks anew from their ledgers: pauses and extensions are in the ledger and cannot be
 * forgotten. Reads only.
 * @param version of the policy that rules them from now on; default: each its own.
 */
async function renew(
  db: Reader,
  now: Date,
  rows: readonly DeadlineRow[],
  version?: number,
): Promise<Renewed[]> {
  const ids = rows.map((r) => r.id);
  const entries = group(await store.entriesOf(db, ids), (e) => e.deadline_id);
  const steps = group(await store.stepsOf(db, ids), (s) => s.deadline_id);
  const calendars = await calendarsFor(
    db,
    rows.map((r) => r.organization_id),
  );
  const docs = new Map<number, PolicyDocument>();
  for (const v of new Set(version === undefined ? rows.map((r) => r.policy_version) : [version])) {
    docs.set(v, await documentOf(db, (await policyByVersion(db, v))!));
  }
  return rows.map((row) => {
    const known = steps.get(row.id) ?? [];
    const doc = docs.get(version ?? row.policy_version)!;
    const calendar = calendars.get(row.organization_id)!;
    const next = again(now, row, entries.get(row.id)!, known, doc, calendar);
    const move = moveOf(row, next.set, now);
    // Steps after the due instant may move while it stands.
    const same = move === null && version === undefined && sameSteps(known, next.steps);
    return { row, next, move: same ? null : (move ?? 'steps') };
  });
}

/** One portion in the caller's transaction. Clocks that somebody holds are left for the next pass. */
async function renewPortion(
  tx: Tx,
  ids: readonly string[],
  which: Stale,
  to?: number,
): Promise<Followed> {
  const rows = await store.lockStale(tx.db, ids, which);
  // Read after the locks: what fired while they were waited for is no longer ahead.
  const renewed = await renew(tx.db, await appNow(tx.db), rows, to);
  const changed = renewed.filter((r) => r.move !== null);
  const same = renewed.filter((r) => r.move === null);
  store.writeAnew(tx.db, {
    clocks: changed.map((r) => ({
      ...r.next.set,
      id: r.row.id,
      policy_version: to ?? r.row.policy_version,
    })),
    entries: [],
    steps: changed.flatMap((r) => r.next.steps),
  });
  if (which.calendarBefore !== undefined) {
    const unmoved = same.map((r) => r.row.id);
    await store.markVersion(tx.db, unmoved, which.calendarBefore);
  }
  const followed = { ...noMoves(), changed: changed.length };
  for (const r of changed) addMoves(followed, r.row, r.next.set, r.move!);
  return followed;
}

/** How clocks moved, and how many were written anew, be it only their warnings. */
type Followed = Moves & { changed: number };
const nothing = (): Followed => ({ ...noMoves(), changed: 0 });

const merge = (sum: Followed, more: Followed): Followed => ({
  changed: sum.changed + more.changed,
  moved: sum.moved + more.moved,
  movedEarlier: sum.movedEarlier + more.movedEarlier,
  movedLater: sum.movedLater + more.movedLater,
  noLongerProvisional: sum.noLongerProvisional + more.noLongerProvisional,
  noLongerOverdue: sum.noLongerOverdue + more.noLongerOverdue,
  samples: [...sum.samples, ...more.samples].slice(0, 50),
});

/** Renews everything that is stale, portion by portion, each in a transaction of its own. */
async function renewAll(deps: Deps, which: Stale, to?: number): Promise<Followed> {
  let sum = nothing();
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    let after: string | null = null;
    let found = 0;
    for (;;) {
      const ids: string[] = await store.staleIds(deps.db, which, after, PORTION);
      if (ids.length === 0) break;
      found += ids.length;
      after = ids.at(-1)!;
      sum = merge(sum, await inTransaction(deps, SYSTEM, (tx) => renewPortion(tx, ids, which, to)));
    }
    if (found === 0) break;
  }
  return sum;
}

/** When the clocks have followed, every page reads again; whose clocks moved is nobody else's matter. */
async function announce(
  deps: Deps,
  { changed }: Followed,
  e: {
    type: 'calendar.changed' | 'policy.withdrawn';
    subjectType: 'calendar' | 'deadline';
    version: number;
  },
): Promise<void> {
  if (changed === 0) return;
  const { type, subjectType, version } = e;
  await inTransaction(deps, SYSTEM, async (tx) =>
    tx.record({ type, subjectType, subjectId: newId(), payload: { version } }),
  );
}

/** What others are told of it. */
const moves = ({
  moved,
  movedEarlier,
  movedLater,
  noLongerProvisional,
  noLongerOverdue,
  samples,
}: Followed): Moves => ({
  moved,
  movedEarlier,
  movedLater,
  noLongerProvisional,
  noLongerOverdue,
  samples,
});

/** Brings every living clock to the present calendar. */
export async function followCalendar(deps: Deps): Promise<Moves> {
  const version = await currentVersion(deps.db);
  if (!(await store.hasStale(deps.db, version))) return noMoves();
  const followed = await renewAll(deps, { calendarBefore: version });
  await announce(deps, followed, { type: 'calendar.changed', subjectType: 'calendar', version });
  return moves(followed);
}

/** Takes living clocks off withdrawn versions of the policy. */
export async function followPolicy(deps: Deps): Promise<Moves> {
  let sum = nothing();
  for (const version of await withdrawnInUse(deps.db)) {
    const next = await policyAt(deps.db, await appNow(deps.db));
    if (!next) continue;
    const followed = await renewAll(deps, { policyVersion: version }, next.version);
    await announce(deps, followed, { type: 'policy.withdrawn', subjectType: 'deadline', version });
    sum = merge(sum, followed);
  }
  return moves(sum);
}

/**
 * Clocks whose transaction read calendar or policy before a change and was committed after it, and
 * those somebody held meanwhile. Called again and again.
 * @returns how many due instants moved.
 */
export async function catchUp(deps: Deps): Promise<number> {
  const calendar = await followCalendar(deps);
  const policy = await followPolicy(deps);
  return calendar.moved + policy.moved;
}

/** What a change that is not committed would move: reads and counts, locks and writes nothing of a clock. */
export async function countMoves(tx: Tx): Promise<Moves> {
  let sum = nothing();
  let after: string | null = null;
  for (;;) {
    const rows: DeadlineRow[] = await store.livingWorking(tx.db, after, PORTION);
    if (rows.length === 0) return moves(sum);
    after = rows.at(-1)!.id;
    const portion = nothing();
    for (const r of await renew(tx.db, tx.at, rows)) {
      if (r.move !== null) addMoves(portion, r.row, r.next.set, r.move);
    }
    sum = merge(sum, portion);
  }
}
