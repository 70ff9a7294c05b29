/** Serves the duties that a job names: the delete of the outbox row is the receipt. */
import { SYSTEM } from '../src/kernel/actor.ts';
import { newId } from '../src/kernel/ids.ts';
import type { DbTx } from '../src/platform/db.ts';
import {
  consumersOfDuties,
  noteDutyFailure,
  receiveDuties,
  receiveDuty,
  waitBriefly,
} from '../src/platform/outbox.ts';
import type { Received } from '../src/platform/outbox.ts';
import { inTransaction, onBehalf } from '../src/platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../src/platform/unit-of-work.ts';
import { ACTING } from '../src/subscriptions.ts';
import { lockOrder } from '../src/workorder/index.ts';
import { afterFiring } from './firing.ts';
import { chunks, goesTogether } from './groups.ts';
import { HANDLERS } from './handlers/index.ts';

/** A duty as the log names it; the rest is known once it was taken. */
interface Followed {
  outboxId: string;
  traceId?: string;
  consumer?: string;
  event?: string;
  orderId?: string | null;
}

async function noteFailure(deps: Deps, duty: Followed, error: unknown): Promise<void> {
  const { outboxId } = duty;
  const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
  deps.log.warn({ ...duty, error: message }, 'duty failed');
  await noteDutyFailure(deps.db, outboxId, message).catch(() => {});
}

let ending = false;
/** This process ends: duties that were not begun are left to others. */
export const endServing = (): void => void (ending = true);

/**
 * Duties of one transaction. Their orders are locked as long as the slowest of them takes, so they are
 * few; a transaction costs its round trips, however many duties share them.
 */
const TOGETHER_MAX = 20;

/**
 * Serves duties, those that may be together in one transaction; where one of them fails each is served
 * in a transaction of its own, so that it does not hold the others.
 * @throws when some failed or were left, so that the queue gives the job out again; those done are
 *   skipped then.
 */
export async function serveDuties(deps: Deps, ids: readonly string[]): Promise<void> {
  let failed = 0;
  for (const duties of await portionsOf(deps, ids)) {
    await afterFiring();
    if (ending) throw new Error('this process ends');
    if (duties.length > 1 && (await servedTogether(deps, duties))) continue;
    for (const id of duties) failed += await serveAlone(deps, id);
  }
  if (failed > 0) throw new Error(`${failed} of ${ids.length} duties failed`);
}

/** What is served together, then the others one by one; what is done already is left out. */
async function portionsOf(deps: Deps, ids: readonly string[]): Promise<string[][]> {
  if (ids.length < 2) return ids.map((id) => [id]);
  const standing = await consumersOfDuties(deps.db, ids);
  for (let i = standing.length; i < ids.length; i++) deps.metrics?.duty('none', 'gone', 0);
  // One that failed would take the others of its transaction down again.
  const mayShare = (d: { consumer: string; failures: number }) =>
    d.failures === 0 && goesTogether(d.consumer);
  const together = standing.filter((d) => mayShare(d));
  const alone = standing.filter((d) => !mayShare(d));
  return [...chunks(together, TOGETHER_MAX), ...alone.map((d) => [d])].map((portion) =>
    portion.map((d) => d.id),
  );
}

/** @returns 1 where it failed. */
async function serveAlone(deps: Deps, id: string): Promise<0 | 1> {
  await afterFiring();
  if (ending) throw new Error('this process ends');
  const duty: Followed = { outboxId: id };
  const begun = performance.now();
  const note = (outcome: 'done' | 'gone' | 'failed') =>
    deps.metrics?.duty(duty.consumer ?? 'none', outcome, (performance.now() - begun) / 1_000);
  try {
    await serveDuty(deps, duty);
    note(duty.consumer ? 'done' : 'gone');
    return 0;
  } catch (error) {
    note('failed');
    await noteFailure(deps, duty, error);
    return 1;
  }
}

/** What follows from a duty is told under the trace of the request from which it follows itself. */
async function serveDuty(deps: Deps, duty: Followed): Promise<void> {
  const call: Call = { traceId: newId() };
  await inTransaction(
    deps,
    SYSTEM,
    async (tx, event) => {
      if (!event) return;
      call.traceId = event.traceId ?? call.traceId;
      Object.assign(duty, followed(event, call.traceId));
      await handle(deps, tx, event);
    },
    call,
    (db: DbTx) => receiveDuty(db, duty.outboxId),
  );
  if (duty.consumer) deps.log.info(duty, 'duty done');
}

const followed = (event: Received, traceId: string): Required<Followed> => ({
  outboxId: event.dutyId,
  traceId,
  consumer: event.consumer,
  event: event.type,
  orderId: event.orderId,
});

const handle = (deps: Deps, tx: Tx, event: Received): Promise<void> =>
  HANDLERS[event.consumer as keyof typeof HANDLERS](deps, tx, event);

/** Serves duties in one transaction. @returns whether it could; nothing was done else. */
async function servedTogether(deps: Deps, ids: readonly string[]): Promise<boolean> {
  const begun = performance.now();
  try {
    const done = await inTransaction(
      deps,
      SYSTEM,
      (tx, events) => handleAll(deps, tx, events),
      undefined,
      (db: DbTx) => {
        waitBriefly(db);
        return receiveDuties(db, ids);
      },
    );
    const seconds = (performance.now() - begun) / 1_000;
    for (const duty of done) {
      deps.metrics?.duty(duty.consumer, 'done', seconds);
      deps.log.info(duty, 'duty done');
    }
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 200) : 'failed';
    deps.log.info({ duties: ids.length, error: message }, 'duties are served one by one');
    return false;
  }
}

/**
 * The duties of an order one after the other, those of different orders side by side: what they ask
 * of the database travels together. Waits for all of them, so that nothing runs on when one failed.
 */
async function handleAll(
  deps: Deps,
  tx: Tx,
  events: readonly Received[],
): Promise<Required<Followed>[]> {
  const rows = new Map<string, Received[]>();
  for (const event of events) {
    const about = event.orderId ?? event.dutyId;
    rows.set(about, [...(rows.get(about) ?? []), event]);
  }
  const done: Required<Followed>[] = [];
  const serve = async (row: readonly Received[]) => {
    for (const event of row) {
      const traceId = event.traceId ?? newId();
      await handle(deps, onBehalf(tx, SYSTEM, traceId), event);
      done.push(followed(event, traceId));
    }
  };
  const outcomes = await Promise.allSettled([
    lockAll(tx, events),
    ...[...rows.values()].map(serve),
  ]);
  const failure = outcomes.find((o) => o.status === 'rejected');
  if (failure) throw failure.reason;
  return done;
}

/** Orders that are acted on, in one order for everybody and before anything else: no circle of waiting. */
const lockAll = (tx: Tx, events: readonly Received[]) => {
  const acted = events.filter((e) => (ACTING as readonly string[]).includes(e.consumer));
  const ids = [...new Set(acted.flatMap((e) => e.orderId ?? []))].toSorted();
  return Promise.all(ids.map((id) => lockOrder(tx.db, id)));
};
