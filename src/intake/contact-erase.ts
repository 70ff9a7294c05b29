/** Names and numbers of contacts that came to nothing, forgotten after their days. */
import { SYSTEM } from '../kernel/actor.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { eraseIdentities } from '../workorder/index.ts';
import * as store from './contact.store.ts';

/** Requesters looked at in one transaction. */
const PAGE_MAX = 200;

/** Which of these contacts something living still needs. */
type Needed = (db: Reader, contactIds: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Erases who was in touch so many days ago; the keyed hash stays. Who raised an order or was put
 * through to an emergency number is kept, and looked at no more; what is still needed waits.
 * @param needed what calls and chats say of their contacts.
 */
export async function erasePeople(
  deps: Deps,
  days: { calls: number; messages: number },
  needed: readonly Needed[],
): Promise<void> {
  for (let after: store.PastRequester | null = null; ;) {
    const page: store.PastRequester[] = await inTransaction(deps, SYSTEM, async (tx) => {
      const found = await store.lockPastRequesters(tx.db, days, { after, limit: PAGE_MAX });
      const contacts = found.flatMap((r) => r.contactIds);
      const living = await Promise.all(needed.map((asks) => asks(tx.db, contacts)));
      const over = found.filter((r) => !r.contactIds.some((id) => living.some((s) => s.has(id))));
      await eraseIdentities(
        tx,
        over.flatMap((r) => (r.handedOver ? [] : r.id)),
      );
      await store.settleRequesters(
        tx.db,
        over.map((r) => r.id),
        tx.at,
      );
      return found;
    });
    after = page.at(-1) ?? null;
    if (page.length < PAGE_MAX) return;
  }
}
