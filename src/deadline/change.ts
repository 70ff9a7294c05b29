/** Changing calendars and policies: what is published is committed first, then the clocks follow. */
import { applyChange } from '../calendar/index.ts';
import type { CalendarChange, CalendarPreview } from '../calendar/schema.ts';
import type { Actor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps } from '../platform/unit-of-work.ts';
import type { Moves } from './moves.ts';
import { unwatched } from './policy.ts';
import {
  insertPolicy,
  lockPolicies,
  policyAt,
  policyByVersion,
  withdraw as withdrawRow,
} from './policy.store.ts';
import { countMoves, followCalendar, followPolicy } from './recompute.ts';
import type { PolicyDocument } from './schema.ts';

/** Days that an answer names. */
const DAYS_MAX = 400;

/**
 * Changes a calendar; then every living clock follows, portion by portion, without holding up acts or
 * firings. What is left when this process ends is taken up by the next catching up.
 */
export async function changeCalendar(
  deps: Deps,
  actor: Actor,
  what: CalendarChange,
  call?: Call,
): Promise<CalendarPreview> {
  let days: CalendarPreview['days'] = [];
  const { version } = await inTransaction(
    deps,
    actor,
    async (tx) => {
      const applied = await applyChange(tx, actor, what);
      days = applied.days.slice(0, DAYS_MAX);
      return { version: applied.version };
    },
    call,
  );
  return { ...(await followCalendar(deps)), days, version };
}

/** Ends a transaction that was only meant to show what would happen. */
class Shown extends Error {
  readonly preview: CalendarPreview;
  constructor(preview: CalendarPreview) {
    super('preview');
    this.preview = preview;
  }
}

/** What a change would move: the days are really made, the clocks counted, and all is taken back. */
export async function previewCalendar(
  deps: Deps,
  actor: Actor,
  what: CalendarChange,
): Promise<CalendarPreview> {
  try {
    await inTransaction(deps, actor, async (tx) => {
      const { days } = await applyChange(tx, actor, what);
      throw new Shown({ ...(await countMoves(tx)), days: days.slice(0, DAYS_MAX), version: null });
    });
  } catch (error) {
    if (error instanceof Shown) return error.preview;
    throw error;
  }
  return fail('internal');
}

/** Publishes a version of the policy; orders that began before keep theirs. */
export const publishPolicy = (
  deps: Deps,
  actor: Actor,
  input: { document: PolicyDocument; note: string; validFrom?: Date | null },
  call?: Call,
): Promise<{ version: number }> => {
  const issues = unwatched(input.document).slice(0, 20);
  if (issues.length > 0) {
    fail('invalid_input', {
      issues: issues.map((message) => ({ path: 'document', message, code: 'unwatched' })),
    });
  }
  return inTransaction(
    deps,
    actor,
    async (tx) => {
      const id = newId();
      const version = await insertPolicy(tx.db, {
        id,
        valid_from: input.validFrom ?? tx.at,
        document: input.document,
        note: input.note,
        published_by: actor.kind === 'staff' ? actor.userId : null,
        published_at: tx.at,
      });
      tx.record({
        type: 'policy.published',
        subjectType: 'deadline',
        subjectId: id,
        payload: { version },
      });
      return { version };
    },
    call,
  );
};

/**
 * Withdraws a version: from now on nothing starts by it, and the living clocks under it follow the
 * version that holds instead, with their pauses and extensions.
 * @throws AppError `not_found`, `already_done`, `last_policy` for the only version that holds.
 */
export async function withdrawPolicy(
  deps: Deps,
  actor: Actor,
  version: number,
  call?: Call,
): Promise<Moves> {
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      await lockPolicies(tx.db);
      const row = (await policyByVersion(tx.db, version)) ?? fail('not_found');
      if (!(await withdrawRow(tx.db, version, tx.at))) fail('already_done');
      if (!(await policyAt(tx.db, tx.at))) fail('last_policy');
      tx.record({
        type: 'policy.withdrawn',
        subjectType: 'deadline',
        subjectId: row.id,
        payload: { version },
      });
      return { version };
    },
    call,
  );
  return followPolicy(deps);
}
