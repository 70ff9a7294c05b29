/** How a demand comes in: by the operator's form, by the citizen's pages, after an emergency call. */
import type { Living, Play } from './context.ts';
import type { Planned } from './plan.ts';
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

async function byOperator(play: Play, p: Planned): Promise<Registered | null> {
  const login = operatorOf(p);
  const target = p.said.channel === 'phone' ? emergencyOf(p) : null;
  const key = `play-${play.city.seed}-${p.key}`;
  if (!target) return play.post(login, '/api/orders', form(p, true), 'register', key);
  const made = await play.post<{ id: string; contactId: string }>(
    login,
    '/api/handovers',
    { target, channel: 'phone', requester: requester(p), callLeg: `leg-${p.key}` },
    'handover',
    `${key}-handover`,
  );
  const body = {
    ...form(p, true),
    ...(made && { handoverId: made.id, contactId: made.contactId }),
  };
  return play.post(login, '/api/orders', body, 'register after handover', key);
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
  const { orderNo, version } = await play.detail(orderId);
  return { orderId, orderNo, contactId: '', queryCode: '', version };
}

/** Raises one demand; null when it was refused. */
export async function raise(play: Play, p: Planned): Promise<Living | null> {
  const made = await play.inTurn(() => (p.byWeb ? byCitizen(play, p) : byOperator(play, p)));
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
  const key = `play-${play.city.seed}-${p.key}`;
  const made = await play.post<{ contactId?: string; id?: string }>(
    operatorOf(p),
    '/api/contacts',
    { channel: p.said.channel, requester: requester(p) },
    'contact',
    key,
  );
  const id = made?.contactId ?? made?.id;
  if (id) await play.post(operatorOf(p), `/api/contacts/${id}/outcome`, outcome, 'contact outcome');
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
