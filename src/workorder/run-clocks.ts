/** Starts and stops the clocks of an order with each act, in its transaction. */
import { moveClocks, readBook, startClocks } from '../deadline/index.ts';
import type { Book, Change, Facts, Rulings, Start } from '../deadline/index.ts';
import type { Channel, Clock, DemandType, Urgency } from '../kernel/words.ts';
import type { Tx } from '../platform/unit-of-work.ts';
import {
  ANSWERED,
  FULFILS,
  LEADING,
  STATE_CLOCK,
  STATE_PAUSE,
  UNIT_CLOCKS,
  VOIDING,
} from './clocks.ts';
import type { Context, Outcome } from './effects.ts';
import { LEAD_EFFECT, ORDER_ACTS, orderRow } from './lifecycle.ts';
import type { Act, OrderAct, OrderState } from './lifecycle.ts';

/** What happened, as far as clocks care. */
interface Done {
  act: Act;
  to: OrderState;
  round: number;
  assignmentId: string | null;
}

/** The order as it is after the act. */
function factsOf(c: Context, outcome: Outcome, round: number): Facts {
  const set = (outcome.set ?? {}) as { urgency?: Urgency; type?: DemandType };
  return {
    urgency: set.urgency ?? c.order.urgency,
    type: set.type ?? c.order.type,
    channel: c.order.channel,
    redo: round > 1,
  };
}

const opened = (outcome: Outcome) =>
  (outcome.events ?? [])
    .filter((e) => e.type === 'assignment.created')
    .map((e) => ({
      id: e.subjectId,
      ...(e.payload as { organizationId: string; kind: 'lead' | 'co' }),
    }));

const cancelled = (outcome: Outcome): string[] =>
  (outcome.events ?? []).filter((e) => e.type === 'assignment.cancelled').map((e) => e.subjectId);

/** The assignments of the round the order is in, before the act. */
const present = (c: Context): string[] =>
  c.assignments.filter((a) => a.round === c.order.round).map((a) => a.id);

/** Whether a unit works on the order: its clock, paused or not, is the one to show. */
const withUnit = (c: Context): boolean =>
  c.assignments.some((a) => a.round === c.order.round && a.kind === 'lead' && a.state === 'signed');

/** Whether an act may move clocks, as far as its name tells: then their book can be read beforehand. */
export const movesClocks = (act: Act): boolean =>
  act in FULFILS ||
  act in LEAD_EFFECT ||
  (act in ORDER_ACTS && orderRow(act as OrderAct).to !== 'same');

/**
 * All that one act does to clocks; no trip where it does nothing to any.
 * @param book of this order, where it was read in this transaction after the order was locked.
 */
export async function runClocks(c: Context, d: Done, outcome: Outcome, book?: Book): Promise<void> {
  const { tx, order, capacity } = c;
  const changes = [...stopping(c, d, outcome), ...pausing(c, d)].filter(
    (change) => change.subjectIds.length > 0,
  );
  const starts = starting(c, d, outcome);
  if (changes.length + starts.length === 0) return;
  const who = { party: capacity.party, reason: d.act };
  await moveClocks(tx, who, book ?? (await readBook(tx.db, order.id)), changes, starts);
}

function stopping(c: Context, d: Done, outcome: Outcome): Change[] {
  const { order } = c;
  const moved = order.state !== d.to;
  const stop = (
    subjectIds: readonly string[],
    how: 'done' | 'void',
    clocks?: readonly Clock[],
  ): Change => ({ kind: 'stop', subjectIds, how, ...(clocks && { clocks }) });
  const how = VOIDING.includes(d.act) ? 'void' : 'done';
  const left = moved ? STATE_CLOCK[order.state] : undefined;
  const answered = ANSWERED.includes(d.to) && !ANSWERED.includes(order.state);
  const fulfilled =
    d.act === 'first_contact' && outcome.detail?.reached !== true ? [] : (FULFILS[d.act] ?? []);
  const units = c.assignments.map((a) => a.id);
  return [
    ...(left ? [stop([order.id], how, [left])] : []),
    ...(answered ? [stop([order.id], how, ['citizen'])] : []),
    ...(d.assignmentId && fulfilled.length > 0 ? [stop([d.assignmentId], 'done', fulfilled)] : []),
    stop(cancelled(outcome), 'void'),
    // While the reply is audited no unit can act: whatever still runs there stands, and runs on if it fails.
    ...(d.act === 'submit_reply' ? [stop(present(c), 'void')] : []),
    ...(moved && d.to === 'closed' ? [stop([order.id, ...units], 'void')] : []),
    // No unit owes anything of an order that left the house; who raised it still waits.
    ...(moved && d.to === 'transferred' ? [stop(units, 'void')] : []),
  ];
}

function pausing(c: Context, d: Done): Change[] {
  const { state } = c.order;
  const subjectIds = present(c);
  if (d.act === 'audit_fail') return [{ kind: 'continue', subjectIds, stoppedBy: 'submit_reply' }];
  const pause = STATE_PAUSE[d.to];
  if (state === d.to) return [];
  if (pause) return [{ kind: 'pause', subjectIds, pause }];
  return STATE_PAUSE[state] ? [{ kind: 'resume', subjectIds }] : [];
}

function starting(c: Context, d: Done, outcome: Outcome): Start[] {
  const { order } = c;
  const facts = factsOf(c, outcome, d.round);
  const base = { orderId: order.id, facts, reason: d.act };
  const entered = order.state === d.to ? undefined : STATE_CLOCK[d.to];
  const center: Start[] = entered
    ? [
        {
          ...base,
          subjectId: order.id,
          clock: entered,
          organizationId: null,
          leading: LEADING.includes(entered) && !(STATE_PAUSE[d.to] && withUnit(c)),
        },
      ]
    : [];
  const units = opened(outcome).flatMap((a) =>
    UNIT_CLOCKS[a.kind]
      // Nobody can be contacted where nobody said who they are.
      .filter((clock) => clock !== 'first_contact' || !order.anonymous)
      .map((clock) => ({
        ...base,
        subjectId: a.id,
        clock,
        organizationId: a.organizationId,
        leading: a.kind === 'lead' && LEADING.includes(clock),
      })),
  );
  return [...center, ...units];
}

/**
 * The clocks that run from registration on, for a whole batch.
 * @param rulings as they were read in this transaction, where they were.
 */
export const registerClocks = (
  tx: Tx,
  orders: readonly {
    id: string;
    urgency: string | null;
    type: string | null;
    channel: string;
  }[],
  rulings?: Rulings,
): Promise<void> =>
  startClocks(
    tx,
    'system',
    orders.flatMap((o) => {
      const facts: Facts = {
        urgency: o.urgency as Urgency | null,
        type: o.type as DemandType | null,
        channel: o.channel as Channel,
        redo: false,
      };
      return (['citizen', 'accept'] as const).map((clock) => ({
        subjectId: o.id,
        orderId: o.id,
        clock,
        organizationId: null,
        facts,
        leading: LEADING.includes(clock),
        reason: 'register',
      }));
    }),
    rulings,
  );
