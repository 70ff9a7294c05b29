/** The chat behind an order, read like a letter. */
import { userNames, worksInCenter } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import type { Language } from '../kernel/i18n/index.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { readableOfContact } from './access.ts';
import * as messages from './message.store.ts';
import { notesOf, viewsOf } from './read.ts';
import type { Transcript } from './schema.ts';

/** Messages of one transcript; longer talks are read at the desk. */
const TRANSCRIPT_MAX = 500;

/** @throws AppError `not_found`: there is none, or not for this reader. */
export async function transcript(
  deps: Deps,
  actor: StaffActor,
  contactId: string,
  language: Language,
): Promise<Transcript> {
  const chat = await readableOfContact(deps, actor, contactId);
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
