/**
 * The ladder at work: what each step of a clock that fired does, and what else opens a supervision
 * order. Every step leaves one row, whatever came of it.
 */
import {
  documentOf,
  findDeadline,
  policyAt,
  policyByVersion,
  policyOf,
  rungOf,
  stepsOf,
  stopClocks,
} from '../deadline/index.ts';
import type { DeadlineRow } from '../deadline/index.ts';
import type { LadderRow, PolicyDocument } from '../deadline/schema.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import type { FiredPayload, StoredEvent } from '../kernel/events.ts';
import { translate } from '../kernel/i18n/index.ts';
import { newId } from '../kernel/ids.ts';
import type { Clock, LadderAction, Role, SupervisionCause } from '../kernel/words.ts';
import type { Deps, Tx } from '../platform/unit-of-work.ts';
import { assignmentsOf, heldBy, lockOrder } from '../workorder/index.ts';
import { LEVEL_MAX, unansweredLevel } from './rules.ts';
import { issue, keepIssued, writeUrge } from './service.ts';
import * as store from './store.ts';
import type { SupervisionRow } from './store.ts';

/** Who must hear of a step, and how; notices are written from it. */
export interface Told {
  kind: 'reminded' | 'urged' | 'supervised';
  clock: Clock;
  step: string;
  /** The unit that holds the clock; null: the centre. */
  organizationId: string | null;
  assignmentId: string | null;
  roles: readonly Role[];
  /** Also by message to the duty telephone. */
  message: boolean;
  /** Of the policy that the clock runs under. */
  quiet: PolicyDocument['quiet'];
}

/** What a step did. */
interface Deed {
  action: LadderAction;
  level: number;
  cause: string;
  roles: readonly Role[];
  supervisionId?: string;
}

interface Fired {
  tx: Tx;
  orderId: string;
  clock: DeadlineRow;
  /** The supervision order whose reply is due. */
  unanswered: SupervisionRow | null;
}

const KIND = { remind: 'reminded', urge: 'urged', supervise: 'supervised' } as const;

/**
 * Does what the policy says of the steps that fired, in their order. A clock that has stopped
 * meanwhile bothers nobody; a step that was served before changes nothing.
 * @returns who must hear of it.
 */
export async function escalate(_deps: Deps, tx: Tx, event: StoredEvent): Promise<Told[]> {
  const fired = event.payload as unknown as FiredPayload;
  const order = event.orderId ? await lockOrder(tx.db, event.orderId) : null;
  const clock = await findDeadline(tx.db, fired.deadlineId);
  if (!order || !clock) return [];
  const doc = await documentOf(tx.db, (await policyByVersion(tx.db, clock.policy_version))!);
  const unanswered =
    clock.clock === 'supervision_reply'
      ? await store.findSupervision(tx.db, clock.subject_id)
      : null;
  const f: Fired = { tx, orderId: order.id, clock, unanswered };
  const assignmentId = unanswered ? unanswered.assignment_id : await assignmentOf(f);
  const told: (Told & { level: number })[] = [];
  for (const s of await waiting(tx, clock.id)) {
    const rung = rungOf(doc, clock.clock, s.step);
    const lives = clock.state !== 'stopped' && !s.comesAgain && stillHolds(clock, rung, tx.at);
    const deed = rung && lives ? await unlessRefused(climb(f, rung)) : null;
    await keep(f, s, deed);
    if (!rung || !deed) continue;
    told.push({
      kind: KIND[deed.action],
      clock: clock.clock,
      step: s.step,
      organizationId: clock.organization_id,
      assignmentId,
      roles: deed.roles,
      message: rung.message,
      quiet: doc.quiet,
      level: deed.level,
    });
  }
  if (told.length > 0) announce(f, Math.max(...told.map((t) => t.level)));
  return told;
}

/** The assignment that the clock runs for, if it is one's. */
const assignmentOf = async (f: Fired): Promise<string | null> =>
  (await assignmentsOf(f.tx.db, f.orderId)).find((a) => a.id === f.clock.subject_id)?.id ?? null;

/** Nobody is told of a due instant that was moved ahead, or paused away, before anybody was told. */
function stillHolds(clock: DeadlineRow, rung: LadderRow | undefined, now: Date): boolean {
  if (!rung || !('after' in rung.at)) return true;
  return clock.due_at ? clock.due_at < now : (clock.remaining_ms ?? 0) < 0;
}

/**
 * Every step of the clock that fired and was not served, in the order of their instants: several
 * events may be served in any order, the steps of one clock never. One that was granted anew, and so
 * stands in a later epoch too, comes again and is not told of now.
 */
async function waiting(tx: Tx, deadlineId: string) {
  const [steps, served] = [
    await stepsOf(tx.db, [deadlineId]),
    await store.stepsDone(tx.db, deadlineId),
  ];
  return steps
    .filter((s) => s.fired_at !== null && !served.has(`${s.epoch} ${s.step}`))
    .toSorted((a, b) => a.fire_at.getTime() - b.fire_at.getTime() || a.level - b.level)
    .map((s) => ({
      ...s,
      comesAgain: steps.some((o) => o.step === s.step && o.epoch > s.epoch),
    }));
}

