/** Who gets which chat. One decides at a time, so no operator ever has more than the cap, and one emergency. */
import { channelPolicyOf, takeContact } from '../intake/index.ts';
import { fail } from '../kernel/errors.ts';
import { SYSTEM } from '../kernel/actor.ts';
import type { Actor } from '../kernel/actor.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { change, post, tellOf } from './post.ts';
import { PRIORITY, nextSeat } from './rules.ts';
import type { Notice } from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Chats given out in one go; what is left, the next look has. */
const ONCE_MAX = 200;

/** Gives a locked chat to an operator, whose seat has room for it. The caller holds the assigning. */
export async function give(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  seat: { userId: string; number: number },
  notice: Extract<Notice, 'assigned' | 'transferred'> = 'assigned',
): Promise<void> {
  const before = chat.operator_id;
  await change(tx, chat, {
    state: 'open',
    away: null,
    operator_id: seat.userId,
    assigned_at: tx.at,
  });
  await seats.noteAssigned(tx.db, seat.userId, tx.at);
  await takeContact(tx, chat.contact_id, seat.userId);
  await post(deps, tx, chat, {
    side: 'system',
    kind: 'notice',
    code: notice,
    noticeNumber: seat.number,
  });
  tellOf(tx, 'chat.assigned', chat, { userIds: before ? [before] : [] });
  tellOf(tx, 'chat.queue', chat);
}

/** Puts a locked chat that was open at the head of the queue, and says so. */
export async function putBack(deps: Deps, tx: Tx, chat: ChatRow): Promise<void> {
  const before = chat.operator_id;
  await change(tx, chat, {
    state: 'waiting',
    operator_id: null,
    priority: chat.emergency ? PRIORITY.emergency : PRIORITY.returned,
    queued_at: chat.queued_at ?? tx.at,
  });
  // Who waits again may also leave a message, which is nobody's contact.
  await takeContact(tx, chat.contact_id, null);
  await post(deps, tx, chat, { side: 'system', kind: 'notice', code: 'returned' });
  tellOf(tx, 'chat.changed', chat, { userIds: before ? [before] : [] });
  tellOf(tx, 'chat.queue', chat);
}

/** Gives the head of the queue to whom it is due. @returns whether there was anything to give. */
const assignOne = (deps: Deps): Promise<boolean> =>
  inTransaction(deps, SYSTEM, async (tx) => {
    await seats.lockAssigning(tx.db);
    const { document } = await channelPolicyOf(tx.db);
    const on = await seats.seatsOn(tx.db);
    const anyone = nextSeat(on, document.chat.cap, true);
    const head = anyone && (await store.headOfQueue(tx.db));
    if (!head) return false;
    const chat = await store.lockChat(tx.db, head.id);
    // Its citizen left, or an emergency overtook it, since it was read: the next look sees the queue anew.
    if (chat?.state !== 'waiting') return true;
    const seat = nextSeat(on, document.chat.cap, chat.emergency !== null);
    if (!seat) return false;
    await give(deps, tx, chat, seat);
    return true;
  });

/**
 * Whether an assignment is worth a try: somebody waits, and a seat has room. Asked without a lock, as
 * whoever came, or made room, asks after the commit: of two at once the later sees both. A full house
 * with a long queue so costs nobody a turn at the lock.
 */
async function mayAssign(deps: Deps): Promise<boolean> {
  const head = await store.headOfQueue(deps.db);
  if (!head) return false;
  const { document } = await channelPolicyOf(deps.db);
  return nextSeat(await seats.seatsOn(deps.db), document.chat.cap, head.urgent) !== null;
}

/** Gives out what waits, as long as somebody has room. @returns how many looks had something to give. */
export async function assignWaiting(deps: Deps): Promise<number> {
  for (let given = 0; given < ONCE_MAX; given++) {
    if (!(await mayAssign(deps))) return given;
    if (!(await assignOne(deps))) return given;
  }
  return ONCE_MAX;
}

/** Takes the next of the queue by hand: also beyond what one lowered oneself to, never beyond the cap. */
export const takeNext = (
  deps: Deps,
  actor: Actor & { kind: 'staff' },
): Promise<{ chatId: string }> =>
  inTransaction(deps, actor, async (tx) => {
    await seats.lockAssigning(tx.db);
    const { document } = await channelPolicyOf(tx.db);
    const seat = (await seats.seatsOn(tx.db)).find((s) => s.userId === actor.userId);
    if (!seat) fail('state_conflict', { reason: 'seat_off' });
    if (seat.open >= document.chat.cap) fail('state_conflict', { reason: 'full' });
    const head = (await store.headOfQueue(tx.db)) ?? fail('state_conflict', { reason: 'empty' });
    const chat = await store.lockChat(tx.db, head.id);
    if (chat?.state !== 'waiting') fail('busy');
    await give(deps, tx, chat, seat);
    return { chatId: chat.id };
  });
