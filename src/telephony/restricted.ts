/** Abuse: a script is read, a warning is kept; enough warnings and a supervisor restricts the number. */
import { userNames } from '../identity/index.ts';
import { channelPolicyOf } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { addDays } from '../kernel/clock.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { maskPhone } from '../workorder/index.ts';
import { requireOperator } from './desk.ts';
import { decideProposal, eraseProposals, lockOpenProposal, proposalsBehind } from './proposal.store.ts'; // prettier-ignore
import * as store from './restricted.store.ts';
import type { RestrictedRow } from './restricted.store.ts';
import { readCursor } from './return.store.ts';
import type { RestrictInput, RestrictedView } from './schema.ts';
import { findCall, lockCall } from './store.ts';
import type { CallRow } from './store.ts';

/** Rows erased by one statement. */
const BATCH_MAX = 100;

/** Who restricts, and who decides what operators ask for. @throws AppError `not_allowed`. */
export const requireOverseer = (actor: StaffActor) => {
  if (!holds(actor, 'supervisor', 'center_admin')) fail('not_allowed');
};

/**
 * The operator has read the script to the caller; once in a call, whoever says so how often.
 * @returns the warnings of this number within the policy's days, and how many a restriction needs.
 * @throws AppError `not_found` for a call that is not theirs.
 */
export async function warn(
  deps: Deps,
  actor: StaffActor,
  callId: string,
  call?: Call,
): Promise<{ warnings: number; needed: number }> {
  requireOperator(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      // Held, so that a warning pressed twice at once is one.
      const row = await lockCall(tx.db, callId);
      if (row?.operator_id !== actor.userId) fail('not_found');
      const hmac = row.phone_hmac;
      if (!(await store.wasWarned(tx.db, callId))) await putWarning(tx, actor, row);
      const counted = hmac ? await store.warningsOf(tx.db, [hmac], abuse.withinDays) : null;
      return { warnings: counted?.get(hmac!) ?? 1, needed: abuse.warnings };
    },
    call,
  );
}

async function putWarning(tx: Tx, actor: StaffActor, call: CallRow): Promise<void> {
  const callId = call.id;
  await store.insertWarning(tx.db, {
    id: newId(),
    call_id: callId,
    phone_hmac: call.phone_hmac,
    user_id: actor.userId,
    at: tx.at,
  });
  tx.record(
    { type: 'call.warned', subjectType: 'call', subjectId: callId, payload: { callId } },
    { party: 'operator', organizationId: null },
  );
}

/**
 * Restricts a number for some days, with a reason; emergencies pass all the same. What an operator
 * asked for about this number is decided by it. Two people stand behind it all the same: whoever asked
 * for it lately, or gave one of the warnings, does not.
 * @throws AppError `not_allowed`, `not_found`, `number_withheld`, `warnings_missing`, `already_done`,
 *   `own_proposal`, `invalid_input` for more days than the policy allows.
 */
export async function restrict(
  deps: Deps,
  actor: StaffActor,
  input: RestrictInput,
  call?: Call,
): Promise<RestrictedView> {
  requireOverseer(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  const { id } = await inTransaction(
    deps,
    actor,
    async (tx) => {
      const number = await numberOf(deps, tx, input);
      const hmac = deps.crypto.mac('phone', number);
      await store.lockNumber(tx.db, hmac);
      const warnings = (await store.warningsOf(tx.db, [hmac], abuse.withinDays)).get(hmac) ?? 0;
      if (warnings < abuse.warnings) fail('warnings_missing', { warnings, needed: abuse.warnings });
      const own = { hmac, userId: actor.userId, days: abuse.withinDays };
      if (await store.hadPart(tx.db, own)) fail('own_proposal');
      const asked = await lockOpenProposal(tx.db, hmac);
      const proposalId = asked?.id ?? null;
      const until = untilOf(tx.at, input.days, abuse.restrictDays);
      const made = await putRestriction(deps, tx, actor, { number, hmac, warnings, until, reason: input.reason, proposalId }); // prettier-ignore
      const decision = { decided_by: actor.userId, decided_at: tx.at, restricted_id: made.id };
      if (asked && !(await decideProposal(tx.db, asked.id, decision))) fail('already_done');
      return made;
    },
    call,
  );
  return one(deps, id);
}

async function numberOf(deps: Deps, tx: Tx, input: RestrictInput): Promise<string> {
  if (input.callId) {
    const call = (await findCall(tx.db, input.callId)) ?? fail('not_found');
    return call.phone_ct ? deps.crypto.open(call.phone_ct, `${call.id}/phone`) : fail('number_withheld'); // prettier-ignore
  }
  const issues = [{ path: 'callId', message: 'call or number', code: 'custom' }];
  return input.phone ?? fail('invalid_input', { issues });
}

/** A restriction always ends: after the days given, at most and usually those of the policy. */
export function untilOf(at: Date, days: number | undefined, most: number): Date {
  const issues = [{ path: 'days', message: `at most ${most}`, code: 'too_big' }];
  if (days !== undefined && days > most) fail('invalid_input', { issues });
  return addDays(at, days ?? most);
}

/**
 * @param r.proposalId what was asked for, if anything was.
 * @throws AppError `already_done` where the number is restricted.
 */
export async function putRestriction(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  r: {
    number: string;
    hmac: string;
    warnings: number;
    until: Date;
    reason: string;
    proposalId: string | null;
  },
): Promise<{ id: string }> {
  const id = newId();
  await store.endOver(tx.db, r.hmac);
  const made = await store.insertRestricted(tx.db, {
    id,
    phone_ct: deps.crypto.seal(r.number, `${id}/phone`),
    phone_hmac: r.hmac,
    reason_ct: deps.crypto.seal(r.reason, `${id}/reason`),
    warnings: r.warnings,
    set_by: actor.userId,
    set_at: tx.at,
    until: r.until,
  });
  if (!made) fail('already_done');
  tx.record({
    type: 'caller.restricted',
    subjectType: 'restricted_caller',
    subjectId: id,
    payload: { restrictedId: id, proposalId: r.proposalId, reasonGiven: true },
  });
  return { id };
}

/** Ends a restriction before its day, with a reason. @throws AppError `not_found`, `already_done`. */
export async function lift(
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: { reason: string },
  call?: Call,
): Promise<RestrictedView> {
  requireOverseer(actor);
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      if (!(await store.findRestricted(tx.db, id))) fail('not_found');
      const reason = deps.crypto.seal(input.reason, `${id}/lift`);
      const by = { userId: actor.userId, at: tx.at, reason };
      if (!(await store.liftRestricted(tx.db, id, by))) fail('already_done');
      tx.record({
        type: 'caller.restriction_lifted',
        subjectType: 'restricted_caller',
        subjectId: id,
        payload: { restrictedId: id, reasonGiven: true },
      });
      return { id };
    },
    call,
  );
  return one(deps, id);
}

