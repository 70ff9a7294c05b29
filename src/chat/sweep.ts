/** What time does to chats: answers fall due, citizens fall silent, operators go. */
import { channelPolicyOf } from '../intake/index.ts';
import type { ChannelPolicy } from '../intake/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { assignWaiting } from './assign.ts';
import { finish } from './finish.ts';
import { change, tellOf } from './post.ts';
import { leaveSaid } from './leave.ts';
import { isIdle } from './rules.ts';
import * as seats from './seat.store.ts';
import { leaveChats, tellSeat } from './service.ts';
import * as store from './store.ts';

/** Rows of each kind in one round. */
const ROUND_MAX = 100;
const MINUTE_MS = 60_000;

/** One round; several may run at once. @returns how much it did. */
export async function sweepChats(deps: Deps): Promise<number> {
  const { document } = await channelPolicyOf(deps.db);
  const policy = document.chat;
  const late = await markLate(deps);
  const gone = await goneOperators(deps, policy);
  const idle = await endIdle(deps, policy);
  const left = await leaveWaiting(deps, policy);
  return late + gone + idle + left + (await assignWaiting(deps));
}

/** A first answer that is due and did not come: told once, also when nobody looked at that instant. */
async function markLate(deps: Deps): Promise<number> {
  const ids = await store.overdue(deps.db, await appNow(deps.db), ROUND_MAX);
  for (const id of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      const chat = await store.lockChat(tx.db, id);
      // Answered, ended or told of since it was read.
      if (chat?.clock !== 'running' || chat.first_due_at! >= tx.at) return;
      await change(tx, chat, { clock: 'late' });
      tellOf(tx, 'chat.late', chat);
    });
  }
  return ids.length;
}

/** Operators of whom nothing is seen any more: their chats go back to the head of the queue. */
async function goneOperators(deps: Deps, policy: ChannelPolicy['chat']): Promise<number> {
  const ids = await seats.goneSeats(deps.db, policy.goneSeconds, ROUND_MAX);
  for (const userId of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      await seats.lockAssigning(tx.db);
      if (!(await seats.offIfGone(tx.db, userId, policy.goneSeconds))) return;
      tellSeat(tx, userId, false);
      await leaveChats(deps, tx, userId);
    });
  }
  return ids.length;
}

/** Who waited and went without a word: what they said is left as a message, if they can be called. */
async function leaveWaiting(deps: Deps, policy: ChannelPolicy['chat']): Promise<number> {
  const ids = await store.goneVisitors(deps.db, policy.idleMinutes, ROUND_MAX);
  for (const id of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      const chat = await store.lockGone(tx.db, id, policy.idleMinutes);
      // Came back, was given to somebody or ended since it was read.
      if (chat && !(await leaveSaid(deps, tx, chat))) await finish(deps, tx, chat, 'idle');
    });
  }
  return ids.length;
}

async function endIdle(deps: Deps, policy: ChannelPolicy['chat']): Promise<number> {
  const { idleMinutes } = policy;
  const since = new Date((await appNow(deps.db)).getTime() - idleMinutes * MINUTE_MS);
  const ids = await store.silentSince(deps.db, since, ROUND_MAX);
  for (const id of ids) {
    await inTransaction(deps, SYSTEM, async (tx) => {
      const chat = await store.lockChat(tx.db, id);
      if (chat?.state !== 'open' && chat?.state !== 'away') return;
      const said = { lastCitizenAt: chat.last_citizen_at, lastOperatorAt: chat.last_operator_at };
      const silent = chat.last_citizen_at <= since;
      if (chat.state === 'away' ? !silent : !isIdle(said, tx.at, idleMinutes)) return;
      await finish(deps, tx, chat, 'idle');
    });
  }
  return ids.length;
}
