import { wrongCodes } from '../catalogue/index.ts';
import { SYSTEM, userIdOf } from '../kernel/actor.ts';
import { readRulings } from '../deadline/index.ts';
import type { Rulings } from '../deadline/index.ts';
import type { Actor, StaffActor } from '../kernel/actor.ts';
import { AppError, fail } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Channel } from '../kernel/words.ts';
import { sqlState } from '../platform/db.ts';
import type { DbTx } from '../platform/db.ts';
import { groupCommit } from '../platform/group-commit.ts';
import type { Settled } from '../platform/group-commit.ts';
import {
  claimKeys,
  isKeyTaken,
  keyText,
  replay,
  requestHash,
  takeKeys,
  usedKeys,
} from '../platform/idempotency.ts';
import type { Claim } from '../platform/idempotency.ts';
import { inTransaction, onBehalf } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { keepClassification } from '../understanding/index.ts';
import {
  act,
  bindAttachments,
  contactsWithOrders,
  createMany,
  findOrder,
  formOwner,
  ownerOf,
} from '../workorder/index.ts';
import type { Incoming, Numbered } from '../workorder/index.ts';
import type { MatterInput } from '../workorder/schema.ts';
import { formChannel } from './channels/channel.ts';
import type { Draft as ChannelDraft } from './channels/channel.ts';
import { giveAccess, queryCode } from './codes.ts';
import {
  checkMayRegister,
  nameContacts,
  newContact,
  toldSince,
  writeContacts,
} from './contacts.ts';
import type { NewContact } from './contacts.ts';
import { linkHandover, lockHandovers } from './handover.store.ts';
import type { HandoverRow } from './handover.store.ts';
import { forgottenBefore } from './rules.ts';
import type { RegisterInput, Registered, RequesterInput } from './schema.ts';
import * as store from './store.ts';
import { classifierOf, hear, toKeep } from './understand.ts';
import type { Heard } from './understand.ts';

