/** What both sides read of a chat; words of the system are put together for who reads. */
import { queryCode } from '../intake/index.ts';
import { userNames } from '../identity/index.ts';
import { orderNoText } from '../kernel/ids.ts';
import { translate } from '../kernel/i18n/index.ts';
import type { Language } from '../kernel/i18n/index.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { orderNosOf } from '../workorder/index.ts';
import * as messages from './message.store.ts';
import type { MessageRow } from './message.store.ts';
import { NOTES_MAX, PACE_SECONDS, expectedWait } from './rules.ts';
import type {
  ChatView,
  MessagePage,
  MessageView,
  NoteView,
  OrderTold,
  PageQuery,
} from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Places in the queue and how long they take, for chats that wait. */
export async function waitsOf(
  db: Reader,
  chatIds: readonly string[],
): Promise<Map<string, { position: number; expectedWaitSeconds: number | null }>> {
  const places = await store.positions(db, chatIds);
  if (places.size === 0) return new Map();
  const since = new Date((await appNow(db)).getTime() - PACE_SECONDS * 1_000);
  const served = await store.servedSince(db, since);
  return new Map(
    [...places].map(([id, position]) => [
      id,
      { position, expectedWaitSeconds: expectedWait(position, served) },
    ]),
  );
}

/** A chat as its citizen sees it. */
export async function chatView(deps: Deps, chat: ChatRow): Promise<ChatView> {
  const { db } = deps;
  const wait = chat.state === 'waiting' ? (await waitsOf(db, [chat.id])).get(chat.id) : undefined;
  const seat = chat.operator_id ? await seats.findSeat(db, chat.operator_id) : null;
  return {
    chatId: chat.id,
    state: chat.state,
    away: chat.away,
    position: wait?.position ?? null,
    expectedWaitSeconds: wait?.expectedWaitSeconds ?? null,
    operatorName: seat && chat.state === 'open' ? String(seat.number) : null,
    lastSeq: chat.last_seq,
    seenSeq: chat.seen_operator,
    typing: false,
    orders: await toldOrders(deps, chat.id),
    rating: chat.rated_at ? { satisfaction: chat.satisfaction!, solved: chat.solved } : null,
  };
}

async function toldOrders(deps: Deps, chatId: string): Promise<OrderTold[]> {
  const ids = (await messages.ordersTold(deps.db, [chatId])).map((o) => o.orderId);
  const numbers = await orderNosOf(deps.db, ids);
  return ids.map((id) => ({ orderNo: numbers.get(id) ?? '', queryCode: queryCode(deps, id) }));
}

/** What is sealed in a message. */
export const bodyOf = (
  deps: Pick<Deps, 'crypto'>,
  m: Pick<MessageRow, 'id' | 'body_ct'>,
): string => (m.body_ct ? deps.crypto.open(m.body_ct, `${m.id}/body`) : '');

/** Who reads: the language, where pictures are fetched, and whether codes may be told. */
export interface Reading {
  language: Language;
  imageBase: string;
  /** Only the citizen is told the code that opens an order. */
  codes: boolean;
}

function textOf(deps: Deps, m: MessageRow, r: Reading, orderNo: string): string {
  const { language } = r;
  if (m.kind === 'notice')
    return translate(language, `chat.notice.${m.code as 'left'}`, {
      n: String(m.notice_number ?? ''),
    });
  if (m.kind === 'order') {
    const code = r.codes ? queryCode(deps, m.order_id!) : '······';
    return translate(language, 'chat.notice.order', { orderNo, code });
  }
  const text = bodyOf(deps, m);
  return m.kind === 'answer'
    ? // The words may hold braces of their own: they are put in last, by themselves.
      translate(language, 'chat.notice.answer', { orderNo }).replace('{text}', () => text)
    : text;
}

/** Messages as somebody reads them. */
export async function viewsOf(
  deps: Deps,
  rows: readonly MessageRow[],
  r: Reading,
): Promise<MessageView[]> {
  const numbers = await orderNosOf(
    deps.db,
    rows.flatMap((m) => m.order_id ?? []),
  );
  return rows.map((m) => ({
    seq: m.seq!,
    id: m.client_id,
    side: m.side as MessageView['side'],
    kind: m.kind,
    text: textOf(deps, m, r, orderNoText(numbers.get(m.order_id ?? '') ?? '')),
    imageUrl: m.kind === 'image' ? `${r.imageBase}/${m.id}` : null,
    width: m.width,
    height: m.height,
    at: m.at.toISOString(),
  }));
}

/** A page of messages after a number. */
export async function pageFor(
  deps: Deps,
  chatId: string,
  query: PageQuery,
  r: Reading,
): Promise<MessagePage> {
  const rows = await messages.listAfter(deps.db, chatId, query.after, query.limit);
  // Read after the messages: nothing is promised that a further page would not have.
  const chat = await store.findChat(deps.db, chatId);
  return { messages: await viewsOf(deps, rows, r), lastSeq: chat?.last_seq ?? 0 };
}

/** The notes of a chat, oldest first. */
export async function notesOf(deps: Deps, chatId: string): Promise<NoteView[]> {
  const rows = await messages.listNotes(deps.db, chatId, NOTES_MAX);
  const names = await userNames(
    deps.db,
    rows.flatMap((m) => m.author_id ?? []),
  );
  return rows.map((m) => ({
    id: m.client_id,
    afterSeq: m.after_seq!,
    by: names.get(m.author_id ?? '') ?? '',
    text: bodyOf(deps, m),
    at: m.at.toISOString(),
  }));
}
