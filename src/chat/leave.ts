/** A message that is left where nobody is there. */
import { nameContact, peopleOfContacts, registerIn } from '../intake/index.ts';
import type { Registered, RequesterInput } from '../intake/schema.ts';
import { fail } from '../kernel/errors.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { matterInput } from '../workorder/schema.ts';
import { CITIZEN, requesterOf } from './citizen.ts';
import { finish } from './finish.ts';
import * as messages from './message.store.ts';
import { post } from './post.ts';
import { bodyOf } from './read.ts';
import { LEFT_MAX } from './rules.ts';
import type { LeaveInput } from './schema.ts';
import * as store from './store.ts';
import type { ChatRow } from './store.ts';

/** Messages of the citizen that one left message is put together of. */
const SAID_MAX = 50;

/**
 * Leaves a message where nobody is there: a demand like any other, with number and query code. Demand,
 * words and end are one: nothing stands halfway, and the same once more is answered the same.
 * @throws AppError `state_conflict` where somebody talks with them, or it is over.
 */
export const leave = (
  deps: Deps,
  chatId: string,
  input: LeaveInput,
): Promise<{ orderNo: string; queryCode: string }> =>
  inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    const { state } = chat;
    const again = state === 'left_message';
    if (!again && state !== 'waiting' && state !== 'away') fail('state_conflict', { state });
    const requester = requesterOf(input);
    if (!again) await tellName(deps, tx, chat, requester);
    const { orderId, orderNo, queryCode } = await register(deps, tx, chat, requester, input.text);
    if (!again) await keepLeft(deps, tx, chat, orderId, input.text);
    return { orderNo, queryCode };
  });

/**
 * Leaves what the citizen of a locked chat said while waiting, where there is a number to call.
 * @returns whether there was.
 */
export async function leaveSaid(deps: Deps, tx: Tx, chat: ChatRow): Promise<boolean> {
  const known = (await peopleOfContacts({ ...deps, db: tx.db }, [chat.contact_id])).get(
    chat.contact_id,
  );
  const said = await messages.citizensWords(tx.db, chat.id, SAID_MAX);
  const all = said.map((m) => bodyOf(deps, m)).join('\n');
  // Never half a sign.
  const text = all.slice(0, LEFT_MAX).replace(/[\ud800-\udbff]$/, '');
  if (!known?.phone || text === '') return false;
  const { orderId } = await register(deps, tx, chat, requesterOf(known), text);
  await endLeft(deps, tx, chat, orderId);
  return true;
}

/** The demand, under a key of the chat's own. */
const register = (
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  requester: RequesterInput,
  text: string,
): Promise<Registered> =>
  registerIn(deps, tx, {
    actor: CITIZEN,
    key: `chat-left-${chat.id}`,
    channel: 'chat',
    contactId: chat.contact_id,
    requester,
    matter: matterInput.parse({ content: text }),
  });

/** Who it is may be told only now. */
async function tellName(deps: Deps, tx: Tx, chat: ChatRow, requester: RequesterInput) {
  const contactId = chat.contact_id;
  const known = (await peopleOfContacts({ ...deps, db: tx.db }, [contactId])).get(contactId);
  if (known?.name !== requester.name || known.phone !== requester.phone)
    await nameContact(deps, tx, { contactId, channel: 'chat', requester });
}

async function keepLeft(deps: Deps, tx: Tx, chat: ChatRow, orderId: string, text: string) {
  // Who only leaves what was said before, word for word, has said it already.
  const said = (await messages.citizensWords(tx.db, chat.id, SAID_MAX)).map((m) => bodyOf(deps, m));
  // The chat's own id stands for the one message that is left in it.
  const known = await messages.findByClientId(tx.db, chat.id, chat.id);
  if (!known && said.join('\n') !== text)
    await post(deps, tx, chat, { side: 'citizen', kind: 'text', clientId: chat.id, text });
  await endLeft(deps, tx, chat, orderId);
}

async function endLeft(deps: Deps, tx: Tx, chat: ChatRow, orderId: string): Promise<void> {
  if (!(await messages.findByClientId(tx.db, chat.id, orderId)))
    await post(deps, tx, chat, { side: 'system', kind: 'order', clientId: orderId, orderId });
  await finish(deps, tx, chat, 'left');
}
