import { SYSTEM } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { sqlState } from '../platform/db.ts';
import type { DbTx } from '../platform/db.ts';
import { groupCommit } from '../platform/group-commit.ts';
import type { Settled } from '../platform/group-commit.ts';
import { isKeyTaken, keyText, replay } from '../platform/idempotency.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { findOrder } from '../workorder/index.ts';
import { hashOf, keyOf, scopeOf } from './arrival.ts';
import type { Arrival, Kept } from './arrival.ts';
import { REPEAT, readFor, storeIn } from './batch.ts';
import type { Keys, Stored } from './batch.ts';
import { queryCode } from './codes.ts';
import { checkMayRegister } from './contacts.ts';
import type { Asked } from './plan.ts';
import type { Registered } from './schema.ts';

export interface Intake {
  /** @throws AppError `invalid_input`, `idempotency_key_reused`, `not_found`, `not_allowed`, `busy`. */
  register(arrival: Arrival): Promise<Registered>;
}

const answer = (
  deps: Deps,
  a: Arrival,
  kept: Pick<Kept, 'orderId' | 'contactId'>,
  orderNo: string,
): Registered => ({
  orderId: kept.orderId,
  orderNo,
  contactId: kept.contactId,
  queryCode: queryCode(deps, kept.orderId),
  // A hand-over is recorded with the demand: that is its second version.
  version: a.handoverId ? 2 : 1,
});

/** The one pipeline of receipt: every channel hands its drafts to `register`. */
export function createIntake(deps: Deps): Intake {
  const commit = groupCommit<Arrival, Registered>(
    (batch) => serve(deps, batch),
    () => new AppError('busy'),
    isOnes,
  );
  return {
    async register(arrival) {
      checkMayRegister(arrival.actor);
      return commit(arrival);
    },
  };
}

/** What everybody in a batch would meet. */
const EVERYBODYS: readonly ErrorCode[] = ['busy', 'database_unavailable', 'not_ready', 'internal'];

/**
 * Whether an error may come from one draft alone: data that PostgreSQL refuses (22) or that clashes
 * (23), a file that is not there, a hand-over that cannot be recorded.
 */
const isOnes = (error: unknown): boolean =>
  error instanceof AppError
    ? !EVERYBODYS.includes(error.code)
    : /^2[23]/.test(sqlState(error) ?? '');

/** Serves a batch in one transaction; each item is answered by itself. */
async function serve(deps: Deps, batch: Arrival[]): Promise<Settled<Registered>[]> {
  const out: (Settled<Registered> | undefined)[] = batch.map(() => undefined);
  const hashes = batch.map((a) => hashOf(deps, a));
  const first = new Map<string, number>();
  const again: number[] = [];
  const candidates: number[] = [];
  batch.forEach((a, i) => {
    const k = keyText(keyOf(a));
    if (first.has(k)) again.push(i);
    else {
      first.set(k, i);
      candidates.push(i);
    }
  });
  const stored = await storeBatch(
    deps,
    candidates.map((i) => ({ arrival: batch[i]!, hash: hashes[i]! })),
  );
  candidates.forEach((i, n) => {
    out[i] = stored[n]!;
  });
  // A key that came twice in one batch, or was known before, is answered from what is stored.
  for (const i of [...again, ...candidates.filter((i) => isRepeat(out[i]!))]) {
    const original = out[first.get(keyText(keyOf(batch[i]!)))!];
    const refused = original && !original.ok && !isRepeat(original) ? original : undefined;
    out[i] = refused ?? (await repeat(deps, batch[i]!, hashes[i]!, out[i]));
  }
  return out.map((o) => o!);
}

/** Whether it was done before: by the same key, or, where it was not, by somebody else. */
const isRepeat = (s: Settled<Registered>) =>
  !s.ok && s.error instanceof AppError && s.error.code === 'already_done';

async function repeat(
  deps: Deps,
  a: Arrival,
  hash: string,
  refused?: Settled<Registered>,
): Promise<Settled<Registered>> {
  try {
    const kept = await replay<Kept>(deps.db, scopeOf(a.actor), a.key, hash);
    const order = kept && (await findOrder(deps.db, kept.orderId));
    if (kept && order) return { ok: true, value: answer(deps, a, kept, order.order_no) };
    const error = refused && !refused.ok && refused.error !== REPEAT ? refused.error : null;
    return { ok: false, error: error ?? new AppError('busy') };
  } catch (error) {
    return { ok: false, error };
  }
}

async function storeBatch(deps: Deps, list: Asked[]): Promise<Settled<Registered>[]> {
  if (list.length === 0) return [];
  // Many requests, one transaction: what is nobody's own follows from none of them.
  const alone = list.length === 1 ? list[0]!.arrival.traceId : undefined;
  const call = { traceId: alone ?? newId() };
  const storeAll = (keys: Keys) =>
    inTransaction(
      deps,
      SYSTEM,
      (tx, read) => storeIn(deps, tx, list, read, keys),
      call,
      (db: DbTx) => readFor(deps, db, list),
    );
  const stored = await storeAll('taken').catch((error: unknown) => {
    if (isKeyTaken(error)) return storeAll('claimed');
    throw error;
  });
  return answersOf(deps, stored);
}

async function answersOf(deps: Deps, { plans, numbers }: Stored): Promise<Settled<Registered>[]> {
  const written = await numbers;
  return plans.map((p): Settled<Registered> => {
    if (p instanceof AppError) return { ok: false, error: p };
    const orderNo = written.get(p.orderId);
    return orderNo
      ? { ok: true, value: answer(deps, p.arrival, p, orderNo) }
      : { ok: false, error: REPEAT };
  });
}

/**
 * Registers one demand in a transaction that is open already, with what else belongs to it: the message
 * that brings it. The same key is answered again.
 * @throws AppError as `register`, but for `busy` where somebody else does the same now.
 */
export async function registerIn(deps: Deps, tx: Tx, arrival: Arrival): Promise<Registered> {
  checkMayRegister(arrival.actor);
  const hash = hashOf(deps, arrival);
  const asked = [{ arrival, hash }];
  const read = await readFor(deps, tx.db, asked);
  const [made] = await answersOf(deps, await storeIn(deps, tx, asked, read, 'claimed'));
  const done = made?.ok ? made : await repeat({ ...deps, db: tx.db }, arrival, hash, made);
  if (!done.ok) throw done.error;
  return done.value;
}
