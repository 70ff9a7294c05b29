/**
 * Names of statements that PostgreSQL keeps prepared: parsed and planned once a connection instead of
 * each time. Only what comes again and again gets one, and only so many.
 */
import { createHash } from 'node:crypto';

export interface Names {
  /** Undefined for what is not (yet) prepared. */
  nameOf(sql: string): string | undefined;
  /** A statement failed: where the tables changed under what was prepared, all of it is made anew. */
  failed(error: unknown): void;
}

/** Begins a statement that is prepared outside transactions too: one of few that every request asks. */
export const PREPARED = '/* prepared */';

/** Begins a statement that is planned anew each time: how many rows it finds changes within seconds. */
export const PLANNED_ANEW = '/* planned anew */';

const NAMED_MAX = 500;
/** Longer texts insert many rows at once: of every length there is one, and each would be kept. */
const TEXT_MAX = 4_000;
/** Texts that are counted; one more than this and counting begins again. */
const SEEN_MAX = 5_000;
/** A text gets its name when it comes for the third time. */
const USES = 3;

/** Whether the tables changed since the statement was prepared. */
export const isStalePlan = (error: unknown): boolean => {
  const { code, routine } = (error ?? {}) as { code?: string; routine?: string };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
};

/** The names of one pool. */
export function namesOf(): Names {
  let generation = 0;
  const named = new Map<string, string>();
  const seen = new Map<string, number>();
  return {
    nameOf(sql) {
      if (sql.length > TEXT_MAX || sql.startsWith(PLANNED_ANEW)) return undefined;
      const known = named.get(sql);
      if (known || named.size >= NAMED_MAX) return known;
      const uses = (seen.get(sql) ?? 0) + 1;
      if (uses < USES) {
        if (seen.size >= SEEN_MAX) seen.clear();
        seen.set(sql, uses);
        return undefined;
      }
      seen.delete(sql);
      const name = `${generation}_${createHash('sha1').update(sql).digest('hex')}`;
      named.set(sql, name);
      return name;
    },
    failed(error) {
      if (!isStalePlan(error)) return;
      generation += 1;
      named.clear();
    },
  };
}
