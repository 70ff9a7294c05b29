/** Who reads what was said in a chat: one rule for the desk and for the order behind it. */
import { ordersOfContact } from '../intake/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { hit } from '../platform/throttle.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { secretContacts, whoSees } from '../workorder/index.ts';
import { readingOf } from './rules.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Who looks after all chats, and reads them. */
export const looksAfter = (actor: StaffActor): boolean =>
  holds(actor, 'supervisor', 'center_admin');

/**
 * The chat, where this person may read it: its own operator, who looks after all of them, and who works
 * on an order of it. Words tell who somebody is: where an order is confidential or anonymous, only its
 * operator while it goes on, and overseers, whose reading is noted.
 * @throws AppError `not_found`.
 */
async function forReader(deps: Deps, actor: StaffActor, chat: ChatRow | null): Promise<ChatRow> {
  if (!chat) return fail('not_found');
  const own = holds(actor, 'operator') && chat.operator_id === actor.userId;
  const open = chat.state === 'open';
  // Who talks with them reads in any case: what became of it is not asked at every word.
  const ids = own && open ? [] : await ordersOfContact(deps.db, chat.contact_id);
  const secret = await secretContacts(deps.db, ids.length > 0 ? [chat.contact_id] : []);
  const sees = await whoSees(deps.db, ids);
  const reading = readingOf({
    own,
    open,
    overseer: looksAfter(actor),
    worksOnOrder: ids.some((id) => sees(actor, id)),
    sensitive: secret.size > 0,
  });
  if (reading === 'none') fail('not_found');
  if (reading === 'noted') await noteReading(deps, actor, chat);
  return chat;
}

/** @throws AppError `not_found`. */
export const readable = async (deps: Deps, actor: StaffActor, chatId: string): Promise<ChatRow> =>
  forReader(deps, actor, await store.findChat(deps.db, chatId));

/** The chat behind a contact, for who may read it. @throws AppError `not_found`. */
export const readableOfContact = async (
  deps: Deps,
  actor: StaffActor,
  contactId: string,
): Promise<ChatRow> => forReader(deps, actor, await store.findByContact(deps.db, contactId));

/** Minutes in which a screen that reads the same again and again is one reading; new words are another. */
const READING_MINUTES = 10;

const noteReading = (deps: Deps, actor: StaffActor, chat: ChatRow): Promise<void> =>
  inTransaction(deps, actor, async (tx) => {
    const { id: chatId, last_seq } = chat;
    const reader = deps.crypto.mac('throttle', `${actor.userId}/${chatId}/${last_seq}`);
    if ((await hit(tx.db, `chat:read:${reader}`, READING_MINUTES)) > 1) return;
    tx.record({
      type: 'transcript.read',
      subjectType: 'chat',
      subjectId: chatId,
      payload: { chatId },
    });
  });
