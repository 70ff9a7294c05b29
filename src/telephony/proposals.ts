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
import { findRestricted, restrictionOf, warningsOf } from './restricted.store.ts';
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
      const warnings = (await warningsOf(tx.db, [hmac], abuse.withinDays)).get(hmac) ?? 0;
      if (warnings < abuse.warnings) fail('warnings_missing', { warnings, needed: abuse.warnings });
      if (await restrictionOf(tx.db, hmac)) fail('already_done');
      const number = deps.crypto.open(row.phone_ct!, `${row.id}/phone`);
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
 *   days than the policy allows.
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
      const row = (await store.lockProposal(tx.db, id)) ?? fail('not_found');
      if (row.decided_at) fail('already_done');
      if (row.proposed_by === actor.userId) fail('own_proposal');
      const decided = { decided_by: actor.userId, decided_at: tx.at };
      if (input.decision === 'decline') {
        const decline_ct = deps.crypto.seal(input.reason, `${id}/decline`);
        await store.decideProposal(tx.db, id, { ...decided, decline_ct });
        note(tx, 'caller.restriction_declined', { proposalId: id, callId: row.call_id });
        return { id };
      }
      const open = (field: string, sealed: Buffer) => deps.crypto.open(sealed, `${id}/${field}`);
      const { id: restricted_id } = await putRestriction(deps, tx, actor, {
        number: open('phone', row.phone_ct),
        hmac: row.phone_hmac,
        warnings: row.warnings,
        until: untilOf(tx.at, input.days, abuse.restrictDays),
        reason: open('reason', row.reason_ct),
      });
      await store.decideProposal(tx.db, id, { ...decided, restricted_id });
      return { id };
    },
    call,
  );
  return one(deps, actor, id);
}

/** What was asked for, newest first: overseers see all, an operator their own. */
export async function listProposals(
  deps: Deps,
  actor: StaffActor,
  query: { state: 'open' | 'decided'; cursor?: string | undefined; limit: number },
): Promise<{ items: ProposalView[]; next: string | null }> {
  const oversees = holds(actor, 'supervisor', 'center_admin');
  if (!oversees) requireOperator(actor);
  const rows = await store.listProposals(deps.db, {
    open: query.state === 'open',
    by: oversees ? null : actor.userId,
    cursor: readCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1)! : null;
  const next = last && `${last.proposed_at.toISOString()}_${last.id}`;
  return { items: await views(deps, actor, page), next };
}

/** Whom this operator warned often enough and nobody has asked about: one line for each number. */
export async function warnedCallers(deps: Deps, actor: StaffActor): Promise<WarnedCallView[]> {
  requireOperator(actor);
  const { abuse } = (await channelPolicyOf(deps.db)).document.telephony;
  const limits = { userId: actor.userId, days: abuse.withinDays, limit: WARNED_MAX };
  const rows = await store.warnedCalls(deps.db, limits);
  const counts = await warningsOf(
    deps.db,
    rows.map((r) => r.phone_hmac),
    abuse.withinDays,
  );
  return rows.flatMap((r) => {
    const warnings = counts.get(r.phone_hmac) ?? 0;
    if (warnings < abuse.warnings) return [];
    const phone = maskPhone(deps.crypto.open(r.phone_ct, `${r.call_id}/phone`));
    return [{ callId: r.call_id, phone, warnings, warnedAt: r.at.toISOString() }];
  });
}

const one = async (deps: Deps, actor: StaffActor, id: string): Promise<ProposalView> =>
  (await views(deps, actor, [(await store.findProposal(deps.db, id))!]))[0]!;

async function views(
  deps: Deps,
  actor: StaffActor,
  rows: readonly ProposalRow[],
): Promise<ProposalView[]> {
  const people = rows.flatMap((r) => [r.proposed_by, ...(r.decided_by ? [r.decided_by] : [])]);
  const [names, restrictions] = await Promise.all([
    userNames(deps.db, people),
    Promise.all(rows.map((r) => (r.restricted_id ? findRestricted(deps.db, r.restricted_id) : null))), // prettier-ignore
  ]);
  return rows.map((r, i) => {
    const open = (field: string, sealed: Buffer) => deps.crypto.open(sealed, `${r.id}/${field}`);
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
      until: restrictions[i]?.until.toISOString() ?? null,
      declined: r.decline_ct && open('decline', r.decline_ct),
    };
  });
}
