/** How anything is written into a chat: the next number, and news to those it concerns. */
import type { ChatPayload, EventName } from '../kernel/events.ts';
import { newId } from '../kernel/ids.ts';
import type { Capacity, Deps, Tx } from '../platform/unit-of-work.ts';
import * as messages from './message.store.ts';
import type { Kind, PictureRow } from './message.store.ts';
import type { Notice } from './schema.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** What is sealed belongs to its row alone. */
export const sealBody = (deps: Pick<Deps, 'crypto'>, messageId: string, text: string): Buffer =>
  deps.crypto.seal(text, `${messageId}/body`);

type ChatEvent = Extract<EventName, `chat.${string}`>;

/** Tells that a chat changed: its operator, and by its number the citizen; `inside`: the staff only. */
export function tellOf(
  tx: Tx,
  type: Exclude<ChatEvent, 'chat.seat'>,
  chat: Pick<ChatRow, 'id' | 'operator_id' | 'last_seq' | 'state'>,
  also: { userIds?: readonly string[]; as?: Capacity; inside?: true } = {},
): void {
  const userIds = [...new Set([chat.operator_id ?? [], also.userIds ?? []].flat())];
  const payload: ChatPayload = {
    chatId: chat.id,
    userIds,
    seq: chat.last_seq,
    state: chat.state,
    ...(also.inside && { inside: true }),
  };
  tx.record({ type, subjectType: 'chat', subjectId: chat.id, payload }, also.as);
}

export interface Said {
  clientId?: string;
  side: 'citizen' | 'operator' | 'system';
  kind: Kind;
  /** In clear; sealed here. */
  text?: string;
  code?: Notice;
  noticeNumber?: number | null;
  orderId?: string;
  authorId?: string;
  picture?: PictureRow;
  /** The citizen's words in this minute, with this one. */
  minute?: { since: Date; count: number };
}

/** Appends to a chat that the caller has locked; `chat` follows what was written. @returns the number. */
export async function post(deps: Deps, tx: Tx, chat: ChatRow, said: Said): Promise<number> {
  const id = newId();
  const seq = await messages.append(tx.db, {
    id,
    chatId: chat.id,
    clientId: said.clientId ?? newId(),
    side: said.side,
    kind: said.kind,
    at: tx.at,
    code: said.code ?? null,
    noticeNumber: said.noticeNumber ?? null,
    authorId: said.authorId ?? null,
    orderId: said.orderId ?? null,
    body: said.text === undefined ? null : sealBody(deps, id, said.text),
    picture: said.picture ?? null,
    minute: said.minute ?? null,
  });
  chat.last_seq = seq;
  if (said.side === 'citizen') chat.last_citizen_at = tx.at;
  if (said.side === 'operator') chat.last_operator_at = tx.at;
  return seq;
}

/** Changes a locked chat, the row and what the caller knows of it. */
export async function change(tx: Tx, chat: ChatRow, set: Partial<ChatRow>): Promise<void> {
  await store.updateChat(tx.db, chat.id, set);
  Object.assign(chat, set);
}
