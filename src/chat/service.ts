/** The operator's side of a chat: the seat, answering, notes, handing over, ending. */
import { channelPolicyOf } from '../intake/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Capacity, Deps, Tx } from '../platform/unit-of-work.ts';
import { looksAfter } from './access.ts';
import { assignWaiting, give, putBack } from './assign.ts';
import { seatView } from './desk.ts';
import { finish } from './finish.ts';
import * as messages from './message.store.ts';
import { change, post, sealBody, tellOf } from './post.ts';
import { clockAt, isLive } from './rules.ts';
import type { MessageInput, Posted, SeatInput, SeatView, TransferInput } from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';
import { repeated } from './visitor.ts';

/** Open chats of one operator that are looked at together. */
const OPEN_MAX = 100;

const asOperator = (actor: StaffActor): Capacity => ({
  party: 'operator',
  organizationId: actor.grants.find((g) => g.role === 'operator')?.organizationId ?? null,
});

/** Sits down or gets up; who gets up leaves the open chats to the head of the queue. */
export async function setSeat(deps: Deps, actor: StaffActor, input: SeatInput): Promise<SeatView> {
  const { document } = await channelPolicyOf(deps.db);
  await inTransaction(deps, actor, async (tx) => {
    await seats.lockAssigning(tx.db);
    const known = await seats.findSeat(tx.db, actor.userId);
    const cap = Math.min(input.cap ?? known?.cap ?? document.chat.cap, document.chat.cap);
    await seats.setSeat(tx.db, { userId: actor.userId, on: input.on, cap, at: tx.at });
    if (known?.is_on !== input.on) tellSeat(tx, actor.userId, input.on, asOperator(actor));
    if (!input.on) await leaveChats(deps, tx, actor.userId);
  });
  await assignWaiting(deps);
  return seatView(deps, actor.userId);
}

export const tellSeat = (tx: Tx, userId: string, on: boolean, as?: Capacity): void =>
  tx.record(
    {
      type: 'chat.seat',
      subjectType: 'app_user',
      subjectId: userId,
      payload: { userIds: [userId], on },
    },
    as,
  );

/** Puts every open chat of an operator back. The caller holds the assigning. */
export async function leaveChats(deps: Deps, tx: Tx, userId: string): Promise<void> {
  for (const { id } of await store.openOf(tx.db, userId, OPEN_MAX)) {
    const chat = await store.lockChat(tx.db, id);
    if (chat?.state === 'open' && chat.operator_id === userId) await putBack(deps, tx, chat);
  }
}

/** The open chat that this operator talks in, locked. @throws AppError `not_found`, `state_conflict`. */
async function mineLocked(tx: Tx, actor: StaffActor, chatId: string): Promise<ChatRow> {
  const chat = await store.lockChat(tx.db, chatId);
  if (!chat || chat.operator_id !== actor.userId) return fail('not_found');
  return chat.state === 'open' ? chat : fail('state_conflict', { state: chat.state });
}

/** The operator says something; the first time that is the first answer. */
export const answer = (
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  input: MessageInput,
): Promise<Posted> =>
  inTransaction(deps, actor, async (tx) => {
    const found = await store.lockChat(tx.db, chatId);
    if (!found || found.operator_id !== actor.userId) return fail('not_found');
    const known = await messages.findByClientId(tx.db, chatId, input.id);
    if (known) return repeated(deps, known, 'operator', input.text);
    if (found.state !== 'open') fail('state_conflict', { state: found.state });
    const seq = await post(deps, tx, found, {
      side: 'operator',
      kind: 'text',
      clientId: input.id,
      authorId: actor.userId,
      text: input.text,
    });
    await firstAnswer(tx, found);
    tellOf(tx, 'chat.message', found, { as: asOperator(actor) });
    return { seq, at: tx.at.toISOString() };
  });

/** A person answered: the clock of the first answer stops. An automatic word never does. */
export async function firstAnswer(tx: Tx, chat: ChatRow): Promise<void> {
  if (chat.first_answered_at) return;
  const clock = clockAt({ state: chat.clock, dueAt: chat.first_due_at }, tx.at, 'answered');
  if (clock === 'late' && chat.clock !== 'late') tellOf(tx, 'chat.late', chat);
  await change(tx, chat, { first_answered_at: tx.at, clock });
}

/** A note beside the chat, for colleagues; also when it is over. */
export const note = (
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  input: MessageInput,
): Promise<Posted> =>
  inTransaction(deps, actor, async (tx) => {
    const chat = await store.lockChat(tx.db, chatId);
    if (!chat || (chat.operator_id !== actor.userId && !looksAfter(actor)))
      return fail('not_found');
    const known = await messages.findByClientId(tx.db, chatId, input.id);
    if (known) return repeated(deps, known, 'note', input.text);
    await keepNote(deps, tx, chat, { ...input, authorId: actor.userId });
    tellOf(tx, 'chat.changed', chat, { inside: true });
    return { seq: chat.last_seq, at: tx.at.toISOString() };
  });

async function keepNote(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  said: { id: string; text: string; authorId: string },
): Promise<void> {
  const id = newId();
  await messages.insertNote(tx.db, {
    id,
    chatId: chat.id,
    clientId: said.id,
    authorId: said.authorId,
    afterSeq: chat.last_seq,
    body: sealBody(deps, id, said.text),
    at: tx.at,
  });
}

/**
 * Hands a chat over, to a colleague who has room for it or to the head of the queue.
 * @throws AppError `not_found`, `state_conflict` where the colleague is not there or has no room.
 */
export async function transfer(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  input: TransferInput,
): Promise<void> {
  await inTransaction(deps, actor, async (tx) => {
    await seats.lockAssigning(tx.db);
    const chat = await mineLocked(tx, actor, chatId);
    if (input.note) {
      const said = { id: newId(), text: input.note, authorId: actor.userId };
      await keepNote(deps, tx, chat, said);
    }
    if (input.to === 'queue') return putBack(deps, tx, chat);
    const { document } = await channelPolicyOf(tx.db);
    const seat = (await seats.seatsOn(tx.db)).find((s) => s.userId === input.to);
    if (!seat || seat.userId === actor.userId) fail('state_conflict', { reason: 'seat_off' });
    if (seat.open >= document.chat.cap) fail('state_conflict', { reason: 'full' });
    return give(deps, tx, chat, seat, 'transferred');
  });
  await assignWaiting(deps);
}

/** Ends a chat; said twice it changes nothing. */
export async function end(deps: Deps, actor: StaffActor, chatId: string): Promise<void> {
  await inTransaction(deps, actor, async (tx) => {
    const chat = await store.lockChat(tx.db, chatId);
    if (!chat || chat.operator_id !== actor.userId) return fail('not_found');
    if (isLive(chat.state)) await finish(deps, tx, chat, 'operator');
  });
  await assignWaiting(deps);
}

/** Marks what the operator has read. @throws AppError `not_found`. */
export async function seen(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  seq: number,
): Promise<void> {
  const chat = await store.findChat(deps.db, chatId);
  if (!chat || chat.operator_id !== actor.userId) return fail('not_found');
  await store.moveSeen(deps.db, chat.id, 'operator', seq);
}
