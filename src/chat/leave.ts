/** A message that is left where nobody is there. */
import { nameContact, peopleOfContacts } from '../intake/index.ts';
import type { Intake } from '../intake/index.ts';
import { AppError, fail } from '../kernel/errors.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { matterInput } from '../workorder/schema.ts';
import { AS_CITIZEN, CITIZEN, requesterOf } from './citizen.ts';
import { finish } from './finish.ts';
import * as messages from './message.store.ts';
import { post, tellOf } from './post.ts';
import type { LeaveInput } from './schema.ts';
import * as store from './store.ts';

/**
 * Leaves a message where nobody is there: a demand like any other, with number and query code.
 * The same once more is answered the same.
 * @throws AppError `state_conflict` where somebody talks with them, or it is over.
 */
export async function leave(
  deps: Deps,
  intake: Intake,
  chatId: string,
  input: LeaveInput,
): Promise<{ orderNo: string; queryCode: string }> {
  await inTransaction(deps, CITIZEN, async (tx) => {
    const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
    if (chat.state === 'left_message') return;
    if (chat.state !== 'waiting' && chat.state !== 'away')
      fail('state_conflict', { state: chat.state });
    const known = await peopleOfContacts({ ...deps, db: tx.db }, [chat.contact_id]);
    const { name, phone } = known.get(chat.contact_id) ?? { name: '', phone: '' };
    const told = {
      contactId: chat.contact_id,
      channel: 'chat',
      requester: requesterOf(input),
    } as const;
    if (name !== input.name || phone !== input.phone) await nameContact(deps, tx, told);
  });
  const chat = (await store.findChat(deps.db, chatId)) ?? fail('not_found');
  const made = await intake
    .register({
      actor: CITIZEN,
      key: `chat-left-${chat.id}`,
      channel: 'chat',
      contactId: chat.contact_id,
      requester: requesterOf(input),
      matter: matterInput.parse({ content: input.text }),
    })
    .catch((error: unknown) => {
      // Somebody took the chat meanwhile: what was to be left can be said.
      if (error instanceof AppError && error.code === 'not_found')
        return fail('state_conflict', { state: 'open' });
      throw error;
    });
  await inTransaction(deps, CITIZEN, (tx) => keepLeft(deps, tx, chat.id, made.orderId, input.text));
  return { orderNo: made.orderNo, queryCode: made.queryCode };
}

async function keepLeft(deps: Deps, tx: Tx, chatId: string, orderId: string, text: string) {
  const chat = (await store.lockChat(tx.db, chatId)) ?? fail('not_found');
  // The chat's own id stands for the one message that is left in it.
  if (!(await messages.findByClientId(tx.db, chat.id, chat.id)))
    await post(deps, tx, chat, { side: 'citizen', kind: 'text', clientId: chat.id, text });
  if (!(await messages.findByClientId(tx.db, chat.id, orderId)))
    await post(deps, tx, chat, { side: 'system', kind: 'order', clientId: orderId, orderId });
  if (chat.state === 'waiting' || chat.state === 'away') await finish(deps, tx, chat, 'left');
  else tellOf(tx, 'chat.message', chat, { as: AS_CITIZEN });
}
