/** Who calls or writes: a row from the start, with no, one or several orders. */
import { can } from '../identity/index.ts';
import type { Verdict } from '../identity/index.ts';
import { userIdOf } from '../kernel/actor.ts';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Channel, ContactOutcome } from '../kernel/words.ts';
import { claimKeys, replay, requestHash } from '../platform/idempotency.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { findOrder, keepIdentities, openIdentity, ordersOfRequesters } from '../workorder/index.ts';
import { ORDER_ACTS } from '../workorder/lifecycle.ts';
import type { CallerHistory, RequesterInput } from './schema.ts';
import * as store from './store.ts';

/** @throws AppError `not_allowed`. */
export function checkMayRegister(actor: Actor): Extract<Verdict, { ok: true }> {
  const verdict = can(actor, ORDER_ACTS.register, {
    visible: true,
    orderId: null,
    unitIds: actor.kind === 'staff' ? actor.grants.map((g) => g.organizationId) : [],
    clashes: [],
  });
  return verdict.ok ? verdict : fail(verdict.code);
}

/** A contact to be written, with who it is. */
export interface NewContact {
  contactId: string;
  /** Null: nobody is known. */
  requesterId: string | null;
  requester: RequesterInput;
  channel: Channel;
  operatorId: string | null;
}

/** A new contact with an actor; who gave neither name nor number is nobody. */
export const newContact = (
  actor: Actor,
  channel: Channel,
  requester: RequesterInput,
): NewContact => ({
  contactId: newId(),
  requesterId: requester.kind !== 'anonymous' || requester.phone !== undefined ? newId() : null,
  requester,
  channel,
  operatorId: userIdOf(actor),
});

/** Writes requesters, their sealed identities and the contacts of a batch. */
export async function writeContacts(deps: Deps, tx: Tx, list: readonly NewContact[]) {
  await writeRequesters(deps, tx, list);
  await store.insertContacts(
    tx.db,
    list.map((n) => ({
      id: n.contactId,
      channel: n.channel,
      requester_id: n.requesterId,
      operator_id: n.operatorId,
      started_at: tx.at,
    })),
  );
}

/** Gives contacts that stand already the requester that was told later. */
export async function nameContacts(deps: Deps, tx: Tx, list: readonly NewContact[]) {
  await writeRequesters(deps, tx, list);
  for (const n of list) await store.setRequester(tx.db, n.contactId, n.requesterId);
}

/** Says who a contact is with, where that was learnt after it began. */
export const nameContact = (
  deps: Deps,
  tx: Tx,
  known: { contactId: string; channel: Channel; requester: RequesterInput },
): Promise<void> =>
  nameContacts(deps, tx, [
    { ...newContact(tx.actor, known.channel, known.requester), contactId: known.contactId },
  ]);

async function writeRequesters(deps: Deps, tx: Tx, list: readonly NewContact[]) {
  const known = list.filter((n) => n.requesterId !== null);
  await store.insertRequesters(
    tx.db,
    known.map(({ requesterId, requester }) => ({
      id: requesterId!,
      kind: requester.kind,
      phone_hmac: requester.phone ? deps.crypto.mac('phone', requester.phone) : null,
      created_at: tx.at,
    })),
  );
  await keepIdentities(
    tx.db,
    deps.crypto,
    known.map(({ requesterId, requester }) => ({
      requesterId: requesterId!,
      kind: requester.kind,
      name: requester.name,
      phone: requester.phone ?? '',
    })),
  );
}

/**
 * Who a caller that was handed over turns out to be: what was told since, with what was known before.
 * @returns null where nothing new was told.
 */
export async function toldSince(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  contact: store.KnownContact,
  said: RequesterInput,
): Promise<NewContact | null> {
  const empty = said.kind === 'natural' && said.name === '' && said.phone === undefined;
  if (empty) return null;
  const known = contact.requester_id
    ? await openIdentity({ db: tx.db, crypto: deps.crypto }, contact.requester_id)
    : null;
  const name = said.name || (known?.name ?? '');
  const phone = said.phone ?? (known?.phone || undefined);
  const same = known?.kind === said.kind && known.name === name && (known.phone || undefined) === phone; // prettier-ignore
  if (same) return null;
  const requester = { kind: said.kind, name, ...(phone && { phone }) };
  const fresh = newContact(actor, contact.channel as Channel, requester);
  return { ...fresh, contactId: contact.id };
}

