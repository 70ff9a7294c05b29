/** Plays a fortnight of the city over HTTP: the real api, workers and clock, real people at their desks. */
import { createHash } from 'node:crypto';
import type { Reference } from '../../src/catalogue/schema.ts';
import { orderNo } from '../../src/kernel/ids.ts';
import type { OrderDetail } from '../../src/workorder/schema.ts';
import type { DemoSource } from '../../src/door/index.ts';
import { orderlessCalls } from './calls.ts';
import { cannedAnswers, waitingChats } from './chat.ts';
import { People, knocker, playDoor } from './client.ts';
import { Play } from './context.ts';
import { acceptOnly, askOnly, live } from './course.ts';
import { desks, table } from './desks.ts';
import type { Desk } from './desks.ts';
import { Hours } from './hours.ts';
import { plan } from './plan.ts';
import { raise } from './raise.ts';
import { orderless } from './ring.ts';
import { supervisorsDays } from './rounds.ts';
import { Stage } from './stage.ts';
import { standUp } from './telephone.ts';
import { fortnight } from './texts.ts';

const DAY = 24 * 3_600_000;
const QUARTER = 15 * 60_000;
/** From this many days on every desk must have its work. */
const FULL_DAYS = 14;
/** What operators and dispatchers should find at least, and of demands about which more was asked. */
const FIRST_DESKS_LEAST = 12;

export interface PlayOptions {
  url: string;
  token: string;
  days: number;
  seed: number;
  /** Instant in ms; the last full quarter of an hour where it is not given. */
  endAt?: number | undefined;
  say: (text: string) => void;
  /** Reads every order again and hashes what must be the same for the same seed; it fails without quiet. */
  fingerprint?: boolean | undefined;
  /** Share of the day's demands, for tests. */
  share?: number;
}

export interface Played {
  orders: number;
  seconds: number;
  desks: Desk[];
  refusals: string[];
  came: Play['came'];
  endAt: number;
  fingerprint: string;
}

const stamp = (at: number): string =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

async function workingDates(people: People, from: number, to: number): Promise<Set<string>> {
  const who = await people.as('supervisor');
  const date = (at: number) => new Date(at).toISOString().slice(0, 10);
  const { body } = await who.get<{ days: { date: string; spans: unknown[] }[] }>(
    `/api/calendars/days?from=${date(from)}&to=${date(to)}`,
  );
  return new Set(body.days.filter((d) => d.spans.length > 0).map((d) => d.date));
}

/** Which of the first desks has too little; the operator's comes before the others. */
async function short(play: Play): Promise<string | undefined> {
  const who = await play.people.as('supervisor');
  const { body } = await who.get<Record<string, number>>('/api/orders/counts');
  const states = ['registered', 'pending_dispatch', 'awaiting_supplement'];
  return states.find((state) => (body[state] ?? 0) < FIRST_DESKS_LEAST);
}

/** Where they have too little, more comes in. */
async function topUp(play: Play): Promise<void> {
  for (const p of play.city.reserve) {
    const state = await short(play);
    if (!state) return;
    const o = await raise(play, { ...p, byWeb: false, fresh: true });
    if (o && state === 'pending_dispatch') await acceptOnly(play, o);
    if (o && state === 'awaiting_supplement') await askOnly(play, o);
    await play.stage.settle();
  }
}

/** Plays. @throws Flawed when a desk of a whole fortnight has too little to do, or a fingerprint is none. */
export async function playFortnight(o: PlayOptions): Promise<Played> {
  const began = performance.now();
  const endAt = o.endAt ?? Math.floor(Date.now() / QUARTER) * QUARTER;
  const texts = fortnight();
  const city = plan(o.seed, o.days, endAt, texts, o.share);
  const door = playDoor(o.url, o.token);
  const people = new People(o.url);
  const total = city.orders.length;
  await door({
    op: 'begin',
    seed: o.seed,
    days: o.days,
    endAt: new Date(endAt).toISOString(),
    total,
  });
  try {
    const play = await opened(o, city, door, people);
    await run(play, o, total);
    await topUp(play);
    await standUp(play);
    const list = await desks(play);
    const loud = play.stage.loud;
    const fingerprint = o.fingerprint && loud === 0 ? await fingerprintOf(play) : '';
    await people.leave();
    await door({ op: 'end', state: 'done' });
    const seconds = (performance.now() - began) / 1000;
    report(o, play, list, seconds, fingerprint);
    const played = {
      orders: play.raised,
      seconds,
      desks: list,
      refusals: play.refusals(),
      came: play.came,
      endAt,
      fingerprint,
    };
    if (o.days >= FULL_DAYS) check(list);
    if (o.fingerprint && loud > 0) throw new Flawed(noFingerprint(loud));
    return played;
  } catch (error) {
    if (error instanceof Flawed) throw error;
    await door({ op: 'end', state: 'interrupted' }).catch(() => {});
    throw error;
  }
}

/** The part of another house, signed with its secret. @throws where the platform does not tell it. */
async function house(url: string, door: Play['door'], name: DemoSource) {
  const { secret } = await door({ op: 'source', name });
  if (!secret) throw new Error(`no secret of ${name}`);
  return knocker(url, name, secret);
}

