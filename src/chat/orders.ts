/** What becomes of a chat's demands is told in the chat, also when that is over. */
import type { StoredEvent } from '../kernel/events.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { citizenOrder, findOrder } from '../workorder/index.ts';
import { translate } from '../kernel/i18n/index.ts';
import * as messages from './message.store.ts';
import { post, tellOf } from './post.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** The chat that an order came from, locked; null: it came another way. */
async function chatOf(
  tx: Tx,
  orderId: string,
): Promise<{ chat: ChatRow; contactId: string } | null> {
  const order = await findOrder(tx.db, orderId);
  const found = order && (await store.findByContact(tx.db, order.contact_id));
  const chat = found && (await store.lockChat(tx.db, found.id));
  return chat ? { chat, contactId: chat.contact_id } : null;
}

/** A demand was registered in a chat: the citizen is told number and code, composed when it is read. */
export async function registered(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const orderId = event.orderId!;
  const found = await chatOf(tx, orderId);
  if (!found || (await messages.findByClientId(tx.db, found.chat.id, orderId))) return;
  const { chat } = found;
  await post(deps, tx, chat, { side: 'system', kind: 'order', clientId: orderId, orderId });
  tellOf(tx, 'chat.message', chat);
}

/** An answer became public: it goes back the way the demand came. */
export async function answered(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const orderId = event.orderId!;
  const found = await chatOf(tx, orderId);
  if (!found || (await messages.findByClientId(tx.db, found.chat.id, event.id))) return;
  const { chat } = found;
  const actor = { kind: 'citizen', orderId, how: 'query_code' } as const;
  const order = await citizenOrder(tx.db, actor, orderId, chat.language);
  const text =
    event.type === 'work_order.rejected'
      ? order.ground && translate(chat.language, `ground.${order.ground}`)
      : // Another round may have been answered since: each event tells of its own.
        order.answers.findLast((a) => a.round === event.payload.round)?.publicVersion;
  if (!text) return;
  await post(deps, tx, chat, {
    side: 'system',
    kind: 'answer',
    clientId: event.id,
    orderId,
    text,
  });
  tellOf(tx, 'chat.message', chat);
}