/** One demand at the door: who brings it, the key that makes a retry harmless, what it says. */
export interface Arrival {
  actor: Actor;
  key: string;
  channel: Channel;
  contactId?: string | undefined;
  /** The hand-over that this records: made before there was an order. */
  handoverId?: string | undefined;
  /** Files that were uploaded before, by who brings the demand. */
  attachmentIds?: readonly string[] | undefined;
  requester: RequesterInput;
  matter: MatterInput;
  /** Of the request that brought it: many requests share one transaction. */
  traceId?: string | undefined;
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

const keyOf = (a: Arrival) => ({ scope: scopeOf(a.actor), key: a.key });

/** What came with it counts only where something did: a demand without is hashed as it always was. */
const hashOf = (deps: Deps, a: Arrival): string => {
  const { handoverId = null, attachmentIds = [] } = a;
  const more = handoverId || attachmentIds.length > 0 ? [{ handoverId, attachmentIds }] : [];
  return requestHash(deps.crypto, [a.channel, a.contactId ?? null, a.requester, a.matter, ...more]);
};

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

const REPEAT = new AppError('already_done');
/** What was done before: by the same key, or, where it was not, by somebody else. */
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

interface Planned {
  arrival: Arrival;
  hash: string;
  orderId: string;
  contactId: string;
  requesterId: string | null;
  /** To be written with the order; null: it joins one that exists. */
  contact: NewContact | null;
  /** Who that one is with, where this demand tells it. */
  told: NewContact | null;
  anonymous: boolean;
  channel: Channel;
  handover: HandoverRow | null;
  heard: Heard;
}

type Asked = Pick<Planned, 'arrival' | 'hash'>;
type Item = Asked & Pick<Planned, 'heard'>;

/** What is read of the city for a batch, whatever the hour, and which of it came before. */
const readFor = async (deps: Deps, db: DbTx, list: readonly Asked[]) => {
  const [wrong, classifier, rulings, used] = await Promise.all([
    wrongCodes(
      db,
      list.map((a) => a.arrival.matter),
    ),
    classifierOf(deps, db),
    readRulings(db),
    usedKeys(
      db,
      list.map((a) => keyOf(a.arrival)),
    ),
  ]);
  return { wrong, classifier, rulings, used };
};
type ReadFor = Awaited<ReturnType<typeof readFor>>;

/** Each as it is understood, or what is wrong with it. */
const heardOf = (list: readonly Asked[], read: ReadFor): (Item | AppError)[] =>
  list.map((asked, n) => {
    const { matter, channel } = asked.arrival;
    const issues = read.wrong[n]!;
    if (issues.length > 0) return new AppError('invalid_input', { issues });
    if (read.used.has(keyText(keyOf(asked.arrival)))) return REPEAT;
    return { ...asked, heard: hear(read.classifier, matter, channel) };
  });

/**
 * How the keys of a batch become its own: `taken` without waiting to hear whether somebody else, who
 * sends the same at this moment, was faster, which ends the whole batch; or `claimed`, one by one.
 */
type Keys = 'taken' | 'claimed';

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

/** What became of a batch; the numbers of what was written come with the commit. */
interface Stored {
  plans: readonly (Planned | AppError)[];
  numbers: Promise<ReadonlyMap<string, string>>;
}

async function storeIn(
  deps: Deps,
  tx: Tx,
  asked: readonly Asked[],
  read: ReadFor,
  keys: Keys,
): Promise<Stored> {
  const list = heardOf(asked, read);
  const good = list.filter((item): item is Item => !(item instanceof AppError));
  const known = await knownOf(deps, tx, good);
  const plans = list.map((item) => (item instanceof AppError ? item : plan(known, item)));
  const valid = plans.filter((p): p is Planned => !(p instanceof AppError));
  const mine = keys === 'claimed' ? await claimed(tx, valid) : taken(tx, valid);
  return { plans, ...(await write(deps, tx, mine, read.rulings)) };
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

/** What a batch refers to; hand-overs are taken out as they are used. */
interface Known {
  contacts: Awaited<ReturnType<typeof store.findContacts>>;
  handovers: Map<string, HandoverRow>;
  /** By contact: who the caller turned out to be, and the demand that told it. */
  told: Map<string, { by: Arrival; who: NewContact }>;
  at: Date;
}

async function knownOf(deps: Deps, tx: Tx, list: readonly Item[]): Promise<Known> {
  const ids = list.flatMap(({ arrival }) => arrival.handoverId ?? []);
  const handovers = await lockHandovers(tx.db, ids);
  const contactIds = [
    ...list.flatMap(({ arrival }) => arrival.contactId ?? []),
    ...[...handovers.values()].map((h) => h.contact_id),
  ];
  // Two first orders of one contact, in two batches: the second sees whom the first named.
  await store.lockContacts(tx.db, contactIds);
  const contacts = await store.findContacts(tx.db, contactIds);
  const told = await toldOf(deps, tx, list, { contacts, handovers });
  return { contacts, handovers, told, at: tx.at };
}

/**
 * Who calls is asked after the call began, and after an emergency was handed over: until its first
 * order a contact may be given its caller.
 */
async function toldOf(
  deps: Deps,
  tx: Tx,
  list: readonly Item[],
  { contacts, handovers }: Pick<Known, 'contacts' | 'handovers'>,
): Promise<Known['told']> {
  const told: Known['told'] = new Map();
  const recorded = await contactsWithOrders(tx.db, [...contacts.keys()]);
  for (const { arrival } of list) {
    const handover = handovers.get(arrival.handoverId ?? '');
    const contact = contacts.get(handover?.contact_id ?? arrival.contactId ?? '');
    if (!contact || recorded.has(contact.id) || told.has(contact.id)) continue;
    const who = await toldSince(deps, tx, arrival.actor, contact, arrival.requester);
    if (who) told.set(contact.id, { by: arrival, who });
  }
  return told;
}

function plan(known: Known, item: Item): Planned | AppError {
  const { arrival } = item;
  const handover = handoverOf(known, arrival);
  if (handover instanceof AppError) return handover;
  const base = { ...item, orderId: newId(), handover };
  const contactId = arrival.contactId ?? handover?.contact_id;
  if (!contactId) {
    const contact = newContact(arrival.actor, arrival.channel, arrival.requester);
    const { requesterId, channel } = contact;
    const anonymous = arrival.requester.kind === 'anonymous';
    const { contactId: id } = contact;
    return { ...base, contactId: id, requesterId, contact, told: null, anonymous, channel };
  }
  const contact = known.contacts.get(contactId);
  // A contact belongs to the operator who answered it.
  const own = contact?.operator_id === userIdOf(arrival.actor);
  // That of a hand-over comes with it, whoever answered it.
  if (!contact || !(own || handover?.contact_id === contact.id)) return new AppError('not_found');
  const told = known.told.get(contact.id) ?? null;
  return {
    ...base,
    contactId,
    requesterId: told ? told.who.requesterId : contact.requester_id,
    contact: null,
    // Written with the demand that told it.
    told: told?.by === arrival ? told.who : null,
    // Who calls, and how, belongs to the contact: a second demand cannot say otherwise.
    anonymous: told ? told.who.requester.kind === 'anonymous' : contact.anonymous,
    channel: contact.channel as Channel,
  };
}

/** The hand-over that a demand records: one's own or a forgotten one, of the same contact, recorded by no other. */
function handoverOf(known: Known, a: Arrival): HandoverRow | AppError | null {
  if (!a.handoverId) return null;
  const h = known.handovers.get(a.handoverId);
  const own = h?.operator_id === userIdOf(a.actor);
  // What its maker did not record, anybody who takes in demands may.
  if (!h || !(own || h.started_at <= forgottenBefore(known.at))) return new AppError('not_found');
  if (h.order_id) return new AppError('already_done');
  if (a.contactId && a.contactId !== h.contact_id) {
    const issues = [{ path: 'handoverId', message: 'another contact', code: 'other_contact' }];
    return new AppError('invalid_input', { issues });
  }
  // One hand-over, one order: whoever names it too in this batch comes second.
  known.handovers.set(h.id, { ...h, order_id: h.contact_id });
  return h;
}

const claimsOf = (plans: readonly Planned[]): Claim[] =>
  plans.map((p) => ({
    ...keyOf(p.arrival),
    hash: p.hash,
    response: { orderId: p.orderId, contactId: p.contactId } satisfies Kept,
  }));

function taken(tx: Tx, plans: readonly Planned[]): readonly Planned[] {
  if (plans.length > 0) takeKeys(tx.db, claimsOf(plans));
  return plans;
}

async function claimed(tx: Tx, plans: readonly Planned[]): Promise<readonly Planned[]> {
  const won = plans.length > 0 ? await claimKeys(tx.db, claimsOf(plans)) : new Set<string>();
  return plans.filter((p) => won.has(keyText(keyOf(p.arrival))));
}

/** Writes requester, identity, contact, order, access and what was understood of each. */
async function write(
  deps: Deps,
  tx: Tx,
  mine: readonly Planned[],
  rulings: Rulings,
): Promise<Numbered> {
  await writeContacts(
    deps,
    tx,
    mine.flatMap((p) => p.contact ?? []),
  );
  await nameContacts(
    deps,
    tx,
    mine.flatMap((p) => p.told ?? []),
  );
  const made = await createMany(tx, mine.map(toIncoming), rulings);
  if (mine.length === 0) return made;
  await giveAccess(
    deps,
    tx.db,
    mine.map((p) => p.orderId),
  );
  await keepClassification(tx.db, toKeep(mine), tx.at);
  for (const p of mine) {
    await bindFiles(deps, tx, p);
    await recordHandover(tx, p);
  }
  return made;
}

/** Files come from who raises the demand, by their own hand or the operator's. */
async function bindFiles(deps: Deps, tx: Tx, { arrival, orderId }: Planned): Promise<void> {
  const { actor, key, attachmentIds: ids = [] } = arrival;
  if (ids.length === 0) return;
  const { party, organizationId } = checkMayRegister(actor);
  await bindAttachments(tx, {
    ids,
    owner: actor.kind === 'staff' ? ownerOf(actor) : formOwner(deps.crypto, key),
    orderId,
    visibility: actor.kind === 'staff' ? 'staff' : 'public',
    party,
    organizationId,
    fromRequester: true,
    actorId: userIdOf(actor),
  });
}

/** Transfer first, record after: with its order the hand-over is an act like any other. */
async function recordHandover(tx: Tx, { handover, orderId, arrival }: Planned): Promise<void> {
  if (!handover) return;
  await linkHandover(tx.db, handover.id, orderId);
  const own = onBehalf(tx, arrival.actor, arrival.traceId);
  const input = { target: handover.target, handoverId: handover.id, record: '' };
  await act(own, arrival.actor, orderId, 'transfer_emergency', null, input);
}

const toIncoming = (p: Planned): Incoming => {
  const verdict = checkMayRegister(p.arrival.actor);
  return {
    id: p.orderId,
    actor: p.arrival.actor,
    capacity: {
      party: verdict.party,
      organizationId: verdict.organizationId,
      traceId: p.arrival.traceId,
    },
    draft: {
      matter: p.heard.matter,
      channel: p.channel,
      contactId: p.contactId,
      requesterId: p.requesterId,
      anonymous: p.anonymous,
      flags: p.heard.flags,
      emergency: p.heard.emergency,
    },
  };
};

/** What a channel has read becomes at the door. @throws AppError `invalid_input` where nothing was said. */
export function fromDraft(actor: Actor, key: string, draft: ChannelDraft): Arrival {
  const { channel, requester, matter } = draft;
  if (matter) return { actor, key, channel, requester, matter };
  return fail('invalid_input', { issues: [{ path: 'content', message: 'empty', code: 'empty' }] });
}

/** What the operator's form becomes at the door: typed, whatever the channel the citizen used. */
export function fromOperator(actor: StaffActor, key: string, input: RegisterInput): Arrival {
  const { channel, contactId, handoverId, attachmentIds, ...typed } = input;
  const draft = formChannel(channel).parse(typed);
  return { ...fromDraft(actor, key, draft), contactId, handoverId, attachmentIds };
}
