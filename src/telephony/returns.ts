/** Calls that nobody answered are returned in time: one task for each number. */
import type { StaffActor } from '../kernel/actor.ts';
import { holds } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { channelPolicyOf, ownsContact } from '../intake/index.ts';
import { maskPhone } from '../workorder/index.ts';
import { appNow } from '../platform/db.ts';
import type { TelephonyPolicy } from './ledger.ts';
import type { ReturnReason } from './limits.ts';
import * as store from './return.store.ts';
import type { ReturnRow } from './return.store.ts';
import type { AttemptInput, ReturnCallView } from './schema.ts';
import type { CallRow } from './store.ts';

const tellReturn = (tx: Tx, returnCallId: string): void =>
  tx.record({
    type: 'return_call.changed',
    subjectType: 'return_call',
    subjectId: returnCallId,
    payload: { returnCallId },
  });

/** A call that nobody answered: one more task, or one more call in the task that this number has. */
export async function wantReturn(tx: Tx, call: CallRow, policy: TelephonyPolicy): Promise<void> {
  const due = new Date((call.ended_at ?? tx.at).getTime() + policy.returnMinutes * 60_000);
  const made = await store.putReturn(tx.db, {
    id: newId(),
    // Sealed for the call; who opens it names the call.
    phone_ct: call.phone_ct!,
    phone_hmac: call.phone_hmac!,
    cause: call.outcome === 'missed' ? 'missed' : 'abandoned',
    skill: call.skill,
    due_at: due,
    made_at: tx.at,
    sealed_for: call.id,
  });
  if (made) tellReturn(tx, made);
}

/** The number was answered: nothing is left to return. */
export async function closeReturns(tx: Tx, call: CallRow): Promise<void> {
  const open = await store.lockOpenReturn(tx.db, call.phone_hmac!);
  if (!open) return;
  const own = (await store.returnOfCall(tx.db, call.id)) === open.id;
  await endReturn(tx, open, 'done', own ? 'answered_after_all' : 'called_again');
}

async function endReturn(
  tx: Tx,
  row: ReturnRow,
  state: 'done' | 'given_up',
  reason: ReturnReason,
): Promise<void> {
  await store.updateReturn(tx.db, row.id, { state, reason, ended_at: tx.at });
  tellReturn(tx, row.id);
}

// ---------------------------------------------------------------- the desk

export const requireReturner = (actor: StaffActor) => {
  if (!holds(actor, 'operator', 'callback_agent', 'supervisor')) fail('not_allowed');
};

/** Whether the task is somebody else's still: taken, and not left lying. */
const isOthers = (r: ReturnRow, userId: string, now: Date, policy: TelephonyPolicy): boolean =>
  r.state === 'taken' &&
  r.taken_by !== userId &&
  now.getTime() - r.taken_at!.getTime() < policy.takeMinutes * 60_000;

/** @throws AppError `not_found`, `already_done`. */
async function lockOpenReturn(tx: Tx, id: string) {
  const row = (await store.lockReturn(tx.db, id)) ?? fail('not_found');
  return row.ended_at ? fail('already_done') : row;
}

/**
 * Takes a call to return; the number is shown in full to who did.
 * @throws AppError `not_found`, `already_done`, `state_conflict` while somebody else has it.
 */
export async function takeReturn(
  deps: Deps,
  actor: StaffActor,
  id: string,
  call?: Call,
): Promise<ReturnCallView> {
  requireReturner(actor);
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = await lockOpenReturn(tx, id);
      if (isOthers(row, actor.userId, tx.at, policy)) fail('state_conflict', { state: row.state });
      if (row.taken_by === actor.userId && row.state === 'taken') return { id };
      await store.updateReturn(tx.db, id, {
        state: 'taken',
        taken_by: actor.userId,
        taken_at: tx.at,
      });
      tellReturn(tx, id);
      return { id };
    },
    call,
  );
  return oneReturn(deps, actor, id);
}

