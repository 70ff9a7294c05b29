/** What is shown of clocks: the chip in lists, and the explanation step by step. */
import { calendarAt, calendarsFor, calendarsIn, dayAt, editionNow } from '../calendar/index.ts';
import type { NamedCalendar } from '../calendar/index.ts';
import { organizationsById, userNames } from '../identity/index.ts';
import { cityDay, DAY_MS } from '../kernel/clock.ts';
import { appNow } from '../platform/db.ts';
import type { Reader } from '../platform/db.ts';
import { dayMsOf, lampOf, leftOf, stretchAt } from './lamp.ts';
import { ladderOf, limitFor, stepRulesOf } from './policy.ts';
import { documentOf, policyAt, policyByVersion } from './policy.store.ts';
import { compute } from './rules.ts';
import type { Computed, Entry, Limit } from './rules.ts';
import { fail } from '../kernel/errors.ts';
import type {
  ClockView,
  DeadlineView,
  ExplainDay,
  ExplainLine,
  PolicyDocument,
  SimulateInput,
  SimulateView,
} from './schema.ts';
import { group, ledgerOf } from './again.ts';
import * as store from './store.ts';
import type { DeadlineRow, EntryRow, StepRow } from './store.ts';

/** Dates of the calendar strip. */
const STRIP_MAX = 42;

const instantsOf = (r: DeadlineRow) => ({
  state: r.state,
  dueAt: r.due_at,
  soonAt: r.soon_at,
  todayAt: r.today_at,
  provisional: r.provisional,
});

const iso = (d: Date | null): string | null => d?.toISOString() ?? null;

/** The chip of one clock. */
export function clockView(r: DeadlineRow, calendar: NamedCalendar, now: Date): ClockView {
  const at = r.stopped_at ?? now;
  const runs =
    r.state !== 'running'
      ? null
      : r.basis === 'nh'
        ? { from: r.started_at, to: new Date(now.getTime() + 365 * DAY_MS) }
        : stretchAt(calendar, now);
  return {
    clock: r.clock,
    lamp: lampOf(instantsOf(r), at),
    basis: r.basis,
    dueAt: iso(r.due_at),
    soonAt: iso(r.soon_at),
    todayAt: iso(r.today_at),
    provisional: r.provisional,
    leftMs: leftOf({ basis: r.basis, dueAt: r.due_at, remainingMs: r.remaining_ms }, calendar, at),
    asOf: at.toISOString(),
    runsFrom: iso(runs?.from ?? null),
    runsTo: iso(runs?.to ?? null),
    dayMs: dayMsOf(r.basis, calendar),
    level: r.level,
  };
}

/** Rows that are on their way, in the same trip with what their chips need. */
async function viewed(
  db: Reader,
  asked: readonly DeadlineRow[] | Promise<DeadlineRow[]>,
): Promise<(readonly [DeadlineRow, ClockView])[]> {
  const [rows, now, edition] = await Promise.all([asked, appNow(db), editionNow(db)]);
  const calendars = await calendarsIn(
    db,
    edition,
    rows.map((r) => r.organization_id),
  );
  return rows.map((r) => [r, clockView(r, calendars.get(r.organization_id)!, now)]);
}

/** Chips of some rows, by the row's id. */
export async function clockViews(
  db: Reader,
  rows: readonly DeadlineRow[],
): Promise<Map<string, ClockView>> {
  if (rows.length === 0) return new Map();
  return new Map((await viewed(db, rows)).map(([r, view]) => [r.id, view]));
}

/** The clock that holds each order, by order. */
export async function orderClocks(
  db: Reader,
  orderIds: readonly string[],
): Promise<Map<string, ClockView>> {
  if (orderIds.length === 0) return new Map();
  const views = await viewed(db, store.leadingClocks(db, orderIds));
  return new Map(views.map(([r, view]) => [r.order_id, view]));
}

