import { wrongCodes } from '../catalogue/index.ts';
import { can } from '../identity/index.ts';
import { SYSTEM, userIdOf } from '../kernel/actor.ts';
import type { Actor, CitizenActor, StaffActor } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { isOrderNo, newId } from '../kernel/ids.ts';
import type { Channel } from '../kernel/words.ts';
import { sameText } from '../platform/crypto.ts';
import { sqlState } from '../platform/db.ts';

import { claimKeys, replay, requestHash } from '../platform/idempotency.ts';
import { hit, unhit } from '../platform/throttle.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import {
  createMany,
  findOrder,
  findOrderByNo,
  keepIdentities,
  ordersOfRequesters,
} from '../workorder/index.ts';
import type { Incoming } from '../workorder/index.ts';
import { ORDER_ACTS } from '../workorder/lifecycle.ts';
import type { MatterInput } from '../workorder/schema.ts';
import { groupCommit } from './group-commit.ts';
import type { Settled } from './group-commit.ts';
import { CODE_LIMIT, codeFrom, normalizeCode } from './rules.ts';
import type { CallerHistory, RegisterInput, Registered, RequesterInput } from './schema.ts';
import * as store from './store.ts';

/** One demand at the door: who brings it, the key that makes a retry harmless, what it says. */
export interface Arrival {
  actor: Actor;
  key: string;
  channel: Channel;
  contactId?: string | undefined;
  requester: RequesterInput;
  matter: MatterInput;
}

/** What is kept under the idempotency key: ids only; the code is derived again when it is repeated. */
interface Kept extends Record<string, unknown> {
  orderId: string;
  contactId: string;
}

export interface Intake {
  /** @throws AppError `invalid_input`, `idempotency_key_reused`, `not_found`, `not_allowed`, `busy`. */
  register(arrival: Arrival): Promise<Registered>;
}

const scopeOf = (actor: Actor): string =>
  actor.kind === 'staff' ? `intake:${actor.userId}` : `intake:${actor.kind}`;

const hashOf = (deps: Deps, a: Arrival): string =>
  requestHash(deps.crypto, [a.channel, a.contactId ?? null, a.requester, a.matter]);

/** What is stored of a code; keyed, because six characters are soon tried out. */
const codeHash = (deps: Pick<Deps, 'crypto'>, code: string): string =>
  deps.crypto.mac('query_code', `typed/${code}`);

/** The query code of an order; the same for ever, but only who holds the secret key can make it. */
export const queryCode = (deps: Pick<Deps, 'crypto'>, orderId: string): string =>
  codeFrom(deps.crypto.mac('query_code', orderId));

const answer = (deps: Deps, kept: Kept, orderNo: string): Registered => ({
  orderId: kept.orderId,
  orderNo,
  contactId: kept.contactId,
  queryCode: queryCode(deps, kept.orderId),
  version: 1,
});

/** The one pipeline of receipt: every channel hands its drafts to `register`. */
export function createIntake(deps: Deps): Intake {
  const commit = groupCommit<Arrival, Registered>(
    (batch) => serve(deps, batch),
    () => new AppError('busy'),
    // Data that PostgreSQL refuses (22) or that clashes (23) may come from one draft alone.
    (error) => /^2[23]/.test(sqlState(error) ?? ''),
  );
  return {
    async register(arrival) {
      checkMayRegister(arrival.actor);
      return commit(arrival);
    },
  };
}

function checkMayRegister(actor: Actor) {
  const verdict = can(actor, ORDER_ACTS.register, {
    visible: true,
    orderId: null,
    unitIds: actor.kind === 'staff' ? actor.grants.map((g) => g.organizationId) : [],
    clashes: [],
  });
  return verdict.ok ? verdict : fail(verdict.code);
}

/** Serves a batch in one transaction; each item is answered by itself. */
async function serve(deps: Deps, batch: Arrival[]): Promise<Settled<Registered>[]> {
  const out: (Settled<Registered> | undefined)[] = batch.map(() => undefined);
  const hashes = batch.map((a) => hashOf(deps, a));
  const first = new Map<string, number>();
  const again: number[] = [];
  const candidates: number[] = [];
  batch.forEach((a, i) => {
    const k = `${scopeOf(a.actor)}\n${a.key}`;
    if (first.has(k)) again.push(i);
    else {
      first.set(k, i);
      candidates.push(i);
    }
  });
  const wrong = await wrongCodes(
    deps.db,
    candidates.map((i) => batch[i]!.matter),
  );
  const good = candidates.filter((i, n) => {
    const issues = wrong[n]!;
    if (issues.length > 0) out[i] = { ok: false, error: new AppError('invalid_input', { issues }) };
    return issues.length === 0;
  });
  const kept = await storeBatch(
    deps,
    good.map((i) => ({ arrival: batch[i]!, hash: hashes[i]! })),
  );
  good.forEach((i, n) => {
    out[i] = kept[n]!;
  });
  // A key that came twice in one batch, or was known before, is answered from what is stored.
  for (const i of [...again, ...good.filter((g) => out[g] === undefined || isRepeat(out[g]!))]) {
    const original = out[first.get(`${scopeOf(batch[i]!.actor)}\n${batch[i]!.key}`)!];
    const refused = original && !original.ok && !isRepeat(original) ? original : undefined;
    out[i] = refused ?? (await repeat(deps, batch[i]!, hashes[i]!));
  }
  return out.map((o) => o!);
}

