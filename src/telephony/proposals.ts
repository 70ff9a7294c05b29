/** A restriction has two people: an operator asks for it and says why, an overseer decides. */
import { userNames } from '../identity/index.ts';
import { channelPolicyOf } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { maskPhone } from '../workorder/index.ts';
import { requireOperator } from './desk.ts';
import * as store from './proposal.store.ts';
import type { ProposalRow } from './proposal.store.ts';
import { putRestriction, requireOverseer, untilOf } from './restricted.ts';
import { lockNumber, restrictionOf, untilsOf, warningsOf } from './restricted.store.ts';
import { readCursor } from './return.store.ts';
import type { DecisionInput, ProposalView, WarnedCallView } from './schema.ts';
import { findCall } from './store.ts';

/** Numbers that one operator warned often enough, shown at once. */
const WARNED_MAX = 20;

/**
 * An operator asks that the caller of their own call be restricted.
 * @throws AppError `not_found` for a call that is not theirs, `number_withheld`, `warnings_missing`,
 *   `already_done` where the number is restricted or somebody has asked for it.
 */
export async function propose(
  deps: Deps,
  actor: StaffActor,
  callId: string,
  input: { reason: string },
  call?: Call,
): Promise<ProposalView> {
  requireOperator(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  const { id } = await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = await findCall(tx.db, callId);
      if (row?.operator_id !== actor.userId) fail('not_found');
      const hmac = row.phone_hmac ?? fail('number_withheld');
      await lockNumber(tx.db, hmac);
      const warnings = (await warningsOf(tx.db, [hmac], abuse.withinDays)).get(hmac) ?? 0;
      if (warnings < abuse.warnings) fail('warnings_missing', { warnings, needed: abuse.warnings });
      if (await restrictionOf(tx.db, hmac)) fail('already_done');
      const sealed = row.phone_ct ?? fail('number_withheld');
      const number = deps.crypto.open(sealed, `${row.id}/phone`);
      return put(deps, tx, actor, { callId, number, hmac, warnings, reason: input.reason });
    },
    call,
  );
  return one(deps, actor, id);
}

async function put(
  deps: Deps,
  tx: Tx,
  actor: StaffActor,
  p: { callId: string; number: string; hmac: string; warnings: number; reason: string },
): Promise<{ id: string }> {
  const id = newId();
  const made = await store.insertProposal(tx.db, {
    id,
    call_id: p.callId,
    phone_ct: deps.crypto.seal(p.number, `${id}/phone`),
    phone_hmac: p.hmac,
    reason_ct: deps.crypto.seal(p.reason, `${id}/reason`),
    warnings: p.warnings,
    proposed_by: actor.userId,
    proposed_at: tx.at,
  });
  if (!made) fail('already_done');
  note(tx, 'caller.restriction_proposed', { proposalId: id, callId: p.callId });
  return { id };
}

const note = (
  tx: Tx,
  type: 'caller.restriction_proposed' | 'caller.restriction_declined',
  payload: { proposalId: string; callId: string },
): void =>
  tx.record({
    type,
    subjectType: 'restriction_proposal',
    subjectId: payload.proposalId,
    payload,
  });

/**
 * Restricts the number as asked, or declines with a reason. The warnings are those that were counted
 * when it was asked for: a decision some days later forgets none.
 * @throws AppError `not_allowed`, `not_found`, `own_proposal`, `already_done`, `invalid_input` for more
 *   days than the policy allows, `number_withheld` where it waited until the number was erased.
 */
export async function decide(
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: DecisionInput,
  call?: Call,
): Promise<ProposalView> {
  requireOverseer(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = await held(tx, id);
      if (row.proposed_by === actor.userId) fail('own_proposal');
      const decided = { decided_by: actor.userId, decided_at: tx.at };
      if (input.decision === 'decline') {
        const decline_ct = deps.crypto.seal(input.reason, `${id}/decline`);
        await settle(tx, id, { ...decided, decline_ct });
        note(tx, 'caller.restriction_declined', { proposalId: id, callId: row.call_id });
        return { id };
      }
      const open = (field: string, sealed: Buffer | null) =>
        deps.crypto.open(sealed ?? fail('number_withheld'), `${id}/${field}`);
      const { id: restricted_id } = await putRestriction(deps, tx, actor, {
        number: open('phone', row.phone_ct),
        hmac: row.phone_hmac,
        warnings: row.warnings,
        until: untilOf(tx.at, input.days, abuse.restrictDays),
        reason: open('reason', row.reason_ct),
        proposalId: id,
      });
      await settle(tx, id, { ...decided, restricted_id });
      return { id };
    },
    call,
  );
  return one(deps, actor, id);
}

