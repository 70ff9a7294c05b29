/** Canned answers: what is said again and again, found by a short word. */
import type { StaffActor } from '../kernel/actor.ts';
import { holds } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { violates } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import * as store from './canned.store.ts';
import type { CannedRow } from './canned.store.ts';
import type { CannedAnswer, CannedChange, CannedInput } from './schema.ts';

/** A city's canned answers: more nobody remembers. */
const CANNED_MAX = 500;

const view = (r: CannedRow): CannedAnswer => ({
  id: r.id,
  shortcut: r.shortcut,
  zh: r.zh,
  en: r.en,
  version: r.version,
});

export const cannedAnswers = async (deps: Deps): Promise<CannedAnswer[]> =>
  (await store.listCanned(deps.db, CANNED_MAX)).map(view);

const requireEditor = (actor: StaffActor): void => {
  if (!holds(actor, 'center_admin', 'supervisor')) fail('not_allowed');
};

const told = (tx: Tx, row: CannedRow): { id: string } => {
  tx.record({
    type: 'canned_answer.changed',
    subjectType: 'canned_answer',
    subjectId: row.id,
    payload: { version: row.version },
  });
  return { id: row.id };
};

const taken = (): never =>
  fail('invalid_input', { issues: [{ path: 'shortcut', message: 'taken', code: 'taken' }] });

async function one(deps: Deps, id: string): Promise<CannedAnswer> {
  return view((await store.findCanned(deps.db, id)) ?? fail('not_found'));
}

/** @throws AppError `not_allowed`, `invalid_input` for a shortcut that is taken. */
export async function addCanned(
  deps: Deps,
  actor: StaffActor,
  input: CannedInput,
  call?: Call,
): Promise<CannedAnswer> {
  requireEditor(actor);
  if ((await store.countCanned(deps.db)) >= CANNED_MAX) fail('state_conflict', { reason: 'full' });
  const { id } = await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = { ...input, id: newId(), at: tx.at, by: actor.userId };
      return told(tx, (await store.insertCanned(tx.db, row)) ?? taken());
    },
    call,
  );
  return one(deps, id);
}

/** @throws AppError as `addCanned`, `not_found`, `version_conflict`. */
export async function changeCanned(
  deps: Deps,
  actor: StaffActor,
  id: string,
  input: CannedChange,
  call?: Call,
): Promise<CannedAnswer> {
  requireEditor(actor);
  if (!(await store.findCanned(deps.db, id))) fail('not_found');
  await inTransaction(
    deps,
    actor,
    async (tx) => {
      const row = { ...input, id, at: tx.at, by: actor.userId };
      const changed = await store.changeCanned(tx.db, row).catch((error: unknown) => {
        if (violates(error, 'canned_answer_shortcut_key')) return taken();
        throw error;
      });
      return told(tx, changed ?? fail('version_conflict'));
    },
    call,
  );
  return one(deps, id);
}
