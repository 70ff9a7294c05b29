/** How the units work on an order: sign, speak with the citizen, go there, write, countersign; the audit. */
import type { AssignmentView, OrderDetail } from '../../src/workorder/schema.ts';
import { SHOWN } from './context.ts';
import type { Character, Living, Play } from './context.ts';
import { meanwhile } from './course.ts';
import { DAY_MINUTES } from './hours.ts';
import type { Dice } from './random.ts';
import { POOR, bodyFor } from './replies.ts';
import * as words from './words.ts';

const HOUR = 3_600_000;
/** Replies submitted in this time are left to the auditors who sit down afterwards. */
const LEFT_TO_AUDIT_WORKING_MIN = 8 * 60;
/** Units whose handlers write and whose leaders have not looked yet. */
const LEADERS_WAIT = SHOWN;

interface Case {
  play: Play;
  o: Living;
  code: string;
  /** Under which it waits: units that have the same order at the same instant act in one order. */
  key: string;
  assignmentId: string;
  c: Character;
  d: Dice;
  /** Urgent things do not wait for the morning. */
  urgent: boolean;
}

/** When so many minutes of the unit's work are over. */
const later = ({ play, urgent, c }: Case, minutes: number): number =>
  urgent
    ? play.hours.around(play.stage.now, minutes * 0.5)
    : play.hours.after(play.stage.now, minutes * c.slow);

const isLate = (play: Play, minutes: number): boolean =>
  play.hours.after(play.stage.now, minutes) > play.city.endAt;

/** All units of the round. @returns whether the audit passed. */
export async function handle(play: Play, o: Living, order: OrderDetail): Promise<boolean> {
  const round = order.assignments.filter((a) => a.round === order.round);
  const lead = round.find((a) => a.kind === 'lead');
  if (!lead) return false;
  for (const co of round.filter((a) => a.kind === 'co')) {
    play.stage.begin(() => help(caseOf(play, o, order, co)));
  }
  if (order.round === 1) play.stage.begin(() => meanwhile(play, o));
  return leadOn(caseOf(play, o, order, lead), order.round);
}

function caseOf(play: Play, o: Living, order: OrderDetail, a: AssignmentView): Case {
  const code = a.organization.code;
  return {
    play,
    o,
    code,
    key: a.kind === 'lead' ? o.p.key : `${o.p.key}/${code}`,
    assignmentId: a.id,
    c: play.character(code),
    d: play.dice('case', o.p.key, code, order.round, a.kind),
    urgent: ['U1', 'U2'].includes(order.urgency ?? ''),
  };
}

async function does(c: Case, suffix: '' | '.handler' | '.leader', act: string, input: object = {}) {
  const { play, o } = c;
  const done = await play.onAssignment(
    play.account(c.code, suffix),
    c.assignmentId,
    o.version,
    act,
    input,
  );
  if (done) o.version = done.version;
  return done !== null;
}

/** Whether it is still there to be worked on. */
async function open(c: Case): Promise<OrderDetail | null> {
  const order = await c.play.detail(c.o.id);
  c.o.version = order.version;
  const own = order.assignments.find((a) => a.id === c.assignmentId);
  const works = ['dispatched', 'in_progress'].includes(order.state);
  return works && own && ['pending_sign', 'signed'].includes(own.state) ? order : null;
}

async function sign(c: Case): Promise<boolean> {
  const { play, key, d } = c;
  await play.stage.wait(later(c, d.between(8, 190)), key);
  return does(c, '', 'sign');
}

async function contact(c: Case): Promise<void> {
  const { play, o, d } = c;
  await play.stage.wait(later(c, d.between(10, 200)), o.p.key);
  const reached = d.chance(0.88);
  const method = words.onSite(o.p.said) && d.chance(0.3) ? 'visit' : 'phone';
  const content = d.pick(words.firstContact(o.p.said, method, reached));
  await does(c, '.handler', 'first_contact', { method, reached, content });
}

async function progress(c: Case): Promise<void> {
  const { play, o, d } = c;
  await play.stage.wait(later(c, d.between(60, 500)), o.p.key);
  const visibility = d.chance(0.5) ? 'public' : 'staff';
  await does(c, '.handler', 'progress', { text: d.pick(words.progress(o.p.said)), visibility });
}

/** Working minutes from the first contact to the draft. */
function workTime({ d, o }: Case): number {
  const { urgency, type } = o.p.said;
  if (urgency === 'U1') return d.between(90, 400);
  if (urgency === 'U2') return d.between(200, 1500);
  if (urgency === 'U3') return d.between(0.4 * DAY_MINUTES, 2.6 * DAY_MINUTES);
  if (type === 'consultation' || type === 'other')
    return d.between(0.2 * DAY_MINUTES, 1.7 * DAY_MINUTES);
  return d.between(0.6 * DAY_MINUTES, 3.6 * DAY_MINUTES);
}

async function leadOn(c: Case, round: number): Promise<boolean> {
  const { play, o, d } = c;
  const stuck = (o.p.stuck && round === 1) || (d.chance(c.c.lets) && o.p.age < 0.7);
  if (stuck && d.chance(0.25)) return false;
  if (!(await sign(c))) return false;
  if (stuck && d.chance(0.35)) return false;
  if (o.p.caller.phone || d.chance(0.3)) await contact(c);
  const notes = d.int(0, 2);
  for (let i = 0; i < notes; i++) await progress(c);
  // On the desks that are shown something is always being worked on.
  const goesOn = o.p.lingers || (SHOWN.has(c.code) && o.p.age > 0.55 && d.chance(0.4));
  if (stuck || goesOn) return false;
  await play.stage.wait(later(c, workTime(c)), o.p.key);
  return answer(c, 1);
}