const REPEAT = new AppError('already_done');
const isRepeat = (s: Settled<Registered>) => !s.ok && s.error === REPEAT;

async function repeat(deps: Deps, a: Arrival, hash: string): Promise<Settled<Registered>> {
  try {
    const kept = await replay<Kept>(deps.db, scopeOf(a.actor), a.key, hash);
    const order = kept && (await findOrder(deps.db, kept.orderId));
    if (!kept || !order) return { ok: false, error: new AppError('busy') };
    return { ok: true, value: answer(deps, kept, order.order_no) };
  } catch (error) {
    return { ok: false, error };
  }
}

interface Planned {
  arrival: Arrival;
  hash: string;
  orderId: string;
  contactId: string;
  requesterId: string | null;
  isNewContact: boolean;
  anonymous: boolean;
  channel: Channel;
}

async function storeBatch(
  deps: Deps,
  list: { arrival: Arrival; hash: string }[],
): Promise<Settled<Registered>[]> {
  if (list.length === 0) return [];
  return inTransaction(deps, SYSTEM, async (tx) => {
    const contacts = await store.findContacts(
      tx.db,
      list.flatMap((l) => l.arrival.contactId ?? []),
    );
    const plans = list.map(({ arrival, hash }): Planned | AppError =>
      plan(contacts, arrival, hash),
    );
    const valid = plans.filter((p): p is Planned => !(p instanceof AppError));
    const numbers = await takeAndClaim(deps, tx, valid);
    return plans.map((p): Settled<Registered> => {
      if (p instanceof AppError) return { ok: false, error: p };
      const kept = numbers.get(p.orderId);
      return kept
        ? { ok: true, value: answer(deps, kept, kept.orderNo) }
        : { ok: false, error: REPEAT };
    });
  });
}

function plan(
  contacts: Awaited<ReturnType<typeof store.findContacts>>,
  arrival: Arrival,
  hash: string,
): Planned | AppError {
  const orderId = newId();
  if (!arrival.contactId) {
    const known = arrival.requester.kind !== 'anonymous' || arrival.requester.phone !== undefined;
    return {
      arrival,
      hash,
      orderId,
      contactId: newId(),
      requesterId: known ? newId() : null,
      isNewContact: true,
      anonymous: arrival.requester.kind === 'anonymous',
      channel: arrival.channel,
    };
  }
  const contact = contacts.get(arrival.contactId);
  // A contact belongs to the operator who answered it.
  if (!contact || contact.operator_id !== userIdOf(arrival.actor)) return new AppError('not_found');
  return {
    arrival,
    hash,
    orderId,
    contactId: contact.id,
    requesterId: contact.requester_id,
    isNewContact: false,
    // Who calls, and how, belongs to the contact: a second demand cannot say otherwise.
    anonymous: contact.anonymous,
    channel: contact.channel as Channel,
  };
}

/** Claims the keys; writes requester, identity, contact, order and access of those that were free. */
async function takeAndClaim(
  deps: Deps,
  tx: Tx,
  plans: Planned[],
): Promise<Map<string, Kept & { orderNo: string }>> {
  if (plans.length === 0) return new Map();
  const won = await claimKeys(
    tx.db,
    plans.map((p) => ({
      scope: scopeOf(p.arrival.actor),
      key: p.arrival.key,
      hash: p.hash,
      response: { orderId: p.orderId, contactId: p.contactId },
    })),
  );
  const mine = plans.filter((p) => won.has(`${scopeOf(p.arrival.actor)}\n${p.arrival.key}`));
  await writeRequesters(deps, tx, mine);
  const made = await createMany(tx, mine.map(toIncoming));
  await store.insertAccess(
    tx.db,
    mine.map((p) => ({
      order_id: p.orderId,
      code_hash: codeHash(deps, queryCode(deps, p.orderId)),
    })),
  );
  const kept = new Map(
    mine.map((p, i) => [
      p.orderId,
      { orderId: p.orderId, orderNo: made[i]!.orderNo, contactId: p.contactId },
    ]),
  );
  return kept;
}

