/** Who contacts are with, in clear. */
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { openIdentities } from '../workorder/index.ts';
import * as store from './store.ts';

export interface ContactPerson {
  name: string;
  phone: string;
  /** Both were erased after their days. */
  erased: boolean;
}

/** Name and telephone, by contact, of those who told any; for who talks with them. Never log the answer. */
export async function peopleOfContacts(
  deps: { db: Reader; crypto: Deps['crypto'] },
  contactIds: readonly string[],
): Promise<Map<string, ContactPerson>> {
  const contacts = [...(await store.findContacts(deps.db, contactIds)).values()];
  const known = await openIdentities(
    deps,
    contacts.flatMap((c) => c.requester_id ?? []),
  );
  const people = new Map<string, ContactPerson>();
  for (const c of contacts) {
    const one = c.requester_id ? known.get(c.requester_id) : undefined;
    if (one) people.set(c.id, { name: one.name, phone: one.phone, erased: one.erased });
  }
  return people;
}
