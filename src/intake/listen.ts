/** What is said after a demand came in is heard like the demand itself. */
import { SYSTEM } from '../kernel/actor.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { isSecret } from '../kernel/words.ts';
import type { Flag } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { act, actAt, lockOrder, orderRow, textAt } from '../workorder/index.ts';
import { classifierOf } from './understand.ts';

/** Kinds of the texts in which a citizen speaks, by the act. */
const SPOKEN: Readonly<Record<string, string>> = { note: 'note', supplement: 'supplement' };

/**
 * A danger or a wish for secrecy in a citizen's later words becomes a mark of the order, and while
 * the order is at the door the emergency holds it there. Staff's own notes are not the citizen's words.
 */
export async function listen(deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  if (!event.orderId || event.version === null) return;
  const done = await actAt(tx.db, event.orderId, event.version);
  const kind = done && SPOKEN[done.act];
  if (!kind || (done.act === 'note' && done.party !== 'citizen')) return;
  const content = await textAt(tx.db, event.orderId, event.version, kind);
  const classifier = content ? await classifierOf(deps, tx.db) : null;
  const order = await lockOrder(tx.db, event.orderId);
  if (!content || !classifier || !order) return;
  if (!orderRow('set_flags').from.includes(order.state)) return;
  const said = classifier.understand({ content, address: '', channel: order.channel });
  const target = order.emergency === null ? said.emergency?.target : undefined;
  const heard = [
    ...(target ? (['emergency'] as const) : []),
    ...said.flags.map((g) => g.value).filter(isSecret),
  ];
  const add = heard.filter((f: Flag) => !order.flags.includes(f));
  if (add.length === 0) return;
  const emergency = add.includes('emergency') ? target : undefined;
  await act(tx, SYSTEM, order.id, 'set_flags', null, { add, remove: [], reason: '', emergency });
}
