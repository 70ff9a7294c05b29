/** What the chat desk shows. */
import { userNames } from '../identity/index.ts';
import { channelPolicyOf, peopleOfContacts } from '../intake/index.ts';
import type { ContactPerson } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { maskName, maskPhone, orderNosOf, secretContacts } from '../workorder/index.ts';
import { looksAfter, readable } from './access.ts';
import * as messages from './message.store.ts';
import { bodyOf, notesOf, pageFor } from './read.ts';
import type { Reading } from './read.ts';
import type {
  ChatDetail,
  ChatItem,
  Colleague,
  Desk,
  PageQuery,
  SeatView,
  StaffMessages,
} from './schema.ts';
import * as seats from './seat.store.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Chats in one list: more than an operator can have, and one screen of all. */
const MINE_MAX = 50;
const ALL_MAX = 200;
/** Characters of the last message in a list. */
const PREVIEW = 60;

type People = ReadonlyMap<string, ContactPerson>;

/** @throws AppError `not_allowed` for who has nothing to do with chats. */
export function requireDesk(actor: StaffActor): StaffActor {
  return holds(actor, 'operator') || looksAfter(actor) ? actor : fail('not_allowed');
}

/** @throws AppError `not_allowed` for who does not talk with citizens. */
export const requireOperator = (actor: StaffActor): StaffActor =>
  holds(actor, 'operator') ? actor : fail('not_allowed');

export const seatView = async (deps: Deps, userId: string): Promise<SeatView> =>
  seatWith(deps, userId, await store.openOf(deps.db, userId, MINE_MAX));

async function seatWith(deps: Deps, userId: string, mine: readonly ChatRow[]): Promise<SeatView> {
  const { document } = await channelPolicyOf(deps.db);
  const seat = await seats.findSeat(deps.db, userId);
  const capMax = document.chat.cap;
  return {
    on: seat?.is_on ?? false,
    cap: Math.min(seat?.cap ?? capMax, capMax),
    capMax,
    open: mine.length,
    number: seat?.number ?? null,
  };
}

const peopleOf = (deps: Deps, rows: readonly ChatRow[]): Promise<People> =>
  peopleOfContacts(
    deps,
    rows.map((r) => r.contact_id),
  );

async function items(
  deps: Deps,
  rows: readonly ChatRow[],
  actor: StaffActor,
  known?: People,
): Promise<ChatItem[]> {
  const ids = rows.map((r) => r.id);
  const [last, told, people, secret] = await Promise.all([
    messages.lastWords(deps.db, ids),
    messages.ordersTold(deps.db, ids),
    known ?? peopleOf(deps, rows),
    secretContacts(
      deps.db,
      rows.map((r) => r.contact_id),
    ),
  ]);
  const [numbers, names] = await Promise.all([
    orderNosOf(
      deps.db,
      told.map((t) => t.orderId),
    ),
    userNames(
      deps.db,
      rows.flatMap((r) => (r.operator_id === actor.userId ? [] : (r.operator_id ?? []))),
    ),
  ]);
  return rows.map((r) => {
    // A list is no reading that is noted: it tells nothing of who must not become known.
    const sealed = secret.has(r.contact_id) && !talks(actor, r);
    const words = last.get(r.id);
    const said = sealed ? undefined : words;
    return {
      chatId: r.id,
      contactId: r.contact_id,
      state: r.state,
      name: sealed ? null : nameFor(actor, r, people.get(r.contact_id)),
      sealed,
      emergency: r.emergency,
      waitingSince: r.state === 'waiting' ? (r.queued_at?.toISOString() ?? null) : null,
      firstDueAt: r.first_due_at?.toISOString() ?? null,
      firstAnsweredAt: r.first_answered_at?.toISOString() ?? null,
      late: r.clock === 'late',
      lastSeq: r.last_seq,
      unread: r.last_seq - r.seen_operator,
      lastText: said ? [...bodyOf(deps, said)].slice(0, PREVIEW).join('') : '',
      lastSide: said ? (said.side as 'citizen' | 'operator') : null,
      lastKind: said ? (said.kind as 'text' | 'image') : null,
      lastAt: (words?.at ?? r.opened_at).toISOString(),
      orders: told
        .filter((t) => t.chatId === r.id)
        .map((t) => ({ orderId: t.orderId, orderNo: numbers.get(t.orderId) ?? '' })),
      operatorId: r.operator_id,
      operatorName: names.get(r.operator_id ?? '') ?? null,
    };
  });
}

