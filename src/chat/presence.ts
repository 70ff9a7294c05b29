/** What the sockets and the sweepers ask. */
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { namedContents } from './message.store.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';

/** These members of staff are connected: their seats stay on. */
export const someoneThere = (deps: Deps, userIds: readonly string[]): Promise<void> =>
  seats.touchSeats(deps.db, userIds);

/** The citizens of these chats are connected: what waits goes on waiting. */
export const visitorsThere = (deps: Deps, chatIds: readonly string[]): Promise<void> =>
  store.touchVisitors(deps.db, chatIds);

/** Who talks in a chat just now; null: nobody. */
export async function operatorOf(deps: Deps, chatId: string): Promise<string | null> {
  const chat = await store.findChat(deps.db, chatId);
  return chat?.state === 'open' ? chat.operator_id : null;
}

/** Whether somebody talks in this chat just now. */
export const talksIn = async (deps: Deps, userId: string, chatId: string): Promise<boolean> =>
  (await operatorOf(deps, chatId)) === userId;

/** Which of these contacts are chats that are not over: who writes stays known. */
export const neededByChats = (db: Reader, contactIds: readonly string[]): Promise<Set<string>> =>
  store.livingContacts(db, contactIds);

/** Which of these contents a chat's picture names. */
export const namedByChats = (db: Reader, contents: readonly string[]): Promise<Set<string>> =>
  namedContents(db, contents);
