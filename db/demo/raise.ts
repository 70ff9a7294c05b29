/** How a demand comes in: by the operator's form, by the citizen's pages, after an emergency call. */
import { isCall, isChat } from './calls.ts';
import { chats } from './chat.ts';
import type { Living, Play } from './context.ts';
import type { Planned } from './plan.ts';
import { callsIn, converses } from './telephone.ts';
import type { Spoken } from './telephone.ts';
import * as words from './words.ts';

interface Registered {
  orderId: string;
  orderNo: string;
  contactId: string;
  queryCode: string;
  version: number;
}

/** Operators take turns. */
export const operatorOf = (p: Planned): string =>
  p.key.charCodeAt(p.key.length - 1) % 2 === 0 ? 'operator' : 'operator2';

const requester = (p: Planned) =>
  p.caller.phone
    ? { kind: 'natural', name: p.caller.name, phone: p.caller.phone }
    : { kind: 'anonymous' };

/** What the operator writes down of it; the class only where they chose one. */
const form = (p: Planned, classed: boolean) => ({
  content: p.said.text,
  address: p.said.address,
  channel: p.said.channel,
  requester: requester(p),
  confidential: p.said.action === 'confidential',
  wishCallback: Boolean(p.caller.phone),
  ...(p.said.area && { areaCode: p.said.area }),
  ...(classed && {
    type: p.said.type,
    categoryCode: p.said.category,
    urgency: p.said.urgency,
    ...(p.said.subject && { subjectKind: p.said.subject }),
  }),
});

/** Where an emergency goes: transfer_emergency:119 → 119. */
export const emergencyOf = (p: Planned): string | null =>
  /^transfer_emergency:(\d+)$/.exec(p.said.action)?.[1] ?? null;

/** The operator hears it at the telephone or in a chat, or types what lies before them. */
async function byOperator(play: Play, p: Planned): Promise<Registered | null> {
  const login = operatorOf(p);
  const register = (contactId?: string, by = login) => registers(play, p, by, contactId);
  if (isCall(play.city, p)) {
    const called = { key: p.key, phone: p.caller.phone };
    const made = await converses(play, called, async (call) => {
      const target = emergencyOf(p);
      if (!target) return register(call.contactId, call.login);
      return handedOver(play, p, target, call);
    });
    return made === undefined ? register() : made;
  }
  if (isChat(p)) {
    const left = (orderId: string) => alreadyMade(play, orderId);
    const made = await chats(play, p, { login, register, left });
    return made === undefined ? register() : made;
  }
  const target = p.said.channel === 'phone' ? emergencyOf(p) : null;
  return target ? handedOver(play, p, target) : register();
}

const keyOf = (play: Play, p: Planned): string => `play-${play.city.seed}-${p.key}`;

const registers = (
  play: Play,
  p: Planned,
  login: string,
  contactId?: string,
): Promise<Registered | null> =>
  play.post(
    login,
    '/api/orders',
    { ...form(p, true), ...(contactId && { contactId }) },
    'register',
    keyOf(play, p),
  );

/** The emergency line first, the order afterwards. @param call Where there is one, its leg is told by the switch. */
async function handedOver(
  play: Play,
  p: Planned,
  target: string,
  call?: Spoken,
): Promise<Registered | null> {
  const login = call?.login ?? operatorOf(p);
  const key = keyOf(play, p);
  const from = call ? { contactId: call.contactId } : { callLeg: `leg-${p.key}` };
  const made = await play.post<{ id: string; contactId: string }>(
    login,
    '/api/handovers',
    { target, channel: 'phone', requester: requester(p), ...from },
    'handover',
    `${key}-handover`,
  );
  if (call) await callsIn(play, call, target);
  const body = {
    ...form(p, true),
    ...(made && { handoverId: made.id, contactId: made.contactId }),
  };
  return play.post(login, '/api/orders', body, 'register after handover', key);
}

/** A text message becomes an order by itself; null where it was taken for something else. */
async function bySms(play: Play, p: Planned): Promise<Registered | null> {
  const id = keyOf(play, p);
  const at = new Date(play.stage.now).toISOString();
  const message = { messageId: id, from: p.caller.phone, text: p.said.text, at };
  const answer = await play.knock('demo-sms', '/sms/v1/inbound', id, message);
  const { orderId } = answer.body as { orderId?: string };
  if (answer.status !== 200 || !orderId) return null;
  play.came.messages += 1;
  return alreadyMade(play, orderId);
}

/** An order that the citizen made. */
async function alreadyMade(play: Play, orderId: string): Promise<Registered> {
  const { orderNo, version } = await play.detail(orderId);
  return { orderId, orderNo, contactId: '', queryCode: '', version };
}

