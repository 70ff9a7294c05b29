/** Calls that make no order: questions, wrong numbers, callers who give up and are called back, abuse. */
import type { ReturnCallView } from '../../src/telephony/schema.ts';
import type { OrderlessCall } from './calls.ts';
import type { Play } from './context.ts';
import { converses, givesUp, onDuty, refused, rings, ringsAndAsks, sit } from './telephone.ts';
import type { Spoken } from './telephone.ts';
import * as words from './words.ts';

const MINUTE = 60_000;

/** From the ring to the end, and what follows when nobody answered. */
export async function orderless(play: Play, call: OrderlessCall): Promise<void> {
  await play.stage.wait(call.at, call.key, false);
  await play.inTurn(() => begins(play, call));
  if (call.kind === 'returned')
    await callBack(play, call, play.dice('return', call.key).int(6, 24));
  if (call.kind === 'returned_late') await callBack(play, call, 41);
  if (call.kind === 'called_again') {
    await play.stage.wait(call.at + 7 * MINUTE, call.key, false);
    await play.inTurn(() => ends(play, { ...call, key: `${call.key}b` }, 'no_substance'));
  }
}

async function begins(play: Play, call: OrderlessCall): Promise<unknown> {
  switch (call.kind) {
    case 'asked':
      return ends(play, call, 'progress_answered');
    case 'wrong':
      return ends(play, call, 'wrong_number');
    case 'warned':
    case 'proposed':
    case 'restricted':
      return converses(play, called(call), (c) => shouted(play, call, c));
    case 'refused':
      return isRefused(play, call);
    default:
      return givesUp(play, await rings(play, call.key, call.caller.phone));
  }
}

const called = ({ key, caller }: OrderlessCall) => ({ key, phone: caller.phone });

/** A call that is over with a word. */
const ends = (play: Play, call: OrderlessCall, outcome: string): Promise<unknown> =>
  converses(play, called(call), (c) => concluded(play, c, outcome));

const concluded = (play: Play, { login, contactId }: Spoken, outcome: string) =>
  play.post(login, `/api/contacts/${contactId}/outcome`, { outcome }, 'contact outcome');

/** The script is read; the third time the operator asks for a restriction, and the supervisor decides. */
async function shouted(play: Play, call: OrderlessCall, c: Spoken): Promise<void> {
  const path = `/api/telephony/calls/${c.id}`;
  await play.post(c.login, `${path}/warnings`, {}, 'warn');
  await concluded(play, c, 'abuse_ended');
  if (call.kind === 'warned') return;
  const key = `play-${play.city.seed}-${call.key}-restrict`;
  const asked = await play.post<{ id: string }>(
    c.login,
    `${path}/restriction-proposals`,
    { reason: words.SHOUTED },
    'propose restriction',
    key,
  );
  if (!asked || call.kind === 'proposed') return;
  const decision = `/api/telephony/restriction-proposals/${asked.id}/decision`;
  await play.post('supervisor', decision, { decision: 'restrict' }, 'restrict');
}

/** Somebody is free, and yet it is offered to nobody. */
async function isRefused(play: Play, { key, caller }: OrderlessCall): Promise<void> {
  await sit(play, onDuty(play.stage.now));
  const { call, offer } = await ringsAndAsks(play, key, caller.phone);
  if (offer.action !== 'refuse')
    play.note(`restricted caller: ${offer.action}`, { status: 0, body: {} });
  await refused(play, call);
}

/** Somebody of the centre calls back; late, the first try reaches nobody. */
async function callBack(play: Play, call: OrderlessCall, minutes: number): Promise<void> {
  await play.stage.wait(call.at + minutes * MINUTE, call.key, false);
  const login = onDuty(play.stage.now);
  const who = await play.people.as(login);
  const { body } = await who.get<{ items: ReturnCallView[] }>('/api/telephony/return-calls');
  const tail = call.caller.phone.slice(-4);
  const due = body.items?.find((r) => r.phone.endsWith(tail));
  if (!due) return play.note('call to return not found', { status: 0, body: {} });
  const path = `/api/telephony/return-calls/${due.id}`;
  for (const result of call.kind === 'returned_late' ? ['no_answer', 'reached'] : ['reached']) {
    await play.post(login, `${path}/take`, {}, 'take return call');
    await play.post(login, `${path}/attempts`, { result }, 'return call');
  }
}