/**
 * How an attempt ended: reached ends the task, a wrong number gives it up, and so does the policy's
 * last attempt without an answer.
 * @throws AppError `not_found` (of a contact that is not one's own, too), `already_done`,
 *   `state_conflict` for who did not take it.
 */
export async function recordReturnAttempt(
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: AttemptInput,
  call?: Call,
): Promise<ReturnCallView> {
  requireReturner(actor);
  const policy = (await channelPolicyOf(deps.db)).document.telephony;
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = await lockOpenReturn(tx, id);
      if (row.state !== 'taken' || row.taken_by !== actor.userId)
        fail('state_conflict', { state: row.state });
      const { contactId = null } = input;
      if (contactId && !(await ownsContact(tx.db, contactId, actor.userId))) fail('not_found');
      await store.insertAttempt(tx.db, {
        id: newId(),
        return_call_id: id,
        user_id: actor.userId,
        result: input.result,
        contact_id: contactId,
        at: tx.at,
      });
      await afterAttempt(tx, row, input, policy);
      return { id };
    },
    call,
  );
  return oneReturn(deps, actor, id);
}

async function afterAttempt(tx: Tx, row: ReturnRow, input: AttemptInput, policy: TelephonyPolicy) {
  const attempts = row.attempts + 1;
  await store.updateReturn(tx.db, row.id, { attempts });
  if (input.result === 'reached') return endReturn(tx, row, 'done', 'reached');
  if (input.result === 'wrong_number') return endReturn(tx, row, 'given_up', 'wrong_number');
  if (attempts >= policy.returnAttempts) return endReturn(tx, row, 'given_up', 'no_answer');
  // Anybody may try the next time.
  await store.updateReturn(tx.db, row.id, { state: 'open', taken_by: null, taken_at: null });
  tellReturn(tx, row.id);
}

/** Calls to return: open ones by when they are due, finished ones newest first. */
export async function listReturns(
  deps: Deps,
  actor: StaffActor,
  query: { state: 'open' | 'mine' | 'done'; cursor?: string | undefined; limit: number },
): Promise<{ items: ReturnCallView[]; next: string | null }> {
  requireReturner(actor);
  const rows = await store.listReturns(deps.db, {
    queue: query.state,
    userId: actor.userId,
    cursor: store.readCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  const more = rows.length > query.limit ? page.at(-1)! : null;
  const items = await views(deps, actor, page);
  return { items, next: more && store.cursorOf(more, query.state) };
}

async function oneReturn(deps: Deps, actor: StaffActor, id: string): Promise<ReturnCallView> {
  const row = (await store.findReturn(deps.db, id)) ?? fail('not_found');
  return (await views(deps, actor, [row]))[0]!;
}

async function views(deps: Deps, actor: StaffActor, rows: ReturnRow[]): Promise<ReturnCallView[]> {
  const [attempts, now] = await Promise.all([
    store.attemptsOf(
      deps.db,
      rows.map((r) => r.id),
    ),
    appNow(deps.db),
  ]);
  return rows.map((r) => {
    const number = r.phone_ct ? deps.crypto.open(r.phone_ct, `${r.sealed_for}/phone`) : '';
    const mine = r.taken_by === actor.userId;
    return {
      id: r.id,
      state: r.state,
      phone: mine && r.state === 'taken' ? number : maskPhone(number),
      cause: r.cause,
      skill: r.skill,
      calls: r.calls,
      madeAt: r.made_at.toISOString(),
      dueAt: r.due_at.toISOString(),
      overdue: r.ended_at === null && r.due_at <= now,
      mine,
      takenBy: r.taken_by,
      attempts: attempts
        .filter((a) => a.return_call_id === r.id)
        .map((a) => ({ at: a.at.toISOString(), result: a.result })),
      endedAt: r.ended_at?.toISOString() ?? null,
      reason: r.reason,
    };
  });
}