/** The living clocks of subjects, by subject. */
export async function subjectClocks(
  db: Reader,
  subjectIds: readonly string[],
): Promise<Map<string, ClockView[]>> {
  if (subjectIds.length === 0) return new Map();
  const views = await viewed(db, store.livingClocks(db, subjectIds));
  const bySubject = group(views, ([r]) => r.subject_id);
  return new Map([...bySubject].map(([id, list]) => [id, list.map(([, view]) => view)] as const));
}

/**
 * Every clock of an order, explained.
 * @param reach null: all; else only clocks that these units hold.
 */
export async function explainOrder(
  db: Reader,
  orderId: string,
  reach: ReadonlySet<string> | null,
): Promise<DeadlineView[]> {
  const rows = (await store.clocksOfOrder(db, orderId)).filter(
    (r) => reach === null || (r.organization_id !== null && reach.has(r.organization_id)),
  );
  const ids = rows.map((r) => r.id);
  const [now, entries, steps, units] = await Promise.all([
    appNow(db),
    store.entriesOf(db, ids),
    store.stepsOf(db, ids),
    organizationsById(
      db,
      rows.flatMap((r) => r.organization_id ?? []),
    ),
  ]);
  const names = await userNames(
    db,
    entries.flatMap((e) => e.actor_id ?? []),
  );
  const byDeadline = {
    entries: group(entries, (e) => e.deadline_id),
    steps: group(steps, (s) => s.deadline_id),
  };
  const views: DeadlineView[] = [];
  for (const row of rows) {
    const calendar = await calendarAt(db, row.calendar_id, row.calendar_version);
    const policy = (await policyByVersion(db, row.policy_version))!;
    views.push(
      explain(row, {
        now,
        entries: byDeadline.entries.get(row.id) ?? [],
        fired: byDeadline.steps.get(row.id) ?? [],
        calendar,
        doc: await documentOf(db, policy),
        policyFrom: policy.valid_from,
        names,
        organization: row.organization_id ? (units.get(row.organization_id) ?? null) : null,
      }),
    );
  }
  return views;
}

interface Known {
  now: Date;
  entries: EntryRow[];
  fired: StepRow[];
  calendar: NamedCalendar;
  doc: PolicyDocument;
  policyFrom: Date;
  names: Map<string, string>;
  organization: { id: string; name: string; nameEn: string } | null;
}

function explain(row: DeadlineRow, k: Known): DeadlineView {
  const limit = row.amount === null ? null : { amount: row.amount, basis: row.basis };
  const computed =
    limit && compute(ledgerOf(k.entries), limit, stepRulesOf(k.doc, row.clock), k.calendar);
  const { organization } = k;
  return {
    ...clockView(row, k.calendar, k.now),
    id: row.id,
    subjectId: row.subject_id,
    organization: organization && {
      id: organization.id,
      name: organization.name,
      nameEn: organization.nameEn,
    },
    state: row.state,
    amount: row.amount ?? 0,
    urgency: row.urgency,
    type: row.type,
    startedAt: row.started_at.toISOString(),
    stoppedAt: iso(row.stopped_at),
    met: row.met,
    policyVersion: row.policy_version,
    policyFrom: k.policyFrom.toISOString(),
    calendarName: k.calendar.name,
    calendarVersion: row.calendar_version,
    lines: computed ? linesOf(computed, k.entries, k.names) : citizenLines(k.entries, k.names),
    days: computed ? strip(computed, row.started_at, row.basis, k.calendar, k.now) : [],
    steps: stepsOf(computed, k.fired, k.doc, row),
  };
}

const nameOf = (names: Map<string, string>, e: EntryRow | undefined) =>
  (e?.actor_id && names.get(e.actor_id)) || null;

