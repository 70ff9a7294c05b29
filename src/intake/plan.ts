/** What each demand of a batch becomes: whose it is, with which contact and hand-over. */
import { userIdOf } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Channel } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { contactsWithOrders } from '../workorder/index.ts';
import type { Arrival } from './arrival.ts';
import { newContact, toldSince } from './contacts.ts';
import type { NewContact } from './contacts.ts';
import { lockHandovers } from './handover.store.ts';
import type { HandoverRow } from './handover.store.ts';
import { forgottenBefore } from './rules.ts';
import * as store from './store.ts';
import type { Heard } from './understand.ts';

/** A demand as it is to be written. */
export interface Planned {
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

/** What was asked for. */
export type Asked = Pick<Planned, 'arrival' | 'hash'>;
/** As it is understood. */
export type Item = Asked & Pick<Planned, 'heard'>;

/** What a batch refers to; hand-overs are taken out as they are used. */
export interface Known {
  contacts: Awaited<ReturnType<typeof store.findContacts>>;
  handovers: Map<string, HandoverRow>;
  /** By contact: who the caller turned out to be, and the demand that told it. */
  told: Map<string, { by: Arrival; who: NewContact }>;
  at: Date;
}

/** Locks and reads what the demands refer to. */
export async function knownOf(deps: Deps, tx: Tx, list: readonly Item[]): Promise<Known> {
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

/** What one demand becomes, or why it cannot. */
export function plan(known: Known, item: Item): Planned | AppError {
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
