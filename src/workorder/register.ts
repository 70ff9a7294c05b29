import { readRulings } from '../deadline/index.ts';
import type { Rulings } from '../deadline/index.ts';
import { userIdOf } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { cityDay } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { isSecret } from '../kernel/words.ts';
import type { Flag } from '../kernel/words.ts';
import type { Capacity, Tx } from '../platform/unit-of-work.ts';
import { ORDER_ACTS } from './lifecycle.ts';
import { registerClocks } from './run-clocks.ts';
import type { Draft } from './schema.ts';
import * as store from './store.ts';

/** A draft on its way to becoming an order, with who brings it. */
export interface Incoming {
  id: string;
  draft: Draft;
  actor: Actor;
  capacity: Capacity;
}

/** Numbers by order: best awaited when the transaction has ended, as they come with the commit. */
export interface Numbered {
  numbers: Promise<ReadonlyMap<string, string>>;
}

const TITLE_MAX = 24;
/** A clause that ends earlier is a greeting and says nothing. */
const TITLE_MIN = 8;
const CLAUSE_END = /[，；：。！？]|[,;:.!?](?=\s)/gu;
const AT_END = /[\s，、；：。,;:.]+$/u;

/** The title given; without one, the first clauses of the words, as many as fit. */
export function titleOf({ title, content }: Pick<Draft['matter'], 'title' | 'content'>): string {
  if (title) return title;
  const words = content.replace(/\s+/g, ' ').trim();
  const head = words.slice(0, TITLE_MAX);
  // One further: the mark after a clause that just fits.
  const ends = [...words.slice(0, TITLE_MAX + 1).matchAll(CLAUSE_END)];
  const end = words.length <= TITLE_MAX ? 0 : (ends.at(-1)?.index ?? 0);
  return (end < TITLE_MIN ? head : head.slice(0, end)).replace(AT_END, '') || head;
}

/**
 * Registers a batch of drafts in the caller's transaction: number, order, words, act, event.
 * Codes must have been checked before. The only way an order comes into being.
 * @param read what rules clocks, where it was read in this transaction already.
 */
export async function createMany(tx: Tx, incoming: Incoming[], read?: Rulings): Promise<Numbered> {
  if (incoming.length === 0) return { numbers: Promise.resolve(new Map()) };
  const rulings = read ?? (await readRulings(tx.db));
  for (const n of incoming) {
    tx.record(
      {
        type: 'work_order.registered',
        subjectType: 'work_order',
        subjectId: n.id,
        orderId: n.id,
        version: 1,
        payload: { from: null, to: 'registered', round: 1, organizationIds: [] },
      },
      { ...n.capacity, actorId: userIdOf(n.actor) },
    );
    // Told where it was raised; a duty of its own, so that no other order bears it.
    if (n.draft.channel === 'chat') tellContact(tx, n);
  }
  // One row counts a day's orders: what can be written before it is locked makes no one wait.
  tx.flush();
  const rows = incoming.map((n) => toRow(tx, n));
  const made = await store.insertOrders(tx.db, cityDay(tx.at), rows);
  await registerClocks(
    tx,
    rows.map((r) => r.order),
    rulings,
  );
  return made;
}

const tellContact = (tx: Tx, n: Incoming): void =>
  tx.record(
    {
      type: 'contact.order_registered',
      subjectType: 'contact',
      subjectId: n.draft.contactId,
      orderId: n.id,
      payload: {},
    },
    { ...n.capacity, actorId: userIdOf(n.actor) },
  );

/** The marks it comes with; a wish for confidentiality and an emergency are always among them. */
const flagsOf = ({ matter, flags, emergency }: Draft): Flag[] => [
  ...new Set<Flag>([
    ...(emergency ? (['emergency'] as const) : []),
    ...(matter.confidential ? (['confidential'] as const) : []),
    // Without a line to hand it to, the mark alone would hold nothing back.
    ...flags.filter((f) => f !== 'emergency'),
  ]),
];

function toRow(tx: Tx, n: Incoming): store.NewOrder {
  const m = n.draft.matter;
  return {
    order: {
      id: n.id,
      contact_id: n.draft.contactId,
      requester_id: n.draft.requesterId,
      channel: n.draft.channel,
      type: m.type ?? null,
      category_code: m.categoryCode ?? null,
      urgency: m.urgency ?? null,
      area_code: m.areaCode ?? null,
      subject_kind: m.subjectKind ?? null,
      confidential: m.confidential || n.draft.flags.some(isSecret),
      anonymous: n.draft.anonymous,
      wish_callback: m.wishCallback,
      wish_public: m.wishPublic,
      registered_at: tx.at,
      flags: flagsOf(n.draft),
      emergency: n.draft.emergency,
      supplement_from: null,
      split_from: n.draft.splitFrom ?? null,
      transfer_target: null,
    },
    text: {
      title: titleOf(m),
      content: m.content,
      address: m.address,
      occurred: m.occurred,
      subject_name: m.subjectName,
    },
    act: {
      id: newId(),
      orderId: n.id,
      assignmentId: null,
      act: 'register',
      from: null,
      to: 'registered',
      version: 1,
      round: 1,
      party: n.capacity.party,
      actorId: userIdOf(n.actor),
      personId: n.actor.kind === 'staff' ? n.actor.personId : null,
      organizationId: n.capacity.organizationId,
      hand: ORDER_ACTS.register.hand,
      at: tx.at,
      detail: { channel: n.draft.channel },
    },
  };
}