/** One that waits, with its number: the number is held first, as `restrict` does. */
async function held(tx: Tx, id: string): Promise<ProposalRow> {
  const { phone_hmac } = (await store.findProposal(tx.db, id)) ?? fail('not_found');
  await lockNumber(tx.db, phone_hmac);
  const row = (await store.lockProposal(tx.db, id)) ?? fail('not_found');
  return row.decided_at ? fail('already_done') : row;
}

async function settle(
  tx: Tx,
  id: string,
  decision: Parameters<typeof store.decideProposal>[2],
): Promise<void> {
  if (!(await store.decideProposal(tx.db, id, decision))) fail('already_done');
}

/** What was asked for, newest first: overseers see all, an operator their own. */
export async function listProposals(
  deps: Deps,
  actor: StaffActor,
  query: { state: 'open' | 'decided'; cursor?: string | undefined; limit: number },
): Promise<{ items: ProposalView[]; next: string | null }> {
  const rows = await store.listProposals(deps.db, {
    open: query.state === 'open',
    by: askedBy(actor),
    cursor: readCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1)! : null;
  const next = last && `${last.proposed_at.toISOString()}_${last.id}`;
  return { items: await views(deps, actor, page), next };
}

/** How many wait for a decision; of those that `listProposals` shows. */
export const countProposals = async (deps: Deps, actor: StaffActor): Promise<{ open: number }> => ({
  open: await store.countOpen(deps.db, askedBy(actor)),
});

/** Whose proposals this person sees; null: everybody's. @throws AppError `not_allowed`. */
function askedBy(actor: StaffActor): string | null {
  if (holds(actor, 'supervisor', 'center_admin')) return null;
  requireOperator(actor);
  return actor.userId;
}

/** Whom this operator warned often enough and nobody has asked about: one line for each number. */
export async function warnedCallers(deps: Deps, actor: StaffActor): Promise<WarnedCallView[]> {
  requireOperator(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  const rows = await store.warnedCalls(deps.db, {
    userId: actor.userId,
    days: abuse.withinDays,
    needed: abuse.warnings,
    limit: WARNED_MAX,
  });
  return rows.map((r) => ({
    callId: r.call_id,
    phone: maskPhone(deps.crypto.open(r.phone_ct, `${r.call_id}/phone`)),
    warnings: r.warnings,
    warnedAt: r.at.toISOString(),
  }));
}

const one = async (deps: Deps, actor: StaffActor, id: string): Promise<ProposalView> =>
  (await views(deps, actor, [(await store.findProposal(deps.db, id))!]))[0]!;

async function views(
  deps: Deps,
  actor: StaffActor,
  rows: readonly ProposalRow[],
): Promise<ProposalView[]> {
  const people = rows.flatMap((r) => [r.proposed_by, ...(r.decided_by ? [r.decided_by] : [])]);
  const [names, untils] = await Promise.all([
    userNames(deps.db, people),
    untilsOf(
      deps.db,
      rows.flatMap((r) => r.restricted_id ?? []),
    ),
  ]);
  return rows.map((r) => {
    // '' once its days are over.
    const open = (field: string, sealed: Buffer | null) =>
      sealed ? deps.crypto.open(sealed, `${r.id}/${field}`) : '';
    return {
      id: r.id,
      callId: r.call_id,
      phone: maskPhone(open('phone', r.phone_ct)),
      reason: open('reason', r.reason_ct),
      warnings: r.warnings,
      proposedAt: r.proposed_at.toISOString(),
      proposedBy: names.get(r.proposed_by) ?? '',
      mine: r.proposed_by === actor.userId,
      decidedAt: r.decided_at?.toISOString() ?? null,
      decidedBy: r.decided_by && (names.get(r.decided_by) ?? ''),
      until: (r.restricted_id && untils.get(r.restricted_id)?.toISOString()) ?? null,
      declined: r.decided_at && !r.restricted_id ? open('decline', r.decline_ct) : null,
    };
  });
}