async function writeRequesters(deps: Deps, tx: Tx, plans: Planned[]) {
  const fresh = plans.filter((p) => p.isNewContact && p.requesterId !== null);
  await store.insertRequesters(
    tx.db,
    fresh.map((p) => ({
      id: p.requesterId!,
      kind: p.arrival.requester.kind,
      phone_hmac: p.arrival.requester.phone
        ? deps.crypto.mac('phone', p.arrival.requester.phone)
        : null,
      created_at: tx.at,
    })),
  );
  await keepIdentities(
    tx.db,
    deps.crypto,
    fresh.map((p) => ({
      requesterId: p.requesterId!,
      kind: p.arrival.requester.kind,
      name: p.arrival.requester.name,
      phone: p.arrival.requester.phone ?? '',
    })),
  );
  await store.insertContacts(
    tx.db,
    plans
      .filter((p) => p.isNewContact)
      .map((p) => ({
        id: p.contactId,
        channel: p.arrival.channel,
        requester_id: p.requesterId,
        operator_id: userIdOf(p.arrival.actor),
        started_at: tx.at,
      })),
  );
}

const toIncoming = (p: Planned): Incoming => {
  const verdict = checkMayRegister(p.arrival.actor);
  return {
    id: p.orderId,
    actor: p.arrival.actor,
    capacity: { party: verdict.party, organizationId: verdict.organizationId },
    draft: {
      matter: p.arrival.matter,
      channel: p.channel,
      contactId: p.contactId,
      requesterId: p.requesterId,
      anonymous: p.anonymous,
    },
  };
};

/** What the operator's form becomes at the door. */
export function fromOperator(actor: StaffActor, key: string, input: RegisterInput): Arrival {
  const { channel, contactId, requester, ...matter } = input;
  return { actor, key, channel, contactId, requester, matter };
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
  const contactId = newId();
  return inTransaction(deps, actor, async (tx) => {
    const won = await claimKeys(tx.db, [{ scope, key, hash, response: { contactId } }]);
    if (won.size === 0)
      return (await replay<{ contactId: string }>(tx.db, scope, key, hash)) ?? fail('busy');
    const hasPerson = input.requester.kind !== 'anonymous' || input.requester.phone !== undefined;
    const planned: Planned = {
      arrival: {
        actor,
        key,
        channel: input.channel,
        requester: input.requester,
        matter: {} as MatterInput,
      },
      hash,
      orderId: '',
      contactId,
      requesterId: hasPerson ? newId() : null,
      isNewContact: true,
      anonymous: input.requester.kind === 'anonymous',
      channel: input.channel,
    };
    await writeRequesters(deps, tx, [planned]);
    return { contactId };
  });
}

/** Orders raised from the same telephone; the number itself goes no further than its keyed hash. */
export async function callerHistory(deps: Deps, phone: string): Promise<CallerHistory> {
  const requesters = await store.requestersByPhone(deps.db, deps.crypto.mac('phone', phone));
  // A confidential demand is never found by the telephone of who raised it.
  const found = await ordersOfRequesters(deps.db, requesters);
  const orders = found.filter((o) => !o.confidential);
  const over = (state: string) => state === 'closed' || state === 'archived';
  return {
    open: orders.filter((o) => !over(o.state)),
    closed: orders.filter((o) => over(o.state)),
  };
}

/**
 * Number and code make a citizen; wrong pairs are throttled by order and by source, and a wrong
 * number answers like a wrong code.
 * @throws AppError `wrong_credentials`, `too_many_attempts`.
 */
export async function proveByCode(
  deps: Deps,
  input: { orderNo: string; code: string; source: string },
): Promise<CitizenActor> {
  const { windowMinutes, perOrder, perSource } = CODE_LIMIT;
  const orderNo = input.orderNo.replace(/\D/g, '');
  const byOrder = `code:order:${deps.crypto.mac('throttle', orderNo)}`;
  const bySource = `code:source:${deps.crypto.mac('throttle', input.source)}`;
  // Counted before the check, so that parallel guesses cannot slip through together.
  const used = [
    await hit(deps.db, byOrder, windowMinutes),
    await hit(deps.db, bySource, windowMinutes),
  ] as const;
  if (used[0] > perOrder || used[1] > perSource) fail('too_many_attempts');
  const order = isOrderNo(orderNo) ? await findOrderByNo(deps.db, orderNo) : null;
  const expected = order ? await store.codeHashOf(deps.db, order.id) : null;
  const given = codeHash(deps, normalizeCode(input.code));
  if (!order || !sameText(given, expected ?? '')) fail('wrong_credentials');
  await Promise.all([unhit(deps.db, byOrder), unhit(deps.db, bySource)]);
  return { kind: 'citizen', orderId: order.id, how: 'query_code' };
}