/** A call that starts: a row from the start, with no order yet. */
export async function startContact(
  deps: Deps,
  actor: StaffActor,
  key: string,
  input: { channel: Channel; requester: RequesterInput },
): Promise<{ contactId: string }> {
  checkMayRegister(actor);
  const scope = `contact:${actor.userId}`;
  const hash = requestHash(deps.crypto, input);
  const known = await replay<{ contactId: string }>(deps.db, scope, key, hash);
  if (known) return known;
  const fresh = newContact(actor, input.channel, input.requester);
  const response = { contactId: fresh.contactId };
  return inTransaction(deps, actor, async (tx) => {
    const won = await claimKeys(tx.db, [{ scope, key, hash, response }]);
    if (won.size === 0)
      return (await replay<{ contactId: string }>(tx.db, scope, key, hash)) ?? fail('busy');
    await writeContacts(deps, tx, [fresh]);
    return response;
  });
}

/** Who calls or writes, as another module knows it when it begins. */
export interface OpenedContact {
  channel: Channel;
  requester: RequesterInput;
  /** Null until somebody takes it. */
  operatorId: string | null;
  /** Its id where the caller's own row names it already; the same again does no harm. */
  contactId?: string;
}

/** A contact begins, in the transaction of the call or chat that it is. */
export async function openContact(
  deps: Deps,
  tx: Tx,
  { channel, requester, operatorId, contactId }: OpenedContact,
): Promise<{ contactId: string }> {
  if (contactId && (await store.lockContact(tx.db, contactId))) return { contactId };
  const fresh = { ...newContact(tx.actor, channel, requester), operatorId };
  if (contactId) fresh.contactId = contactId;
  await writeContacts(deps, tx, [fresh]);
  return { contactId: fresh.contactId };
}

/**
 * Whose contact it is from now on: only they register orders of it and say how it ended. Null: nobody's,
 * until somebody takes it.
 */
export async function takeContact(
  tx: Tx,
  contactId: string,
  operatorId: string | null,
): Promise<void> {
  if (!(await store.setOperator(tx.db, contactId, operatorId))) fail('not_found');
}

/** It is over; the first word counts, whoever says it again. @throws AppError `not_found`. */
export async function endContact(tx: Tx, contactId: string): Promise<void> {
  if (!(await store.setEnded(tx.db, contactId, tx.at))) fail('not_found');
}

/**
 * How a contact that made no order ended; said once, and the same again does no harm.
 * @throws AppError `not_found` for another's contact or no order, `already_done` for another outcome.
 */
export async function concludeContact(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
  input: { outcome: ContactOutcome; orderId?: string | undefined },
): Promise<{ contactId: string; outcome: ContactOutcome }> {
  return inTransaction(deps, actor, async (tx) => {
    const contact = await store.lockContact(tx.db, contactId);
    // A contact belongs to the operator who answered it.
    if (!contact || contact.operator_id !== actor.userId) fail('not_found');
    const orderId = input.orderId ?? null;
    const same = contact.outcome === input.outcome && contact.outcome_order_id === orderId;
    if (contact.outcome !== null && !same) fail('already_done');
    if (orderId && !(await findOrder(tx.db, orderId))) fail('not_found');
    if (!same) await store.setOutcome(tx.db, contactId, input.outcome, orderId);
    return { contactId, outcome: input.outcome };
  });
}

/** Whether there is this contact and it is this operator's. */
export const ownsContact = async (db: Reader, id: string, userId: string): Promise<boolean> =>
  (await store.findContacts(db, [id])).get(id)?.operator_id === userId;

/** Orders raised from the same telephone; the number itself goes no further than its keyed hash. */
export async function callerHistory(deps: Deps, phone: string): Promise<CallerHistory> {
  const requesters = await requestersOf(deps, phone);
  // A confidential demand is never found by the telephone of who raised it.
  const orders = await ordersOfRequesters(deps.db, requesters);
  const over = (state: string) => state === 'closed' || state === 'archived';
  return {
    open: orders.filter((o) => !over(o.state)),
    closed: orders.filter((o) => over(o.state)),
  };
}

/** Everybody who raised an order by the telephone, by its keyed hash. */
export const requestersOf = (deps: Deps, phone: string): Promise<string[]> =>
  store.requestersByPhone(deps.db, deps.crypto.mac('phone', phone));
