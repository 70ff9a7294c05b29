/** What an operator sees around their own seat: the queue, colleagues to pass a call on to. */
import { userNames } from '../identity/index.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { requireOperator } from './desk.ts';
import { waitingNow } from './figures.store.ts';
import type { ColleagueView, QueueView } from './schema.ts';
import * as seats from './seat.store.ts';
import { findCall } from './store.ts';

const COLLEAGUES_MAX = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Who waits, and for how long. @throws AppError `not_allowed`. */
export async function queueNow(deps: Deps, actor: StaffActor): Promise<QueueView> {
  requireOperator(actor);
  const [{ waiting, since }, now] = await Promise.all([waitingNow(deps.db), appNow(deps.db)]);
  const waited = since ? Math.floor((now.getTime() - since.getTime()) / 1000) : 0;
  return { waiting, longestWaitSeconds: Math.max(0, waited) };
}

/** Everybody else on duty, with their telephone. @throws AppError `not_allowed`. */
export async function colleagues(deps: Deps, actor: StaffActor): Promise<ColleagueView[]> {
  requireOperator(actor);
  const open = await seats.openSeats(deps.db, FIRST, COLLEAGUES_MAX + 1);
  const others = open.filter((s) => s.user_id !== actor.userId).slice(0, COLLEAGUES_MAX);
  const names = await userNames(
    deps.db,
    others.map((s) => s.user_id),
  );
  return others.map((s) => ({
    userId: s.user_id,
    name: names.get(s.user_id) ?? '',
    extension: s.extension,
    state: s.state,
    skills: s.skills,
  }));
}

/** The switch's name for a call, for who it is offered to or who speaks; null for others. */
export async function externalCallOf(
  db: Reader,
  actor: StaffActor,
  callId: string,
): Promise<string | null> {
  const call = await findCall(db, callId);
  if (!call) return null;
  const own =
    call.operator_id === actor.userId || (await seats.wasOffered(db, callId, actor.userId));
  return own ? call.external_id : null;
}