/** Lines of the computation beside the entries they came from: who wrote them and why. */
function linesOf(c: Computed, entries: EntryRow[], names: Map<string, string>): ExplainLine[] {
  return c.lines.map(({ at, until, due, ...rest }) => {
    const kind = rest.kind === 'base' ? 'start' : rest.kind;
    const entry = entries.find((e) => e.kind === kind && e.at.getTime() === at.getTime());
    return {
      ...rest,
      at: at.toISOString(),
      ...(until && { until: until.toISOString() }),
      due: iso(due),
      reason: entry?.reason ?? '',
      byName: nameOf(names, entry),
    };
  });
}

const citizenLines = (entries: EntryRow[], names: Map<string, string>): ExplainLine[] =>
  entries.map((e) => ({
    kind: e.kind === 'stop' ? 'stop' : 'start',
    at: e.at.toISOString(),
    due: null,
    reason: e.reason,
    byName: nameOf(names, e),
  }));

function stepsOf(
  c: Computed | null,
  rows: StepRow[],
  doc: PolicyDocument,
  row: Pick<DeadlineRow, 'clock' | 'state'>,
): DeadlineView['steps'] {
  const rungs = new Map(ladderOf(doc, row.clock).map((r) => [r.step, r]));
  const fired = rows
    .filter((s) => s.fired_at !== null)
    .map((s) => ({
      step: s.step,
      level: s.level,
      action: s.action as string,
      to: rungs.get(s.step)?.to ?? [],
      at: s.fire_at.toISOString(),
      firedAt: iso(s.fired_at),
    }));
  const open = new Set(rows.filter((s) => s.fired_at === null).map((s) => s.step));
  const ahead = (c && row.state === 'running' ? c.steps : [])
    .filter((s) => rows.length === 0 || open.has(s.step))
    .map((s) => ({
      step: s.step,
      level: rungs.get(s.step)?.level ?? 0,
      action: rungs.get(s.step)?.action ?? 'remind',
      to: rungs.get(s.step)?.to ?? [],
      at: s.at.toISOString(),
      firedAt: null,
    }));
  return [...fired, ...ahead];
}

/** The dates from the start to the due date; working ones are numbered for clocks that count days. */
function strip(
  c: Computed,
  startedAt: Date,
  basis: Limit['basis'],
  cal: NamedCalendar,
  now: Date,
): ExplainDay[] {
  const due = c.dueAt ?? c.lines.findLast((l) => l.due)?.due ?? null;
  if (!due) return [];
  const first = cityDay(startedAt);
  const dueDate = cityDay(new Date(due.getTime() - 1));
  // What runs on after its due date is followed to today.
  const today = c.state === 'running' ? cityDay(now) : dueDate;
  const last = today > dueDate ? today : dueDate;
  const days: ExplainDay[] = [];
  let n = 0;
  for (let at = startedAt.getTime(); days.length < STRIP_MAX; at += DAY_MS) {
    const date = cityDay(new Date(at));
    if (date > last) break;
    const { day, published } = dayAt(cal, date);
    const counts = date > first && date <= dueDate && day.spans.length > 0 && basis === 'wd';
    days.push({
      date,
      kind: day.kind,
      name: day.name,
      spans: [...day.spans],
      n: counts ? ++n : null,
      paused: pausedOn(c, date),
      due: date === dueDate,
      published,
    });
  }
  return days;
}

/** Whether the clock stood still at some time of a date. */
const pausedOn = (c: Computed, date: string): boolean =>
  c.lines.some(
    (l) =>
      l.kind === 'pause' &&
      cityDay(l.at) <= date &&
      (!l.until || cityDay(new Date(l.until.getTime() - 1)) >= date),
  );

