import { sql } from 'kysely';
import type { SqlBool } from 'kysely';

/**
 * Whether the number of the order `o` ends with these digits. Read from the end, as the index is, and as
 * a range: of a pattern that comes as a parameter a kept plan does not know how it begins.
 */
export function endsWith(digits: string) {
  const from = [...digits].toReversed().join('');
  // What follows 9.
  const to = `${from}:`;
  return sql<SqlBool>`(reverse(o.order_no) ~>=~ ${from} and reverse(o.order_no) ~<~ ${to})`;
}