/** Whether this person talks with them just now. */
const talks = (actor: StaffActor, r: ChatRow): boolean =>
  r.operator_id === actor.userId && r.state === 'open';

/** Who talks with somebody knows the name, as long as they talk; everybody else its beginning. */
function nameFor(actor: StaffActor, r: ChatRow, known: ContactPerson | undefined): string | null {
  if (!known || known.name === '') return null;
  return talks(actor, r) ? known.name : maskName(known.name);
}

/** The desk in one answer. */
export async function desk(deps: Deps, actor: StaffActor): Promise<Desk> {
  if (holds(actor, 'operator')) await seats.touchSeats(deps.db, [actor.userId]);
  const mine = await store.openOf(deps.db, actor.userId, MINE_MAX);
  const [seat, queue, all] = await Promise.all([
    seatWith(deps, actor.userId, mine),
    store.waitingNow(deps.db),
    looksAfter(actor) ? store.liveChats(deps.db, ALL_MAX) : null,
  ]);
  return {
    seat,
    mine: await items(deps, mine, actor),
    queue,
    all: all && (await items(deps, all, actor)),
  };
}

/** @throws AppError `not_found`. */
export async function chatDetail(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
): Promise<ChatDetail> {
  const chat = await readable(deps, actor, chatId);
  const people = await peopleOf(deps, [chat]);
  const [item] = await items(deps, [chat], actor, people);
  const { phone, erased } = people.get(chat.contact_id) ?? { phone: '', erased: false };
  const open = (sealed: Buffer | null, field: string) =>
    sealed ? deps.crypto.open(sealed, `${chat.id}/${field}`) : null;
  return {
    ...item!,
    language: chat.language,
    phone: phone === '' || item!.sealed ? null : talks(actor, chat) ? phone : maskPhone(phone),
    erased,
    page: open(chat.page_ct, 'page'),
    seenByCitizen: chat.seen_citizen,
    mine: chat.operator_id === actor.userId,
    startedAt: chat.opened_at.toISOString(),
    endedAt: chat.ended_at?.toISOString() ?? null,
    endedBy: chat.ended_by,
    rating: chat.rated_at && {
      satisfaction: chat.satisfaction!,
      solved: chat.solved,
      comment: open(chat.comment_ct, 'comment') ?? '',
    },
  };
}

/** How staff read: pictures come through the staff's door, codes stay the citizen's. */
export const staffReading = (chatId: string, language: Reading['language']): Reading => ({
  language,
  imageBase: `/api/chat/chats/${chatId}/images`,
  codes: false,
});

/** A page of messages, with every note. @throws AppError `not_found`. */
export async function chatMessages(
  deps: Deps,
  actor: StaffActor,
  chatId: string,
  query: PageQuery,
  language: Reading['language'],
): Promise<StaffMessages> {
  const chat = await readable(deps, actor, chatId);
  const page = await pageFor(deps, chat.id, query, staffReading(chat.id, language));
  return { ...page, notes: await notesOf(deps, chat.id) };
}

/** Who a chat may be handed to: everybody else who is there. */
export async function colleagues(deps: Deps, actor: StaffActor): Promise<Colleague[]> {
  const { document } = await channelPolicyOf(deps.db);
  const on = (await seats.seatsOn(deps.db)).filter((s) => s.userId !== actor.userId);
  const names = await userNames(
    deps.db,
    on.map((s) => s.userId),
  );
  return on.map((s) => ({
    userId: s.userId,
    name: names.get(s.userId) ?? '',
    number: s.number,
    open: s.open,
    cap: Math.min(s.cap, document.chat.cap),
  }));
}