/** Drafts, countersigns, is audited; what was sent back is written again. */
async function answer(c: Case, nth: number): Promise<boolean> {
  const { play, o, d } = c;
  const poor = nth === 1 && d.chance(c.c.poor);
  const drafted = await draft(c, poor);
  if (!drafted) return false;
  // Leaders of the desks that are shown have something to sign.
  const waits = LEADERS_WAIT.has(c.code) && isLate(play, 4.4 * DAY_MINUTES) && nth === 1;
  if (waits) return false;
  await play.stage.wait(later(c, d.between(15, 260)), o.p.key);
  const order = await open(c);
  if (!order) return false;
  const silent = order.assignments.some(
    (a) =>
      a.kind === 'co' && a.round === order.round && ['pending_sign', 'signed'].includes(a.state),
  );
  const sent = await does(c, '.leader', 'submit_reply', {
    replyVersion: drafted,
    ...(silent && { waiverReason: '协办单位的部分已电话核实，先行答复' }),
  });
  if (!sent) return false;
  return audit(c, poor, nth);
}

/** The day in the city, as one writes it. */
function dayOf(at: number): string {
  const day = new Date(at + 8 * HOUR);
  return `${day.getUTCMonth() + 1}月${day.getUTCDate()}日`;
}

/** @returns the version of the draft. */
async function draft(c: Case, poor: boolean): Promise<number | null> {
  const { play, o, d } = c;
  const body = poor ? d.pick(POOR) : bodyFor(o.p.said, d);
  const promised = play.stage.now + d.int(3, 6) * 24 * HOUR;
  const place = o.p.said.address || '现场';
  const fill = (s: string) =>
    s
      .replaceAll('{p}', place)
      .replaceAll('{d}', dayOf(play.stage.now))
      .replaceAll('{f}', dayOf(promised))
      .replaceAll('{t}', `${d.int(8, 20)}点${d.pick(['', '半', '一刻'])}`)
      .replaceAll('{n}', String(d.int(3, 9)));
  const solved = poor
    ? 'not_solved'
    : d.chance(0.78)
      ? 'solved'
      : d.pick(['partly_solved', 'not_solved']);
  const { contacted, standing } = await soFar(c);
  const made = await play.people.as(play.account(c.code, '.handler')).then((who) =>
    who.put<{ version: number }>(`/api/assignments/${c.assignmentId}/reply`, {
      truth: d.chance(0.75) ? 'true' : 'partly_true',
      finding: fill(body.finding),
      measures: fill(body.measures),
      basis: d.chance(0.4) ? '依据职责分工和本市相关办法办理' : '',
      solved,
      contactMade: contacted,
      publicVersion: fill(body.told),
      replyVersion: standing,
    }),
  );
  if (made.status >= 300) {
    play.note('draft_reply', made);
    return null;
  }
  return made.body.version;
}

/** Whether the citizen was spoken with, and the version of the draft that stands. */
async function soFar(c: Case): Promise<{ contacted: boolean; standing: number | null }> {
  const order = await c.play.detail(c.o.id);
  const own = order.assignments.find((a) => a.id === c.assignmentId);
  return {
    contacted: Boolean(own?.firstContactAt),
    standing: own?.replies.findLast((r) => r.state === 'draft')?.version ?? null,
  };
}

async function audit(c: Case, poor: boolean, nth: number): Promise<boolean> {
  const { play, o, d } = c;
  if (isLate(play, LEFT_TO_AUDIT_WORKING_MIN)) return false;
  await play.stage.wait(play.hours.after(play.stage.now, d.between(25, 330)), o.p.key);
  const order = await play.detail(o.id);
  o.version = order.version;
  if (order.state !== 'pending_audit') return false;
  const fails = nth === 1 && (poor ? d.chance(0.9) : d.chance(0.07));
  if (!fails) {
    const items = ['all_matters', 'finding', 'basis', 'measures_dated', 'public_version'];
    const passed = await play.act('auditor', o, 'audit_pass', { checklist: items, note: '' });
    if (passed) o.version = passed.version;
    return passed !== null;
  }
  const failed = await play.act('auditor', o, 'audit_fail', {
    missing: d.chance(0.5) ? ['all_matters', 'measures_dated'] : ['finding'],
    findings: d.pick(words.FINDINGS),
  });
  if (!failed) return false;
  o.version = failed.version;
  await play.stage.wait(later(c, d.between(60, 500)), o.p.key);
  return answer(c, nth + 1);
}

/** A co-handler signs and says its part; some never do. */
async function help(c: Case): Promise<void> {
  const { play, o, d } = c;
  if (o.p.stuck && d.chance(0.6)) return;
  if (!(await sign(c))) return;
  if (d.chance(SHOWN.has(c.code) && o.p.age > 0.45 ? 0.8 : 0.12)) return;
  await play.stage.wait(later(c, d.between(60, 0.9 * DAY_MINUTES)), c.key);
  await does(c, '.handler', 'submit_co_reply', { text: d.pick(words.coReplies(o.p.said)) });
}
