import { cityMidnight } from '../kernel/clock.ts';
import type { Reader } from '../platform/db.ts';
import type { ChatFigures } from './schema.ts';
import * as store from './store.ts';

/** Chats as the board counts them: those of now, and first answers since the city's midnight. */
export async function chatFigures(db: Reader, at: Date): Promise<ChatFigures> {
  const { waiting, longestWaitSeconds } = await store.waitingNow(db);
  return { waiting, longestWaitSeconds, ...(await store.figuresSince(db, cityMidnight(at))) };
}
