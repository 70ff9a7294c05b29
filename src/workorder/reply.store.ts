/** Replies: drafts, what was submitted, what was accepted or failed. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';
import { later } from '../platform/db.ts';

export interface ReplyFields {
  truth: string | null;
  solved: string | null;
  contact_made: boolean | null;
  finding: string;
  measures: string;
  basis: string;
  public_version: string;
}

/** Writes the draft of a lead's reply, or a co-handler's or direct reply at once. */
export async function insertReply(
  db: DbTx,
  row: ReplyFields & {
    id: string;
    order_id: string;
    assignment_id: string | null;
    round: number;
    kind: 'lead' | 'co' | 'direct';
    state: 'draft' | 'submitted' | 'accepted';
    author_id: string;
    writer_person_ids: string[];
    created_at: Date;
    submitted_at: Date | null;
  },
): Promise<void> {
  later(db, db.insertInto('reply').values(row));
}

/**
 * Changes a draft that is still the one its writer saw; its author stays, the writer is added.
 * @returns the new version, or null when somebody wrote meanwhile.
 */
export async function updateDraft(
  db: DbTx,
  id: string,
  version: number,
  fields: ReplyFields,
  writerPersonId: string,
): Promise<number | null> {
  const row = await db
    .updateTable('reply')
    .set({
      ...fields,
      version: version + 1,
      writer_person_ids: sql`case when ${writerPersonId}::uuid = any (writer_person_ids)
        then writer_person_ids else writer_person_ids || ${writerPersonId}::uuid end`,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('state', '=', 'draft')
    .returning('version')
    .executeTakeFirst();
  return row?.version ?? null;
}

export async function findDraft(db: Reader, assignmentId: string) {
  const row = await db
    .selectFrom('reply')
    .selectAll()
    .where('assignment_id', '=', assignmentId)
    .where('state', '=', 'draft')
    .executeTakeFirst();
  return row ?? null;
}

/** Moves the replies of assignments from one stage to the next. */
export async function moveReplies(
  db: DbTx,
  assignmentIds: readonly string[],
  from: 'draft' | 'submitted',
  to: 'submitted' | 'accepted' | 'failed',
  set: { countersigned_by?: string | null; submitted_at?: Date } = {},
): Promise<void> {
  if (assignmentIds.length === 0) return;
  const moved = db
    .updateTable('reply')
    .set({ ...set, state: to })
    .where('assignment_id', 'in', [...assignmentIds])
    .where('state', '=', from);
  later(db, moved);
}
