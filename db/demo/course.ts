/** What becomes of one demand: who hears it, who handles it, what its citizen says in the end. */
import type { RoutingSuggestion } from '../../src/routing/schema.ts';
import type { OrderDetail } from '../../src/workorder/schema.ts';
import type { Living, Play } from './context.ts';
import { followUp } from './followup.ts';
import type { Planned } from './plan.ts';
import { emergencyOf, operatorOf, raise, tellCase, urgeByPage, urgeByPhone } from './raise.ts';
import { handle } from './unit.ts';
import * as words from './words.ts';

const HOUR = 3_600_000;
/** Until the system has dispatched what it dispatches. */
const TRIAGE_MINUTES = 4;
/** What came in the last hours is left to those who sit down at the desks afterwards. */
const LEFT_TO_OPERATORS_MS = 6 * HOUR;
const LEFT_TO_DISPATCHERS_MS = 9 * HOUR;

const left = (play: Play, ms: number): boolean => play.stage.now > play.city.endAt - ms;

/** From the first word to the last. */
export async function live(play: Play, p: Planned): Promise<void> {
  await play.stage.wait(p.at, p.key, ['T17', 'T28', 'T31'].includes(p.key));
  if (['T17', 'T18', 'T28', 'T31'].includes(p.key)) {
    await tellCase(play, p);
    return;
  }
  const o = await raise(play, p);
  if (o) await onwards(play, o);
}

/** What follows registration. */
export async function onwards(play: Play, o: Living): Promise<void> {
  if (!(await firstHand(play, o))) return;
  for (let round = 1; round <= 3; round++) {
    const order = await dispatched(play, o);
    if (!order) return;
    const answered = await handle(play, o, order);
    if (!answered) return;
    const again = await followUp(play, o);
    if (!again) return;
  }
}

/** What operators do with it at once. @returns whether it goes on to a dispatcher. */
async function firstHand(play: Play, o: Living): Promise<boolean> {
  const { p } = o;
  const login = operatorOf(p);
  const target = emergencyOf(p);
  if (target) {
    await emergency(play, o, target);
    return false;
  }
  const spoken = p.said.channel === 'phone';
  if (!spoken) {
    // It waits for an operator, or the system takes it on.
    await play.stage.wait(play.hours.awake(play.stage.now, o.d.int(8, 45)), p.key);
    if (left(play, LEFT_TO_OPERATORS_MS) && p.fresh) return false;
  } else if (p.fresh && o.d.chance(0.18)) {
    // The operator has not got round to it yet.
    return false;
  }
  const order = await play.detail(o.id);
  o.version = order.version;
  if (order.state !== 'registered') return order.state !== 'closed';
  if (order.emergency) {
    await play.act(login, o, 'set_flags', {
      remove: ['emergency'],
      reason: '已问过来电人，没有正在发生的危险',
    });
    o.version = (await play.detail(o.id)).version;
  }
  if (p.said.action === 'direct_answer') return directAnswer(play, o, login);
  if (p.said.action === 'close_no_substance') {
    await play.stage.wait(play.stage.now + 6 * 60_000, p.key, false);
    await play.act(login, o, 'close_no_substance', words.NO_SUBSTANCE);
    return false;
  }
  if (p.said.action === 'ask_supplement') return supplement(play, o, login, words.PLACE_ASKED);
  if (askedFirst(o)) return supplement(play, o, login, words.TIME_ASKED);
  return acceptOnly(play, o);
}

/** How long ago and whether there is a picture: what a caller may be asked before it goes on. */
const askedFirst = ({ p, d }: Living): boolean =>
  p.age > 0.86 &&
  p.caller.phone !== '' &&
  p.said.action === 'dispatch' &&
  words.onSite(p.said) &&
  d.chance(0.6);

/** The operator has chosen the class. */
export async function acceptOnly(play: Play, o: Living): Promise<boolean> {
  const { said } = o.p;
  const done = await play.act(operatorOf(o.p), o, 'accept', {
    type: said.type,
    categoryCode: said.category,
    urgency: said.urgency,
    ...(said.area && { areaCode: said.area }),
    ...(said.subject && { subjectKind: said.subject }),
  });
  if (done) o.version = done.version;
  return done !== null;
}

