/** The switch of the play: every call of it comes through the signed door of the telephone. */
import type { Play } from './context.ts';
import { dice } from './random.ts';

const TO = '12345';
const SECOND = 1000;
const EXTENSIONS: Record<string, string> = { operator: '8001', operator2: '8002' };

interface Offered {
  action: string;
  target?: string;
}
interface Shown {
  id: string;
  contactId: string | null;
}

/** A call on its way; all its events are dated by the play's clock. */
export interface Ringing {
  key: string;
  callId: string;
  phone: string;
  rangAt: number;
}

/** A call that an operator answered. */
export interface Spoken extends Ringing {
  login: string;
  /** As the platform calls it. */
  id: string;
  contactId: string;
  answeredAt: number;
}

async function tell(
  play: Play,
  call: Ringing,
  type: string,
  at: number,
  more: object = {},
): Promise<boolean> {
  const body = { type, callId: call.callId, at: new Date(at).toISOString(), ...more };
  const answer = await play.knock('demo-switch', '/cti/v1/events', `${call.callId}-${type}`, body);
  if (answer.status === 200 && (answer.body as { state?: string }).state === 'done') return true;
  play.note(`cti ${type}`, answer);
  return false;
}

function dialled(play: Play, key: string, phone: string): Ringing {
  return { key, callId: `play-${play.city.seed}-${key}`, phone, rangAt: play.stage.now };
}

/** Somebody dials, and nobody is asked yet who takes it. */
export async function rings(play: Play, key: string, phone: string): Promise<Ringing> {
  const call = dialled(play, key, phone);
  play.came.calls += 1;
  await tell(play, call, 'call.ringing', call.rangAt, { from: call.phone, to: TO });
  return call;
}

/** The switch asks who takes it. */
async function asks(play: Play, call: Ringing): Promise<Offered> {
  const { callId, phone: from, rangAt } = call;
  const body = { callId, from, to: TO, at: new Date(rangAt).toISOString() };
  const answer = await play.knock('demo-switch', '/cti/v1/route', `${callId}-route`, body);
  if (answer.status !== 200) play.note('cti route', answer);
  return answer.status === 200 ? (answer.body as Offered) : { action: 'none' };
}

/** The caller puts the receiver down before anybody answers. */
export async function givesUp(play: Play, call: Ringing): Promise<void> {
  const waited = dice(play.city.seed, 'waited', call.key).int(8, 70);
  await tell(play, call, 'call.abandoned', call.rangAt + waited * SECOND);
}

export const refused = (play: Play, call: Ringing): Promise<boolean> =>
  tell(play, call, 'call.ended', call.rangAt + 9 * SECOND, { by: 'switch', reason: 'refused' });

async function putSeat(play: Play, login: string, state: 'ready' | 'offline'): Promise<void> {
  const who = await play.people.as(login);
  const extension = EXTENSIONS[login]!;
  const answer = await who.put('/api/telephony/seat', { state, extension });
  if (answer.status !== 200) play.note(`seat ${state}`, answer);
}

/** One operator at a time sits at the telephone: so it is known whom the next call is offered to. */
export async function sit(play: Play, login: string): Promise<void> {
  await play.hungUp;
  if (play.seated && play.seated !== login) await putSeat(play, play.seated, 'offline');
  play.seated = login;
  await putSeat(play, login, 'ready');
}

/** Nobody is ready until somebody sits down. */
export async function standUp(play: Play): Promise<void> {
  await play.hungUp;
  if (play.seated) await putSeat(play, play.seated, 'offline');
  play.seated = null;
}

/** Who sits at the telephone at an instant: they take turns by half days. */
export const onDuty = (at: number): string =>
  Math.floor((at + 8 * 3_600_000) / (12 * 3_600_000)) % 2 === 0 ? 'operator' : 'operator2';

/** The operator who sits there is offered the call and answers; null where that came to nothing. */
async function answers(
  play: Play,
  login: string,
  call: Ringing,
  offer: Offered,
): Promise<Spoken | null> {
  const target = EXTENSIONS[login]!;
  if (offer.action !== 'offer' || offer.target !== target) return null;
  // Whom the caller reaches late is one in ten.
  const d = dice(play.city.seed, 'answered', call.key);
  const answeredAt = call.rangAt + (d.chance(0.1) ? d.int(17, 55) : d.int(2, 13)) * SECOND;
  const legId = `leg-${call.key}`;
  if (!(await tell(play, call, 'call.answered', answeredAt, { legId, target }))) return null;
  const who = await play.people.as(login);
  const { body } = await who.get<Shown[]>('/api/telephony/calls');
  const shown = Array.isArray(body) ? body[0] : undefined;
  return shown?.contactId ? { ...call, login, id: shown.id, contactId: shown.contactId, answeredAt } : null; // prettier-ignore
}

/** The emergency line comes into the call; the operator stays. */
export const callsIn = (play: Play, call: Spoken, target: string): Promise<boolean> =>
  tell(play, call, 'call.transferred', call.answeredAt + 20 * SECOND, {
    target,
    legId: `leg-${call.key}-${target}`,
    mode: 'consult',
  });

/** It rings, and the switch asks who takes it: the question says what the ringing would say. */
export async function ringsAndAsks(play: Play, key: string, phone: string) {
  const call = dialled(play, key, phone);
  play.came.calls += 1;
  return { call, offer: await asks(play, call) };
}

/**
 * A whole call: it rings, the operator on duty answers, does what there is to do, and it is over.
 * @returns what was done; undefined where nobody answered.
 */
export async function converses<T>(
  play: Play,
  { key, phone }: { key: string; phone: string },
  work: (call: Spoken) => Promise<T>,
): Promise<T | undefined> {
  const login = onDuty(play.stage.now);
  await sit(play, login);
  const { call, offer } = await ringsAndAsks(play, key, phone);
  const spoken = await answers(play, login, call, offer);
  const done = spoken ? await work(spoken) : undefined;
  // Nobody waits for the receiver: the operator goes on with the order meanwhile.
  play.hungUp = hangsUp(play, call, spoken);
  play.stage.begin(async () => void (await play.hungUp));
  if (!spoken) play.note('call nobody answered', { status: 0, body: {} });
  return done;
}

/** It is over; of a talk there is a recording: the demo keeps none, and plays a few notes instead. */
async function hangsUp(play: Play, call: Ringing, spoken: Spoken | null): Promise<void> {
  const seconds = dice(play.city.seed, 'talked', call.key).int(75, 230);
  const at = (spoken?.answeredAt ?? call.rangAt) + seconds * SECOND;
  await tell(play, call, 'call.ended', at, { by: 'caller', reason: 'normal' });
  if (!spoken) return;
  const uri = `${play.base}/demo/recordings/played-${seconds}.wav`;
  await tell(play, call, 'recording.ready', at, { recordingId: call.callId, uri, seconds });
}
