/** Who hears of the ladder and of supervision orders. */
import type { StoredEvent } from '../kernel/events.ts';
import type { Role } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { findSupervision } from '../supervision/index.ts';
import type { SupervisionRow, Told } from '../supervision/index.ts';
import { actAt } from '../workorder/index.ts';
import { tell } from './tell.ts';

/** What the ladder did, to those whom its steps name. */
export async function climbed(tx: Tx, event: StoredEvent, steps: readonly Told[]): Promise<void> {
  for (const t of steps) {
    const { kind, clock } = t;
    const forgotten = kind === 'reminded' && clock === 'supervision_reply';
    await tell(tx, event, {
      organizationId: t.organizationId,
      assignmentId: t.assignmentId,
      kind,
      roles: t.roles,
      step: t.step,
      message: t.message ? (forgotten ? 'supervision_due' : kind) : null,
      quiet: t.quiet,
    });
  }
}

/** The unit that has to reply; above level 2 the centre's administrator, and who did not do it. */
function hearersOf(row: SupervisionRow): Role[] {
  const roles: Role[] = ['unit_leader', 'unit_receiver', 'command_room'];
  if (row.level > 2) roles.push('center_admin');
  if (row.issued_by === null) roles.push('supervisor');
  return roles;
}

/** A supervision order was issued, replied to, or judged: the other side hears of it. */
export async function supervised(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const act = await actAt(tx.db, event.orderId!, event.version!);
  // What the ladder issued is told with its step.
  if (!act || act.detail.step) return;
  const row = await findSupervision(tx.db, String(act.detail.supervisionId));
  if (!row) return;
  const base = { organizationId: row.organization_id, assignmentId: row.assignment_id };
  if (event.type === 'work_order.supervised') {
    const roles = hearersOf(row);
    await tell(tx, event, { ...base, kind: 'supervised', roles, message: 'supervised' });
  } else if (event.type === 'work_order.supervision_replied') {
    const roles: Role[] = ['supervisor'];
    await tell(tx, event, { ...base, kind: 'supervision_replied', roles });
  } else {
    const roles: Role[] = ['unit_leader'];
    await tell(tx, event, { ...base, kind: 'supervision_judged', roles });
  }
}