async function opened(
  o: PlayOptions,
  city: Play['city'],
  door: Play['door'],
  people: People,
): Promise<Play> {
  await door({ op: 'clock', at: new Date(city.startAt).toISOString(), done: 0 });
  const dates = await workingDates(people, city.startAt - DAY, city.endAt + 90 * DAY);
  const who = await people.as('supervisor');
  const { body } = await who.get<Reference>('/api/reference');
  const state = { play: undefined as Play | undefined };
  const stage = new Stage({
    door,
    startAt: city.startAt,
    endAt: city.endAt,
    onTime: () => state.play?.raised ?? 0,
  });
  state.play = new Play({
    city,
    base: o.url,
    door,
    houses: {
      'demo-switch': await house(o.url, door, 'demo-switch'),
      'demo-sms': await house(o.url, door, 'demo-sms'),
    },
    people,
    stage,
    hours: new Hours(dates),
    reference: body,
  });
  return state.play;
}

/** Everything that was planned, to the end. */
async function run(play: Play, o: PlayOptions, total: number): Promise<void> {
  const { city, stage, door } = play;
  await cannedAnswers(play);
  for (const p of city.orders) stage.begin(() => live(play, p));
  for (const call of orderlessCalls(city)) stage.begin(() => orderless(play, call));
  stage.begin(() => waitingChats(play));
  stage.begin(() => supervisorsDays(play));
  stage.begin(() => everyDay(play, o, total));
  const { number } = city;
  if (number) {
    stage.begin(async () => {
      await stage.wait(number.at - 60_000, 'aa/number', false);
      await door({ op: 'number', day: number.day, next: tailed(number.day, '8831') });
    });
  }
  await stage.run();
}

/** The sequence with which the number of that day ends in these digits. */
export function tailed(day: string, tail: string): number {
  for (let sequence = Number(tail.slice(0, -1)); sequence < 99_999; sequence += 1000) {
    if (orderNo(day.replaceAll('-', ''), sequence).endsWith(tail)) return sequence;
  }
  throw new Error(`no number of ${day} ends in ${tail}`);
}

async function everyDay(play: Play, o: PlayOptions, total: number): Promise<void> {
  const { startAt, endAt } = play.city;
  for (let day = 1; startAt + day * DAY <= endAt; day++) {
    await play.stage.wait(startAt + day * DAY, 'aa/day', false);
    o.say(
      `第 ${day}/${o.days} 天 day ${day}/${o.days} · ${stamp(play.stage.now)} · ${play.raised}/${total}`,
    );
  }
}

function report(o: PlayOptions, play: Play, list: Desk[], seconds: number, print: string): void {
  const { stage, city, came } = play;
  o.say(
    `${city.days} 天已播完 played: ${play.raised} 件 orders, ${came.calls} 通电话 calls, ` +
      `${came.chats} 次会话 chats, ${came.messages} 条短信 messages, ${seconds.toFixed(1)} s ` +
      `(${stage.jumps} jumps, ${(stage.settleMs / 1000).toFixed(1)} s settling, ${stage.loud} without quiet)`,
  );
  o.say(`各席位的件数 rows per desk:\n${table(list)}`);
  for (const line of play.refusals()) o.say(`  refused ${line}`);
  if (print) o.say(`fingerprint ${print}`);
  o.say(
    `再来一遍 again: npm run demo -- --days ${o.days} --seed ${o.seed} --end ${new Date(city.endAt).toISOString()}`,
  );
}

/** Everything was played, but somebody would sit down at an empty desk, or it could be another city. */
export class Flawed extends Error {}

/** The clock went on while something was still on its way: the same seed might have made another city. */
const noFingerprint = (loud: number): string =>
  `no fingerprint: the clock went on ${loud} times without quiet 没有指纹：有 ${loud} 次没有等到安静`;

/** @throws Flawed */
function check(list: readonly Desk[]): void {
  const short = list.filter((d) => d.rows < d.least);
  if (short.length > 0) {
    throw new Flawed(`too little on: ${short.map((d) => `${d.name} (${d.rows})`).join(', ')}`);
  }
}

// ---------------------------------------------------------------- what must be the same again

/** Instants within a slot count as the same: what is due at one minute takes a slow machine longer. */
const SLOT_MS = 5 * 60_000;

const lineOf = (key: string, d: OrderDetail): string =>
  JSON.stringify([
    key,
    d.content,
    d.state,
    d.closingType,
    d.round,
    d.lead?.code ?? null,
    d.urges,
    d.redoProposed,
    d.timeline.map((t) => [t.act, t.party, Math.floor(Date.parse(t.at) / SLOT_MS)]).toSorted(),
  ]);

/** A hash of what the city has become. */
async function fingerprintOf(play: Play): Promise<string> {
  const keys = [...play.orders.keys()].toSorted();
  const hash = createHash('sha256');
  for (let i = 0; i < keys.length; i += 8) {
    const part = keys.slice(i, i + 8);
    const details = await Promise.all(part.map((key) => play.detail(play.orders.get(key)!.id)));
    part.forEach((key, j) => hash.update(`${lineOf(key, details[j]!)}\n`));
  }
  return hash.digest('hex').slice(0, 16);
}
