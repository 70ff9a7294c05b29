/** What goes on at the doors just now: telephones, chats, the people at them. */
import { chatFigures } from '../chat/index.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { CENTER_ROLES } from '../kernel/words.ts';
import { appNow } from '../platform/db.ts';
import type { Db } from '../platform/db.ts';
import { telephonyFigures } from '../telephony/index.ts';
import type { OperationsView } from './schema.ts';

/**
 * The live figures of telephone and chat (domain.md §4), for the centre alone.
 * @throws AppError `not_allowed`.
 */
export async function readOperations(db: Db, actor: StaffActor): Promise<OperationsView> {
  if (!holds(actor, ...CENTER_ROLES)) fail('not_allowed');
  const at = await appNow(db);
  const [telephone, chat] = await Promise.all([telephonyFigures(db, at), chatFigures(db, at)]);
  return { at: at.toISOString(), telephone, chat };
}
