/** How a chat ends, whoever ends it. */
import { endContact } from '../intake/index.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { AS_CITIZEN } from './citizen.ts';
import { change, post, tellOf } from './post.ts';
import { clockAt } from './rules.ts';
import type { ChatRow } from './store.ts';

/** Ends a locked chat that goes on, and its contact; the place at the desk is free. */
export async function finish(
  deps: Deps,
  tx: Tx,
  chat: ChatRow,
  by: 'citizen' | 'operator' | 'idle' | 'left',
): Promise<void> {
  const wasWaiting = chat.state === 'waiting';
  const clock = clockAt({ state: chat.clock, dueAt: chat.first_due_at }, tx.at, 'over');
  if (clock === 'late' && chat.clock !== 'late') tellOf(tx, 'chat.late', chat);
  await change(tx, chat, {
    state: by === 'left' ? 'left_message' : 'ended',
    ended_at: tx.at,
    ended_by: by,
    clock,
  });
  const code = by === 'left' ? ('left' as const) : (`ended_${by}` as const);
  await post(deps, tx, chat, { side: 'system', kind: 'notice', code });
  await endContact(tx, chat.contact_id);
  tellOf(tx, 'chat.changed', chat, by === 'citizen' ? { as: AS_CITIZEN } : {});
  if (wasWaiting) tellOf(tx, 'chat.queue', chat);
}