/** By the door that the demand comes to. */
async function byDoor(play: Play, p: Planned): Promise<Registered | null> {
  if (p.byWeb) return byCitizen(play, p);
  const sms = p.said.channel === 'sms' && p.caller.phone ? await bySms(play, p) : null;
  return sms ?? byOperator(play, p);
}

async function byCitizen(play: Play, p: Planned): Promise<Registered | null> {
  const citizen = play.citizen();
  // A key of its own kind, the same in every play of this seed.
  const hex = Buffer.from(`${play.city.seed}${p.key}0000000000000000`).toString('hex').slice(0, 32);
  const key = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  const answer = await citizen.form('/submit/next', {
    screen: '3',
    go: 'send',
    key,
    content: p.said.text,
    address: p.said.address,
    who: p.caller.phone ? 'named' : 'anonymous',
    name: p.caller.name,
    phone: p.caller.phone,
    callback: p.caller.phone ? 'on' : '',
    confidential: p.said.action === 'confidential' ? 'on' : '',
  });
  const orderId = citizen.cookie('receipt')?.split('.')[0];
  if (answer.to !== '/receipt' || !orderId) {
    play.note('submit by web', { status: answer.status, body: {} });
    return null;
  }
  return alreadyMade(play, orderId);
}

/** Raises one demand; null when it was refused. */
export async function raise(play: Play, p: Planned): Promise<Living | null> {
  const made = await play.inTurn(() => byDoor(play, p));
  if (!made) return null;
  play.raised += 1;
  play.orders.set(p.key, { id: made.orderId, orderNo: made.orderNo });
  return {
    p,
    id: made.orderId,
    orderNo: made.orderNo,
    queryCode: made.queryCode,
    version: made.version,
    d: play.dice('course', p.key),
  };
}

/** The stories of cases.jsonl that make no order of their own. */
export async function tellCase(play: Play, p: Planned): Promise<boolean> {
  if (p.key === 'T17') return urgeAgain(play, p);
  if (p.key === 'T18') return contactOnly(play, p, { outcome: 'abuse_ended' });
  if (p.key === 'T28') {
    const asked = play.city.number && play.orders.get(play.city.number.key);
    return contactOnly(play, p, {
      outcome: 'progress_answered',
      ...(asked && { orderId: asked.id }),
    });
  }
  if (p.key === 'T31') return proposeRedo(play, p);
  return false;
}

async function contactOnly(
  play: Play,
  p: Planned,
  outcome: { outcome: string; orderId?: string },
): Promise<boolean> {
  const login = operatorOf(p);
  const conclude = (id: string, by = login) =>
    play.post(by, `/api/contacts/${id}/outcome`, outcome, 'contact outcome');
  if (isCall(play.city, p)) {
    const called = { key: p.key, phone: p.caller.phone };
    await play.inTurn(() =>
      converses(play, called, (call) => conclude(call.contactId, call.login)),
    );
    return true;
  }
  const made = await play.post<{ contactId?: string; id?: string }>(
    login,
    '/api/contacts',
    { channel: p.said.channel, requester: requester(p) },
    'contact',
    keyOf(play, p),
  );
  const id = made?.contactId ?? made?.id;
  if (id) await conclude(id);
  return true;
}

async function urgeAgain(play: Play, p: Planned): Promise<boolean> {
  const first = play.orders.get('T04');
  if (!first) return true;
  await contactOnly(play, p, { outcome: 'urged', orderId: first.id });
  await play.post(
    operatorOf(p),
    `/api/orders/${first.id}/urges`,
    { level: 1, text: p.said.text },
    'urge',
  );
  return true;
}

/** The order of the same caller about the rubbish is taken up again. */
async function proposeRedo(play: Play, p: Planned): Promise<boolean> {
  const earlier = play.city.orders.find(
    (o) => o.caller.phone === p.caller.phone && o.key !== p.key && o.said.category === '0203',
  );
  const order = earlier && play.orders.get(earlier.key);
  if (!order) return true;
  await contactOnly(play, p, { outcome: 'redo_proposed', orderId: order.id });
  const { version } = await play.detail(order.id);
  await play.act(operatorOf(p), { id: order.id, version }, 'propose_redo', { reason: p.said.text });
  return true;
}

/** A citizen's question “how far is it”, by the page with number and code. */
export async function urgeByPage(play: Play, o: Living): Promise<void> {
  const citizen = play.citizen();
  const door = await citizen.form('/track', { orderNo: o.orderNo, code: o.queryCode });
  if (door.to !== '/track/view') return play.note('track', { status: door.status, body: {} });
  await citizen.form('/track/urge', {});
}

export async function urgeByPhone(play: Play, o: Living): Promise<void> {
  await play.post(
    operatorOf(o.p),
    `/api/orders/${o.id}/urges`,
    { level: 1, text: o.d.pick(words.URGED) },
    'urge',
  );
}
