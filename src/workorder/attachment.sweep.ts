/** Forgets uploads that nothing came of, and contents that no row names any more. */
import { SYSTEM } from '../kernel/actor.ts';
import { HOUR_MS, DAY_MS } from '../kernel/clock.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { STAGED_HOURS } from './attachment.rules.ts';
import * as store from './attachment.store.ts';

/** Rows forgotten, and contents looked at, in one run. */
const ROWS_MAX = 500;
const CONTENTS_MAX = 2_000;

/** Which of these contents some row names. */
type Named = (db: Reader, contents: readonly string[]) => Promise<ReadonlySet<string>>;

/** Where the last run of this process stopped; a fresh one begins at the front. */
let after = '';

/**
 * One run; those that follow go on where it stopped, and begin again at the end.
 * @param minAgeMs contents younger than this are left alone: their row may be about to be written.
 * @param elsewhere which contents rows of other modules name.
 */
export async function sweepAttachments(
  deps: Deps,
  minAgeMs = DAY_MS,
  elsewhere: Named = async () => new Set(),
): Promise<void> {
  const now = await appNow(deps.db);
  await store.deleteStale(deps.db, new Date(now.getTime() - STAGED_HOURS * HOUR_MS), ROWS_MAX);
  await deps.storage.tidy();
  const listed = await deps.storage.list(after, CONTENTS_MAX);
  after = listed.length < CONTENTS_MAX ? '' : listed.at(-1)!.sha256;
  const old = listed.filter((l) => l.ageMs >= minAgeMs).map((l) => l.sha256);
  const all: Named = async (db, contents) =>
    new Set([...(await store.namedContents(db, contents)), ...(await elsewhere(db, contents))]);
  const named = await all(deps.db, old);
  for (const content of old.filter((c) => !named.has(c))) await removeOrphan(deps, content, all);
}

/** Removes a content, unless a row took it up since: who writes such a row holds the same lock. */
const removeOrphan = (deps: Deps, content: string, all: Named): Promise<void> =>
  inTransaction(deps, SYSTEM, async (tx) => {
    await store.lockContents(tx.db, [content]);
    const named = await all(tx.db, [content]);
    if (!named.has(content)) await deps.storage.remove(content);
  });
