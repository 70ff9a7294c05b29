import { sql } from 'kysely';
import type { Reader } from '../platform/db.ts';

/** Sets the sequence with which the orders of a city day go on; never back to one that was given. */
export async function setNextNumber(db: Reader, day: string, next: number): Promise<void> {
  await sql`
    insert into order_sequence (day, last) values (${day}, ${next - 1})
    on conflict (day) do update
      set last = greatest(order_sequence.last, excluded.last)`.execute(db);
}
