/** Where recordings lie, who listened, and for how long they are kept. */
import { sql } from 'kysely';
import type { DbTx, Reader } from '../platform/db.ts';

export interface RecordingRow {
  id: string;
  call_id: string;
  external_id: string;
  uri_ct: Buffer | null;
  seconds: number;
  sha256: string | null;
  ready_at: Date;
  until: Date;
  erased_at: Date | null;
}

/** A recording is kept for its days, and for as long as an order of its call is open. */
const KEPT = sql<boolean>`(recording.until > app_now() or exists (
  select 1 from call c join open_order o on o.contact_id = c.contact_id
  where c.id = recording.call_id))`;

/** Keeps a recording once, by the switch's name for it. */
export async function insertRecording(
  db: DbTx,
  row: Omit<RecordingRow, 'erased_at'>,
): Promise<boolean> {
  const r = await db
    .insertInto('recording')
    .values(row)
    .onConflict((c) => c.columns(['call_id', 'external_id']).doNothing())
    .executeTakeFirst();
  return (r.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Recordings of calls that can still be heard. */
export async function recordingsOf(
  db: Reader,
  callIds: readonly string[],
): Promise<RecordingRow[]> {
  if (callIds.length === 0) return [];
  const rows = await db
    .selectFrom('recording')
    .selectAll()
    .where('call_id', 'in', [...callIds])
    .where('erased_at', 'is', null)
    .where(KEPT)
    .orderBy('ready_at')
    .orderBy('id')
    .limit(500)
    .execute();
  return rows;
}

export async function findRecording(db: Reader, id: string): Promise<RecordingRow | null> {
  const row = await db
    .selectFrom('recording')
    .selectAll()
    .where('id', '=', id)
    .where('erased_at', 'is', null)
    .where(KEPT)
    .executeTakeFirst();
  return row ?? null;
}

/** Keeps others from noting a listening of this recording until the transaction ends. */
export async function lockRecording(db: DbTx, id: string): Promise<void> {
  await db.selectFrom('recording').select('id').where('id', '=', id).forUpdate().execute();
}

/** Whether this person listened to it since then. */
export async function heardSince(
  db: Reader,
  recordingId: string,
  userId: string,
  since: Date,
): Promise<boolean> {
  const row = await db
    .selectFrom('recording_listening')
    .select('id')
    .where('recording_id', '=', recordingId)
    .where('at', '>', since)
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface Heard {
  times: number;
  last: { user_id: string; at: Date }[];
}

/** Who listened to recordings: how often, and the newest of each. */
export async function listeningsOf(
  db: Reader,
  recordingIds: readonly string[],
  newest: number,
): Promise<Map<string, Heard>> {
  if (recordingIds.length === 0) return new Map();
  const r = await sql<{ recording_id: string; user_id: string; at: Date; times: string }>`
    select recording_id, user_id, at, times from (
      select recording_id, user_id, at, count(*) over (partition by recording_id) as times,
        row_number() over (partition by recording_id order by at desc, id desc) as nth
      from recording_listening where recording_id = any (${[...recordingIds]}::uuid[])) l
    where nth <= ${newest} order by recording_id, nth`.execute(db);
  const heard = new Map<string, Heard>();
  for (const { recording_id, user_id, at, times } of r.rows) {
    const known = heard.get(recording_id) ?? { times: Number(times), last: [] };
    known.last.push({ user_id, at });
    heard.set(recording_id, known);
  }
  return heard;
}

export async function insertListening(
  db: DbTx,
  row: { id: string; recording_id: string; user_id: string; at: Date },
): Promise<void> {
  await db.insertInto('recording_listening').values(row).execute();
}

/** Forgets where recordings lie that are kept no longer. @returns how many. */
export async function eraseOld(db: Reader, limit: number): Promise<number> {
  const r = await sql`
    update recording set uri_ct = null, erased_at = app_now() where id in (
      select id from recording where erased_at is null and until <= app_now() and not ${KEPT}
      order by until limit ${limit} for update skip locked)`.execute(db);
  return Number(r.numAffectedRows ?? 0n);
}
