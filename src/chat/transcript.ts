/** The chat behind an order, read like a letter. */
import { ordersOfContact } from '../intake/index.ts';
import { userNames, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Language } from '../kernel/i18n/index.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { findOrder, whoSees } from '../workorder/index.ts';
import * as messages from './message.store.ts';
import { notesOf, viewsOf } from './read.ts';
import type { Transcript } from './schema.ts';
import * as store from './store.ts';

/** Messages of one transcript; longer talks are read at the desk. */
const TRANSCRIPT_MAX = 500;

/**
 * Who reads what was said: the centre; and a unit that sees an order of it, where nobody in it wished
 * to stay unknown — words tell who somebody is.
 */
async function mayReadTranscript(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
): Promise<boolean> {
  if (worksInCenter(actor)) return true;
  const ids = await ordersOfContact(deps.db, contactId);
  const sees = await whoSees(deps.db, ids);
  if (!ids.some((id) => sees(actor, id))) return false;
  const orders = await Promise.all(ids.map((id) => findOrder(deps.db, id)));
  return orders.every((o) => o && !o.confidential && !o.anonymous);
}

/** @throws AppError `not_found`: there is none, or not for this reader. */
export async function transcript(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
  language: Language,
): Promise<Transcript> {
  const chat = (await store.findByContact(deps.db, contactId)) ?? fail('not_found');
  if (!(await mayReadTranscript(deps, actor, contactId))) fail('not_found');
  const rows = await messages.listAfter(deps.db, chat.id, 0, TRANSCRIPT_MAX);
  const names = await userNames(
    deps.db,
    rows.flatMap((m) => m.author_id ?? []),
  );
  const imageBase = `/api/chat/contacts/${contactId}/images`;
  const views = await viewsOf(deps, rows, { language, imageBase, codes: false });
  return {
    chatId: chat.id,
    startedAt: chat.opened_at.toISOString(),
    endedAt: chat.ended_at?.toISOString() ?? null,
    messages: views.map((v, i) => ({ ...v, by: names.get(rows[i]!.author_id ?? '') ?? null })),
    // Notes are the centre's own.
    notes: worksInCenter(actor) ? await notesOf(deps, chat.id) : [],
    more: chat.last_seq > rows.length,
  };
}

/** The chat whose pictures a reader of the transcript may see. @throws AppError `not_found`. */
export async function transcriptChat(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
): Promise<string> {
  const chat = (await store.findByContact(deps.db, contactId)) ?? fail('not_found');
  return (await mayReadTranscript(deps, actor, contactId)) ? chat.id : fail('not_found');
}