/** Who is restricted, or was; newest first. For operators too: they hear the complaints. */
export async function listRestrictions(
  deps: Deps,
  actor: StaffActor,
  query: { state: 'current' | 'past'; cursor?: string | undefined; limit: number },
): Promise<{ items: RestrictedView[]; next: string | null }> {
  if (!holds(actor, 'operator', 'supervisor', 'center_admin')) fail('not_allowed');
  const rows = await store.listRestricted(deps.db, {
    current: query.state === 'current',
    cursor: readCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1)! : null;
  const next = last && `${last.set_at.toISOString()}_${last.id}`;
  return { items: await views(deps, page), next };
}

const one = async (deps: Deps, id: string): Promise<RestrictedView> =>
  (await views(deps, [(await store.findRestricted(deps.db, id))!]))[0]!;

async function views(deps: Deps, rows: readonly RestrictedRow[]): Promise<RestrictedView[]> {
  const asked = await proposalsBehind(
    deps.db,
    rows.map((r) => r.id),
  );
  const people = rows.flatMap((r) => [r.set_by, r.lifted_by, asked.get(r.id)?.proposed_by]);
  const names = await userNames(
    deps.db,
    people.filter((id) => id !== null && id !== undefined),
  );
  const nameOf = (id: string | null | undefined) => (id ? (names.get(id) ?? '') : null);
  // '' once its days are over.
  const open = (r: RestrictedRow, field: string, sealed: Buffer | null) =>
    sealed ? deps.crypto.open(sealed, `${r.id}/${field}`) : '';
  // Ended at its very date nobody lifted it: it was over, and another one followed.
  const lifted = (r: RestrictedRow) => r.lifted_at !== null && +r.lifted_at !== +r.until;
  return rows.map((r) => ({
    id: r.id,
    phone: maskPhone(open(r, 'phone', r.phone_ct)),
    reason: open(r, 'reason', r.reason_ct),
    warnings: r.warnings,
    setAt: r.set_at.toISOString(),
    setBy: names.get(r.set_by) ?? '',
    proposedBy: nameOf(asked.get(r.id)?.proposed_by),
    proposedAt: asked.get(r.id)?.proposed_at.toISOString() ?? null,
    until: r.until.toISOString(),
    liftedAt: lifted(r) ? r.lifted_at!.toISOString() : null,
    liftedBy: lifted(r) ? nameOf(r.lifted_by) : null,
    liftReason: lifted(r) ? open(r, 'lift', r.lift_reason_ct) : null,
  }));
}

/** Numbers and reasons of restrictions, and of what was asked for, past the days of calls. */
export async function eraseRestrictions(deps: Deps): Promise<void> {
  const { callDays } = (await channelPolicyOf(deps.db)).document.retention;
  while ((await store.eraseRestricted(deps.db, callDays, BATCH_MAX)) >= BATCH_MAX);
  while ((await eraseProposals(deps.db, callDays, BATCH_MAX)) >= BATCH_MAX);
}