/** What is missing is asked for; nobody has said it yet. */
export async function askOnly(
  play: Play,
  o: Living,
  asking: words.Asking = words.TIME_ASKED,
): Promise<boolean> {
  const done = await play.act(operatorOf(o.p), o, 'ask_supplement', {
    missing: asking.missing,
    question: o.d.pick(asking.questions),
  });
  return done !== null;
}

async function emergency(play: Play, o: Living, target: string): Promise<void> {
  const login = operatorOf(o.p);
  let order = await play.detail(o.id);
  if (order.state === 'registered') {
    if (o.p.fresh) return;
    await play.stage.wait(play.stage.now + 60_000, o.p.key, false);
    await play.act(login, order, 'transfer_emergency', {
      target,
      record: `${target} 值班台已接听，警情单已建`,
    });
  }
  await play.stage.wait(play.hours.around(play.stage.now, o.d.int(25, 140)), o.p.key);
  order = await play.detail(o.id);
  if (order.state !== 'transferred') return;
  await play.act(login, order, 'receipt', {
    receiptNo: `${target}-${o.orderNo.slice(2, 8)}-${String(o.d.int(100, 999))}`,
    note: '已到场处置，无后续事项',
  });
}

async function directAnswer(play: Play, o: Living, login: string): Promise<boolean> {
  const { said } = o.p;
  await play.stage.wait(play.stage.now + o.d.int(3, 9) * 60_000, o.p.key, false);
  const known = words.ANSWERS[said.category.slice(0, 2)];
  const done = await play.act(login, o, 'direct_answer', {
    type: said.type,
    categoryCode: said.category,
    answer: o.d.pick(known ? [...known, ...words.ANSWER_OTHER] : words.ANSWER_OTHER),
  });
  if (done) await followUp(play, o);
  return false;
}

/** What is missing is asked for: most say it, some never do. */
async function supplement(
  play: Play,
  o: Living,
  login: string,
  asking: words.Asking,
): Promise<boolean> {
  await play.stage.wait(play.stage.now + 5 * 60_000, o.p.key, false);
  const asked = await askOnly(play, o, asking);
  if (!asked || o.p.fresh || o.p.age > 0.86 || o.d.chance(0.3)) return false;
  await play.stage.wait(play.hours.awake(play.stage.now, o.d.int(60, 900)), o.p.key);
  const order = await play.detail(o.id);
  if (order.state !== 'awaiting_supplement') return false;
  const said = await play.act(login, order, 'supplement', {
    text: o.d.pick(words.SUPPLEMENTED),
    areaCode: o.p.said.area ?? '339902001',
  });
  if (!said) return false;
  await play.stage.wait(play.hours.around(play.stage.now, TRIAGE_MINUTES), o.p.key);
  const now = await play.detail(o.id);
  o.version = now.version;
  if (now.state !== 'registered') return now.state !== 'closed';
  return acceptOnly(play, o);
}

/** Waits until it was dispatched, by the system or by a dispatcher. @returns it, or null: it ended. */
async function dispatched(play: Play, o: Living): Promise<OrderDetail | null> {
  await play.stage.wait(play.hours.around(play.stage.now, TRIAGE_MINUTES), o.p.key);
  let order = await play.detail(o.id);
  if (order.state !== 'pending_dispatch') return worked(order);
  if (order.round === 1 && (o.p.fresh || left(play, LEFT_TO_DISPATCHERS_MS))) return null;
  const wait = { U1: 4, U2: o.d.int(6, 40), U3: o.d.int(10, 90), U4: o.d.int(15, 160) };
  await play.stage.wait(play.hours.awake(play.stage.now, wait[o.p.said.urgency]), o.p.key);
  order = await play.detail(o.id);
  if (order.state !== 'pending_dispatch') return worked(order);
  o.version = order.version;
  const login = o.p.key.length % 2 === 0 ? 'dispatcher' : 'dispatcher2';
  const ground = /^reject:(N\d\d)$/.exec(o.p.said.action)?.[1];
  if (ground) {
    await play.act(login, o, 'reject', {
      ground,
      wordsTold: '已在电话里说明：这件事依照规定不由热线受理。',
      guidance: words.REJECT_GUIDANCE[ground] ?? words.REJECT_OTHER,
    });
    return null;
  }
  if (o.p.said.action === 'direct_answer') {
    if (!(await directAnswer(play, o, login))) return null;
  }
  if (o.p.said.action === 'split') await split(play, o, login);
  await dispatch(play, o, login);
  await play.stage.wait(play.hours.around(play.stage.now, 2), o.p.key);
  return worked(await play.detail(o.id));
}