/** What would be due when: the same policy, calendar and rules as for a real order, nothing is kept. */
export async function simulate(db: Reader, input: SimulateInput): Promise<SimulateView> {
  const now = await appNow(db);
  const at = new Date(input.receivedAt);
  checkRange(input, now);
  const policy = (await policyAt(db, at)) ?? (await policyAt(db, now)) ?? fail('not_ready');
  const doc = await documentOf(db, policy);
  const organizationId = input.organizationId ?? null;
  const calendar = (await calendarsFor(db, [organizationId])).get(organizationId)!;
  const { urgency, type, channel, redo } = input;
  const limit = limitFor(doc, input.clock, { urgency, type, channel, redo, level: 2 });
  if (!limit)
    return fail('invalid_input', {
      issues: [{ path: 'clock', message: 'no limit', code: 'none' }],
    });
  const ledger: Entry[] = [
    { kind: 'start', at },
    ...input.pauses.flatMap((p): Entry[] => [
      { kind: 'pause', at: new Date(p.from), pause: p.type },
      { kind: 'resume', at: new Date(p.to) },
    ]),
  ];
  checkOrder(ledger);
  const c = compute(ledger, limit, stepRulesOf(doc, input.clock), calendar);
  const unit = organizationId
    ? (await organizationsById(db, [organizationId])).get(organizationId)
    : undefined;
  if (organizationId && !unit) fail('unit_unknown');
  const row = simulated(input, { at, limit, c, calendar, policy: policy.version });
  return {
    ...clockView(row, calendar, at),
    organization: unit ? { id: unit.id, name: unit.name, nameEn: unit.nameEn } : null,
    state: c.state,
    amount: limit.amount,
    urgency: row.urgency,
    type: row.type,
    startedAt: at.toISOString(),
    stoppedAt: null,
    met: null,
    policyVersion: policy.version,
    policyFrom: policy.valid_from.toISOString(),
    calendarName: calendar.name,
    calendarVersion: calendar.version,
    lines: linesOf(c, [], new Map()),
    days: strip(c, at, limit.basis, calendar, at),
    steps: stepsOf(c, [], doc, row),
  };
}

/** Weekly hours are known from here on (`db/seed-calendar.ts`). */
const RECEIVED_MIN = Date.UTC(2000, 0, 2);
/** How far ahead, and how long a pause, the simulator is asked about: half of what calendars search. */
const AHEAD_MAX_MS = 5 * 365 * DAY_MS;

/** What lies so far away that no calendar knows it is refused. */
function checkRange(input: SimulateInput, now: Date): void {
  const refuse = (path: string) =>
    fail('invalid_input', { issues: [{ path, message: 'too far away', code: 'range' }] });
  const at = Date.parse(input.receivedAt);
  if (at < RECEIVED_MIN || at > now.getTime() + AHEAD_MAX_MS) refuse('receivedAt');
  for (const [i, p] of input.pauses.entries()) {
    const [from, to] = [Date.parse(p.from), Date.parse(p.to)];
    if (to - from > AHEAD_MAX_MS || from - at > AHEAD_MAX_MS) refuse(`pauses.${i}`);
  }
}

/** Pauses must follow each other and end after they begin. */
function checkOrder(ledger: readonly Entry[]): void {
  const wrong = ledger.findIndex((e, i) => i > 0 && e.at < ledger[i - 1]!.at);
  if (wrong > 0) {
    const path = `pauses.${Math.floor((wrong - 1) / 2)}`;
    fail('invalid_input', { issues: [{ path, message: 'out of order', code: 'invalid' }] });
  }
}

const simulated = (
  input: SimulateInput,
  s: { at: Date; limit: Limit; c: Computed; calendar: NamedCalendar; policy: number },
): DeadlineRow => ({
  id: '',
  subject_id: '',
  clock: input.clock,
  cycle: 1,
  epoch: 1,
  order_id: '',
  organization_id: input.organizationId ?? null,
  urgency: input.urgency,
  channel: input.channel,
  type: input.type,
  shown: false,
  state: s.c.state,
  basis: s.limit.basis,
  amount: s.limit.amount,
  policy_version: s.policy,
  calendar_id: s.calendar.id,
  calendar_version: s.calendar.version,
  started_at: s.at,
  due_at: s.c.dueAt,
  soon_at: s.c.soonAt,
  today_at: s.c.todayAt,
  remaining_ms: null,
  stopped_at: null,
  met: null,
  provisional: s.c.provisional,
  level: 0,
});
