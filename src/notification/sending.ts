/** Tries of messages: what each says, whether it still holds, and what became of it. */
import { SYSTEM } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { DbTx } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { compose, orderOf, stillTrue } from './compose.ts';
import type { Message } from './compose.ts';
import type { Gateway } from './gateway.ts';
import { Refused } from './provider.ts';
import { LEASE_SECONDS, TRIES_MAX, backoffSeconds, goesInSpiteOfStop } from './rules.ts';
import * as deliveryStore from './delivery.store.ts';
import * as smsStore from './sms.store.ts';
import type { ClaimedDelivery, DeliveryRow, SentDelivery } from './delivery.store.ts';

/** Why a message was not sent to who wants none. */
export const OPTED_OUT = 'opted out';

/** The real instant, as clocks outside tell it. */
export const realInstant = (deps: Deps): Promise<Date> => deliveryStore.realNow(deps.db);

/** Whether who it is for wants no such messages, at the moment of sending. */
const unwanted = async (deps: Deps, d: DeliveryRow, m: Message): Promise<boolean> =>
  !goesInSpiteOfStop(d.kind) &&
  (await smsStore.openOptOut(deps.db, deps.crypto.mac('phone', m.to))) !== null;

/** A delivery that was claimed: what it says, or why it is not sent. */
type Prepared = { d: ClaimedDelivery } & (
  { message: Message } | { obsolete: string | null } | { error: unknown }
);

async function prepare(deps: Deps, d: ClaimedDelivery): Promise<Prepared> {
  try {
    const order = await orderOf(deps, d);
    const [holds, made] = await Promise.allSettled([
      stillTrue(deps, d, order),
      compose(deps, d, order),
    ]);
    if (holds.status === 'rejected') throw holds.reason;
    if (!holds.value) return { d, obsolete: null };
    if (made.status === 'rejected') throw made.reason;
    const message = made.value;
    return (await unwanted(deps, d, message)) ? { d, obsolete: OPTED_OUT } : { d, message };
  } catch (error) {
    return { d, error };
  }
}

export type Outcome = 'sent' | 'failed' | 'skipped';

/**
 * One try of some deliveries, on their way at once. None waits for another; a failure is kept with
 * the time of the next try, and after the last one it is left to people.
 * @param take says which, in the transaction that claims them: from then on the rows are the duties.
 * @param ended hears of each that is on its way no more.
 * @throws when they could not be claimed and composed together; nothing was done then.
 */
export async function sendAll(
  deps: Deps,
  gateway: Gateway,
  take: (db: DbTx) => Promise<readonly string[]>,
  ended: (deliveryId: string) => void = () => {},
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const prepared = await claimAll(deps, take, outcomes);
  const tried = new Set(prepared.map((p) => p.d.id));
  for (const id of outcomes.keys()) if (!tried.has(id)) ended(id);
  const mark = marker(deps);
  const sendOne = async (p: Prepared) => {
    const sending = sendPrepared(deps, gateway, p, mark);
    outcomes.set(p.d.id, await sending.finally(() => ended(p.d.id)));
  };
  const all = await Promise.allSettled(prepared.map(sendOne));
  const failure = all.find((one) => one.status === 'rejected');
  if (failure) throw failure.reason;
  return outcomes;
}

function claimAll(
  deps: Deps,
  take: (db: DbTx) => Promise<readonly string[]>,
  outcomes: Map<string, Outcome>,
): Promise<Prepared[]> {
  const claim = async (tx: Tx, ids: readonly string[]) => {
    for (const id of ids) outcomes.set(id, 'skipped');
    const claimed = await deliveryStore.claimDeliveries(tx.db, ids, LEASE_SECONDS);
    // What is read for one travels with what is read for the others.
    const all = await Promise.all(claimed.map((d) => prepare({ ...deps, db: tx.db }, d)));
    for (const p of all) if ('obsolete' in p) deliveryStore.markObsolete(tx.db, p.d.id, p.obsolete);
    return all;
  };
  return inTransaction(deps, SYSTEM, claim, undefined, take);
}

const PASSING: readonly ErrorCode[] = ['busy', 'database_unavailable'];

/** One try of one delivery. */
export async function send(deps: Deps, gateway: Gateway, deliveryId: string): Promise<Outcome> {
  const take = async () => [deliveryId];
  try {
    return (await sendAll(deps, gateway, take)).get(deliveryId)!;
  } catch (error) {
    // Trouble of the database is none of the message: it stays due.
    if (error instanceof AppError && PASSING.includes(error.code)) throw error;
    // What cannot even be composed is a failure like any other.
    const [d] = await deliveryStore.claimDeliveries(deps.db, [deliveryId], LEASE_SECONDS);
    if (!d) throw error;
    await noteFailure(deps, d, error);
    return 'failed';
  }
}

async function sendPrepared(
  deps: Deps,
  gateway: Gateway,
  p: Prepared,
  mark: Marker,
): Promise<Outcome> {
  if ('obsolete' in p) return 'skipped';
  const { d } = p;
  try {
    if ('error' in p) throw p.error;
    const { to, text, kind, values } = p.message;
    const taken = await gateway({ id: d.id, to, text }, { kind, values, at: d.claimed_at });
    await mark({ id: d.id, providerId: taken?.providerId ?? null });
    return 'sent';
  } catch (error) {
    await noteFailure(deps, d, error);
    return 'failed';
  }
}

type Marker = (sent: SentDelivery) => Promise<void>;

/** Notes as sent, in one statement, those that ended while the last ones were noted. */
function marker(deps: Deps): Marker {
  let waiting: SentDelivery[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return (sent) => {
    waiting.push(sent);
    next ??= running.then(() => {
      const now = waiting;
      waiting = [];
      next = undefined;
      const marked = deliveryStore.markSent(deps.db, now);
      running = marked.catch(() => {});
      return marked;
    });
    return next;
  };
}

async function noteFailure(deps: Deps, d: DeliveryRow, thrown: unknown): Promise<void> {
  const error = thrown instanceof Error ? thrown.message : 'failed';
  const dead = d.attempts >= TRIES_MAX || thrown instanceof Refused;
  await inTransaction(deps, SYSTEM, async (tx) => {
    await deliveryStore.markFailed(tx.db, d.id, {
      error: error.slice(0, 200),
      dead,
      waitSeconds: backoffSeconds(d.attempts),
    });
    tx.record({
      type: 'delivery.failed',
      subjectType: 'delivery',
      subjectId: d.id,
      ...(d.order_id && { orderId: d.order_id }),
      payload: { deliveryId: d.id, attempts: d.attempts, dead },
    });
  });
  deps.log.warn(
    { deliveryId: d.id, kind: d.kind, attempts: d.attempts, dead, error },
    'delivery failed',
  );
}
