/** The clock of the first answer by a person, in words: never seconds. */
import type { TextKey } from '../../../../src/contract.ts';
import type { ChatItem } from '../../data/chat.ts';

const MINUTE_MS = 60_000;

export interface FirstAnswer {
  /** Empty while there is time; `today` is amber, `over` red. */
  look: '' | 'today-t' | 'over-t';
  key: TextKey;
  n: number;
}

/** How the first answer stands; null once it was given in time. */
export function firstAnswer(
  chat: Pick<ChatItem, 'firstDueAt' | 'firstAnsweredAt' | 'late'>,
  now: number,
): FirstAnswer | null {
  if (chat.firstAnsweredAt)
    return chat.late ? { look: 'over-t', key: 'chat.was_late', n: 0 } : null;
  if (!chat.firstDueAt) return null;
  const left = Date.parse(chat.firstDueAt) - now;
  const n = Math.max(1, Math.floor(Math.abs(left) / MINUTE_MS));
  if (left < 0) return { look: 'over-t', key: 'chat.first_over', n };
  return left < MINUTE_MS
    ? { look: 'today-t', key: 'chat.first_soon', n }
    : { look: '', key: 'chat.first_left', n };
}
