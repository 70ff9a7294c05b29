/** Who contacts are with, in clear. */
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { openIdentity } from '../workorder/index.ts';
import * as store from './store.ts';

export interface ContactPerson {
  name: string;
  phone: string;
}

/** Name and telephone, by contact, of those who told any; for who talks with them. Never log the answer. */
export async function peopleOfContacts(
  deps: { db: Reader; crypto: Deps['crypto'] },
  contactIds: readonly string[],
): Promise<Map<string, ContactPerson>> {
  const people = new Map<string, ContactPerson>();
  for (const c of (await store.findContacts(deps.db, contactIds)).values()) {
    const known = c.requester_id ? await openIdentity(deps, c.requester_id) : null;
    if (known) people.set(c.id, { name: known.name, phone: known.phone });
  }
  return people;
}