/** One row for each step; `told` is false where nothing came of it. */
const keep = (
  f: Fired,
  s: { step: string; epoch: number; level: number; action: LadderAction },
  deed: Deed | null,
) =>
  store.insertEscalation(f.tx.db, {
    id: newId(),
    order_id: f.orderId,
    organization_id: f.clock.organization_id,
    action: deed?.action ?? s.action,
    level: deed?.level ?? s.level,
    cause: deed?.cause ?? s.step,
    deadline_id: f.clock.id,
    clock: f.clock.clock,
    step: s.step,
    epoch: s.epoch,
    supervision_order_id: deed?.supervisionId ?? f.unanswered?.id ?? null,
    told: deed !== null,
    at: f.tx.at,
  });

const announce = (f: Fired, level: number) =>
  f.tx.record({
    type: 'escalation.recorded',
    subjectType: 'deadline',
    subjectId: f.clock.id,
    orderId: f.orderId,
    payload: {
      organizationIds: f.clock.organization_id ? [f.clock.organization_id] : [],
      level,
    },
  });

/** What the order's state, or its units, no longer allow is not done: nobody is late any more. */
async function unlessRefused(work: Promise<Deed>): Promise<Deed | null> {
  try {
    return await work;
  } catch (error) {
    const refused =
      error instanceof AppError && ['state_conflict', 'unit_unknown'].includes(error.code);
    if (refused) return null;
    throw error;
  }
}

const remind = (rung: LadderRow, roles: readonly Role[] = rung.to): Deed => ({
  action: 'remind',
  level: rung.level,
  cause: rung.step,
  roles,
});

async function climb(f: Fired, rung: LadderRow): Promise<Deed> {
  if (rung.action === 'urge') {
    const text = translate('zh-CN', 'urge.text_overdue');
    await writeUrge(f.tx, SYSTEM, f.orderId, { level: rung.level, text, step: rung.step });
    return { ...remind(rung), action: 'urge' };
  }
  return rung.action === 'supervise' ? climbToSupervision(f, rung) : remind(rung);
}

async function climbToSupervision(f: Fired, rung: LadderRow): Promise<Deed> {
  const { unanswered } = f;
  const organizationId = f.clock.organization_id;
  const level = unanswered ? unansweredLevel(rung.level, unanswered.level) : rung.level;
  // Who decides above the highest level are people: the supervisor is told.
  if (level > LEVEL_MAX) return remind(rung, [...new Set<Role>([...rung.to, 'supervisor'])]);
  if (organizationId === null) return remind(rung);
  const standing = await store.unsettled(f.tx.db, f.orderId, organizationId);
  if (standing.some((s) => s.level >= level)) return remind(rung);
  const cause = unanswered ? 'unanswered' : 'overdue';
  const { row } = await issue(f.tx, SYSTEM, {
    orderId: f.orderId,
    organizationId,
    level,
    cause,
    demand: demandFor(cause),
    step: rung.step,
  });
  return { action: 'supervise', level, cause, roles: rung.to, supervisionId: row.id };
}

const demandFor = (cause: Exclude<SupervisionCause, 'manual'>): string =>
  translate('zh-CN', `demand.${cause}`);

/** An order was done again: what the policy demands of the unit that has it now. */
export async function redone(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const order = event.orderId ? await lockOrder(tx.db, event.orderId) : null;
  // Another redo has its own event; what was closed or withdrawn meanwhile needs nobody.
  if (!order || order.round !== event.payload.round || order.closed_at) return;
  // An order keeps the policy it began under, as long as that holds.
  const policy = (await policyOf(tx.db, order.id)) ?? (await policyAt(tx.db, tx.at));
  const lead = heldBy(await assignmentsOf(tx.db, order.id), order.round);
  if (!policy || !lead) return;
  const { triggers } = await documentOf(tx.db, policy);
  for (const t of triggers.filter((x) => x.on === 'redo' && x.count === order.round - 1)) {
    if (t.level > LEVEL_MAX || t.cause === 'manual') continue;
    if (await store.wasIssued(tx.db, lead.id, t.cause)) continue;
    const { row } = await issue(tx, SYSTEM, {
      orderId: order.id,
      organizationId: lead.organization_id,
      level: t.level,
      cause: t.cause,
      demand: demandFor(t.cause),
    });
    await keepIssued(tx, row);
  }
}

/** Nobody has to answer for an order that its citizen withdrew. */
export async function withdrawn(_deps: Deps, tx: Tx, event: StoredEvent): Promise<void> {
  const subjectIds = await store.unsettledOf(tx.db, event.orderId!);
  const which = { subjectIds, clocks: ['supervision_reply'] as const };
  const reason = event.type === 'work_order.withdrawn' ? 'withdraw' : 'transfer_emergency';
  await stopClocks(tx, 'system', which, 'void', reason);
}
