/** The citizen's side of a chat: speaking, ending, rating. */
import { channelPolicyOf } from '../intake/index.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import { fail } from '../kernel/errors.ts';
import type { EmergencyTarget } from '../kernel/words.ts';
import { hashToken } from '../platform/crypto.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { assignWaiting } from './assign.ts';
import { AS_CITIZEN, CITIZEN, dueAfter, emergencyIn, warn } from './citizen.ts';
import { finish } from './finish.ts';
import * as messages from './message.store.ts';
import type { MessageRow } from './message.store.ts';
import { change, post, tellOf } from './post.ts';
import { PRIORITY, counted, isLive } from './rules.ts';
import type { MessageInput, Posted, RatingInput } from './schema.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

const DAY_MS = 86_400_000;

/** The chat of a token that may still be read. @throws AppError `not_signed_in`. */
export async function visitorChat(deps: Deps, token: string): Promise<ChatRow> {
  const chat = token.length > 100 ? null : await store.findByToken(deps.db, hashToken(token));
  if (!chat) return fail('not_signed_in');
  if (isLive(chat.state)) {
    if (chat.unseen) await store.touchVisitors(deps.db, [chat.id]);
    return chat;
  }
  const { document } = await channelPolicyOf(deps.db);
  const last = Math.max(chat.ended_at!.getTime(), chat.last_citizen_at.getTime());
  const over = (await appNow(deps.db)).getTime() - last > document.chat.resumeDays * DAY_MS;
  return over ? fail('not_signed_in') : chat;
}

/** What the same id said before: the same words again are no second message. */
export function repeated(deps: Deps, known: MessageRow, side: string, text: string): Posted {
  const same =
    known.side === side &&
    known.kind === 'text' &&
    deps.crypto.open(known.body_ct!, `${known.id}/body`) === text;
  if (!same) fail('idempotency_key_reused');
  return { seq: known.seq ?? known.after_seq!, at: known.at.toISOString() };
}

/** The citizen says something. @throws AppError `state_conflict` (with the state), `too_many_attempts`. */
export async function say(deps: Deps, chatId: string, input: MessageInput): Promise<Posted> {
  const [{ document }, emergency] = [
    await channelPolicyOf(deps.db),
    await emergencyIn(deps, input.text),
  ];
  const policy = document.chat;
  let queued = false;
  const posted = await inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    const known = await messages.findByClientId(tx.db, chat.id, input.id);
    if (known) return repeated(deps, known, 'citizen', input.text);
    if (!isLive(chat.state) || (chat.state === 'away' && !emergency))
      fail('state_conflict', { state: chat.state });
    const minute = countWord(tx, chat, { perMinute: policy.perMinute, emergency: emergency !== null }); // prettier-ignore
    const said = { side: 'citizen', kind: 'text', clientId: input.id, text: input.text } as const;
    const seq = await post(deps, tx, chat, { ...said, minute });
    if (emergency && !chat.emergency) queued = await mark(deps, tx, chat, emergency, policy);
    tellOf(tx, 'chat.message', chat, { as: AS_CITIZEN });
    return { seq, at: tx.at.toISOString() };
  });
  if (queued) await assignWaiting(deps);
  return posted;
}

/** This minute's words with one more. @throws AppError `too_many_attempts`. */
export function countWord(
  tx: Tx,
  chat: ChatRow,
  limit: { perMinute: number; emergency: boolean },
): { since: Date; count: number } {
  const minute = counted({ since: chat.minute_at, count: chat.minute_count }, tx.at);
  if (minute.count > limit.perMinute && !limit.emergency) fail('too_many_attempts');
  return minute;
}

/** Marks a chat for an emergency: first in the queue, wherever it stood. @returns whether it waits now. */
async function mark(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  emergency: EmergencyTarget,
  policy: ChannelPolicy['chat'],
): Promise<boolean> {
  const enters = chat.state === 'away';
  await change(tx, chat, {
    emergency,
    priority: PRIORITY.emergency,
    ...(enters && { state: 'waiting', queued_at: tx.at }),
    ...(enters && { first_due_at: dueAfter(tx.at, policy), clock: 'running' }),
  });
  await warn(deps, tx, chat, emergency);
  tellOf(tx, 'chat.queue', chat, { as: AS_CITIZEN });
  return chat.state === 'waiting';
}

/** The citizen ends it; said twice it changes nothing. */
export const endByCitizen = (deps: Deps, chatId: string): Promise<void> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (isLive(chat.state)) await finish(deps, tx, chat, 'citizen');
  })
    .then(() => assignWaiting(deps))
    .then(() => undefined);

/** Once, after the end. @throws AppError `state_conflict`, `already_rated`. */
export const rate = (deps: Deps, chatId: string, input: RatingInput): Promise<void> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (chat.state !== 'ended') fail('state_conflict', { state: chat.state });
    if (chat.rated_at) fail('already_rated');
    await change(tx, chat, {
      satisfaction: input.satisfaction,
      solved: input.solved ?? null,
      comment_ct: input.comment ? deps.crypto.seal(input.comment, `${chat.id}/comment`) : null,
      rated_at: tx.at,
    });
    tellOf(tx, 'chat.changed', chat, { as: AS_CITIZEN });
  });

/** Marks what the citizen has read. */
export const seenByCitizen = async (deps: Deps, chatId: string, seq: number): Promise<void> =>
  void (await store.moveSeen(deps.db, chatId, 'citizen', seq));