const worked = (order: OrderDetail): OrderDetail | null =>
  ['dispatched', 'in_progress'].includes(order.state) ? order : null;

/** Two matters: the second becomes an order of its own. */
async function split(play: Play, o: Living, login: string): Promise<void> {
  const text = o.p.said.text;
  const middle = text.search(
    /第二(?:个|件|桩)|还有(?:一件|个|就是)?|另外|再(?:一个|有|就是)|二是|顺便/,
  );
  const cut = middle > 8 ? middle : text.indexOf('。', Math.floor(text.length / 3)) + 1;
  if (cut <= 0 || cut >= text.length - 4) return;
  const input = { kept: { content: text.slice(0, cut) }, parts: [{ content: text.slice(cut) }] };
  const body = { version: o.version, input };
  const done = await play.post(
    login,
    `/api/orders/${o.id}/split`,
    body,
    'split',
    `split-${o.p.key}`,
  );
  if (!done) return;
  const kept = await play.detail(o.id);
  o.version = kept.version;
  for (const part of kept.splitInto) play.stage.begin(() => secondMatter(play, o, part.id));
}

/** The matter that was taken out goes its own way, by what it is understood to be. */
async function secondMatter(play: Play, o: Living, id: string): Promise<void> {
  const order = await play.detail(id);
  const { said } = o.p;
  const own: Planned = {
    ...o.p,
    key: `${o.p.key}b`,
    stuck: false,
    said: {
      ...said,
      key: `${said.key}b`,
      action: 'dispatch',
      text: order.content,
      type: order.classification?.type ?? said.type,
      category: order.classification?.categoryCode ?? said.category,
      urgency: order.classification?.urgency ?? said.urgency,
    },
  };
  play.orders.set(own.key, { id, orderNo: order.orderNo });
  const d = play.dice('course', own.key);
  await onwards(play, { ...o, p: own, id, orderNo: order.orderNo, version: order.version, d });
}

async function dispatch(play: Play, o: Living, login: string): Promise<void> {
  const who = await play.people.as(login);
  const { body } = await who.get<RoutingSuggestion>(`/api/orders/${o.id}/routing`);
  const lead = body.lead ?? play.unit('TFB');
  if (!lead) return;
  const room = play.unit('TOWN_QINGYU_1_ROOM');
  const local = o.p.said.area === '339902001' && room && room.id !== lead.id;
  const co = [...body.co.map((u) => u.id), ...(local ? [room.id] : [])];
  const coIds = [...new Set(co)].filter((id) => id !== lead.id).slice(0, 3);
  await play.act(login, o, 'dispatch', {
    leadId: lead.id,
    coIds,
    mode: coIds.length > 0 ? 'joint' : 'single',
    note: o.d.chance(0.3) ? '请先联系诉求人，再到现场。' : '',
  });
}

/** While it is worked on some ask again, and some need it no more. @returns false: it was withdrawn. */
export async function meanwhile(play: Play, o: Living): Promise<void> {
  const d = play.dice('meanwhile', o.p.key);
  if (!o.p.caller.phone || !d.chance(o.p.stuck ? 0.5 : 0.12)) return;
  await play.stage.wait(play.hours.awake(play.stage.now, d.int(1500, 4000)), `${o.p.key}/urge`);
  const order = await play.detail(o.id);
  if (!worked(order)) return;
  if (d.chance(0.12)) {
    await play.act(operatorOf(o.p), order, 'withdraw', {
      wish: d.pick(words.WITHDRAWN),
      identifiedBy: 'caller_number',
    });
  } else if (o.queryCode && d.chance(0.5)) await urgeByPage(play, o);
  else await urgeByPhone(play, o);
}
