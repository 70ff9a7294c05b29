/** The plan of the played city: the same for the same seed, and as varied as a city. */
import { describe, expect, it } from 'vitest';
import { readTsv } from '../../db/tsv.ts';
import { Hours, slot } from '../../db/demo/hours.ts';
import { plan } from '../../db/demo/plan.ts';
import type { City } from '../../db/demo/plan.ts';
import { tailed } from '../../db/demo/play.ts';
import { dice } from '../../db/demo/random.ts';
import { Stage } from '../../db/demo/stage.ts';
import { POOR, REPLIES, bodyFor, repliesTo } from '../../db/demo/replies.ts';
import { fortnight } from '../../db/demo/texts.ts';
import { orderNo } from '../../src/kernel/ids.ts';
import { CHANNELS, DEMAND_TYPES, GROUNDS, URGENCIES } from '../../src/kernel/words.ts';

/** A Friday evening. */
const END = Date.parse('2026-11-20T10:00:00Z');
const DAY = 86_400_000;
const texts = fortnight();
const city = plan(7, 14, END, texts);
const everything = (c: City) => [...c.orders, ...c.reserve];
const cityHour = (at: number) => new Date(at + 8 * 3_600_000).getUTCHours();
const weekday = (at: number) => new Date(at + 8 * 3_600_000).getUTCDay();

describe('the texts', () => {
  it('are well formed, all different, and name what exists', () => {
    const areas = new Set(readTsv('demo/areas.tsv').map(([code]) => code));
    const categories = new Set(readTsv('categories.tsv').map(([code]) => code));
    const wrong = texts.filter(
      (t) =>
        !(CHANNELS as readonly string[]).includes(t.channel) ||
        !(DEMAND_TYPES as readonly string[]).includes(t.type) ||
        !(URGENCIES as readonly string[]).includes(t.urgency) ||
        !categories.has(t.category) ||
        (t.area !== null && !areas.has(t.area)) ||
        t.text.length < 6 ||
        t.text.length > 2000 ||
        t.address.length > 200 ||
        !/^(?:dispatch|direct_answer|ask_supplement|split|confidential|close_no_substance|append|abuse|redo|reject:N\d\d|transfer_emergency:1(?:10|19|20|22))$/.test(
          t.action,
        ),
    );
    expect(wrong.map((t) => [t.key, t.action])).toEqual([]);
    expect(new Set(texts.map((t) => t.text)).size).toBe(texts.length);
    expect(new Set(texts.map((t) => t.key)).size).toBe(texts.length);
    const grounds = texts.flatMap((t) => /^reject:(N\d\d)$/.exec(t.action)?.[1] ?? []);
    expect(grounds.every((g) => (GROUNDS as readonly string[]).includes(g))).toBe(true);
  });

  it('answers are many and of every kind of matter', () => {
    expect(Object.values(REPLIES).flat().length).toBeGreaterThanOrEqual(250);
    expect(POOR.length).toBeGreaterThanOrEqual(4);
    const groups = new Set(texts.map((t) => t.category.slice(0, 2)));
    const answered = new Set(Object.keys(REPLIES).map((key) => key.slice(0, 2)));
    expect([...groups].filter((g) => !answered.has(g))).toEqual([]);
  });

  it('answers are of the class, two for each, no two alike, with known slots', () => {
    const codes = readTsv('categories.tsv').flatMap(([code]) => (code!.length === 4 ? code! : []));
    const byHotline = ['1606', '1607', '1608'];
    const few = codes.filter((c) => !byHotline.includes(c) && (REPLIES[c]?.length ?? 0) < 2);
    expect(few).toEqual([]);
    const keys = Object.keys(REPLIES).map((key) => key.split(':'));
    expect(keys.filter(([code]) => !['*', 'poor', ...codes].includes(code!))).toEqual([]);
    const types: readonly string[] = DEMAND_TYPES;
    expect(keys.filter(([, type]) => type !== undefined && !types.includes(type))).toEqual([]);
    const bodies = Object.values(REPLIES).flat();
    expect(bodies.every((b) => b.finding && b.measures && b.told)).toBe(true);
    for (const part of ['finding', 'measures', 'told'] as const)
      expect(new Set(bodies.map((b) => b[part])).size).toBe(bodies.length);
    const slots = bodies.flatMap((b) => (b.finding + b.measures + b.told).match(/\{.\}/g) ?? []);
    expect([...new Set(slots)].toSorted()).toEqual(['{d}', '{f}', '{n}', '{p}', '{t}']);
  });

  it('an answer fits the class and type, then the matter, and falls the same way again', () => {
    expect(repliesTo({ category: '0802', type: 'suggestion' })).toBe(REPLIES['0802:suggestion']);
    expect(repliesTo({ category: '0803', type: 'praise' })).toBe(REPLIES['*:praise']);
    expect(repliesTo({ category: '0803', type: 'complaint' })).toBe(REPLIES['0803']);
    expect(repliesTo({ category: '1607', type: 'other' })).toBe(REPLIES['*']);
    const said1206 = (text: string) => ({ category: '1206', type: 'help', text });
    const chosen = (text: string) => bodyFor(said1206(text), dice(1, text));
    expect(chosen('三只野猪下山拱掉番薯')).toBe(REPLIES['1206']![0]);
    expect(chosen('有人拿锯子放大树')).toBe(REPLIES['1206']![1]);
    const late = { category: '0602', type: 'help', text: '加班没有足额支付，被解除合同要补偿' };
    const fits = [1, 2, 3, 4, 5, 6].map((seed) => bodyFor(late, dice(seed, 'late')));
    expect(new Set(fits)).toEqual(new Set([REPLIES['0602']![0]]));
    for (const said of texts) {
      const once = bodyFor(said, dice(7, said.key));
      expect(bodyFor(said, dice(7, said.key))).toBe(once);
      expect(repliesTo(said)).toContain(once);
    }
  });
});

describe('the plan', () => {
  it('is the same for the same seed and end, and another for another seed', () => {
    expect(plan(7, 14, END, texts)).toEqual(city);
    const order = (c: City) => c.orders.map((o) => `${o.key}@${o.at}`).join(' ');
    expect(order(plan(8, 14, END, texts))).not.toBe(order(city));
  });

  it('has at least 400 different texts, the cases among them, each once', () => {
    const keys = city.orders.map((o) => o.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(city.orders.map((o) => o.said.text)).size).toBeGreaterThanOrEqual(400);
    const cases = texts.filter((t) => t.key.startsWith('T')).map((t) => t.key);
    expect(cases.length).toBe(25);
    expect(cases.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('has every type, urgency, channel and district', () => {
    const all = city.orders.map((o) => o.said);
    expect(new Set(all.map((t) => t.type)).size).toBe(DEMAND_TYPES.length);
    expect(new Set(all.map((t) => t.urgency)).size).toBe(URGENCIES.length);
    expect(new Set(all.map((t) => t.channel)).size).toBe(CHANNELS.length);
    const districts = new Set(all.flatMap((t) => t.area?.slice(0, 6) ?? []));
    expect(districts.size).toBe(5);
  });

  it('lies within its days, with the curve of a day and of a week', () => {
    expect(city.orders.every((o) => o.at >= city.startAt && o.at <= END)).toBe(true);
    const main = city.orders.filter((o) => !o.fresh);
    const inHours = (from: number, to: number) =>
      main.filter((o) => cityHour(o.at) >= from && cityHour(o.at) < to).length;
    expect(inHours(8, 18)).toBeGreaterThan(main.length * 0.65);
    expect(inHours(0, 6)).toBeLessThan(main.length * 0.06);
    expect(inHours(9, 11)).toBeGreaterThan(inHours(12, 14));
    const off = main.filter((o) => [0, 6].includes(weekday(o.at))).length;
    expect(off / 4).toBeLessThan((main.length - off) / 10);
    expect(city.orders.filter((o) => o.at > END - 2 * 3_600_000).length).toBeGreaterThan(30);
  });

  it('has people who call again, under numbers that nobody has', () => {
    const phones = everything(city).flatMap((o) => o.caller.phone || []);
    expect(phones.every((p) => /^1390000\d{4}$/.test(p))).toBe(true);
    expect(phones.length - new Set(phones).size).toBeGreaterThan(20);
  });

  it('tells the stories of the cases in their order', () => {
    const at = (key: string) => city.orders.find((o) => o.key === key)!;
    expect(at('T17').at - at('T04').at).toBe(31 * 60_000);
    expect(at('T17').caller.phone).toBe(at('T04').caller.phone);
    const rubbish = city.orders.find(
      (o) =>
        o.caller.phone === at('T31').caller.phone && o.said.category === '0203' && o.key !== 'T31',
    )!;
    expect(at('T31').at - rubbish.at).toBeGreaterThan(5 * DAY);
    expect(rubbish.stuck).toBe(false);
    const { number } = city;
    const asked = city.orders.find((o) => o.key === number!.key)!;
    expect(at('T28').caller.phone).toBe(asked.caller.phone);
    expect(at('T28').at - asked.at).toBeGreaterThan(1.5 * DAY);
    const same = city.orders.filter(
      (o) => new Date(o.at + 28_800_000).toISOString().slice(0, 10) === number!.day,
    );
    expect(Math.min(...same.map((o) => o.at))).toBe(asked.at);
    expect(orderNo(number!.day.replaceAll('-', ''), tailed(number!.day, '8831'))).toMatch(/8831$/);
  });

  it('a short one is a share of it', () => {
    const two = plan(7, 2, END, texts);
    expect(two.orders.length).toBeGreaterThan(60);
    expect(two.orders.length).toBeLessThan(130);
    expect(two.orders.every((o) => o.at >= END - 2 * DAY && o.at <= END)).toBe(true);
  });
});

describe('working hours of the played', () => {
  const hours = new Hours(new Set(['2026-11-20', '2026-11-23']));
  const at = (text: string) => Date.parse(`${text}+08:00`);
  it('count working minutes only, over nights and days off', () => {
    // Friday 17:00 plus an hour is Monday 09:00, at the next shared instant.
    expect(hours.after(at('2026-11-20T17:00:00'), 60)).toBe(slot(at('2026-11-23T09:00:00')));
    expect(hours.after(at('2026-11-20T09:00:00'), 30)).toBe(slot(at('2026-11-20T09:30:00')));
    expect(hours.after(at('2026-11-20T11:50:00'), 20)).toBe(slot(at('2026-11-20T13:40:00')));
  });
  it('end no work in the evening or over lunch, and give an hour one minute', () => {
    const minutes = new Map<number, Set<number>>();
    for (let worked = 0; worked < 900; worked += 7) {
      const then = new Date(hours.after(at('2026-11-20T08:30:00'), worked) + 8 * 3_600_000);
      const clock = then.getUTCHours() * 60 + then.getUTCMinutes();
      const [morning, afternoon] = [clock >= 510 && clock <= 720, clock >= 810 && clock <= 1050];
      expect(morning || afternoon, `${worked}: ${then.toISOString()}`).toBe(true);
      const hour = Math.floor(then.getTime() / 3_600_000);
      minutes.set(hour, (minutes.get(hour) ?? new Set()).add(then.getUTCMinutes()));
    }
    expect(minutes.size).toBeGreaterThan(12);
    expect(Math.max(...[...minutes.values()].map((m) => m.size))).toBe(1);
  });
  it('let people sleep', () => {
    const woken = hours.awake(at('2026-11-20T23:00:00'), 10);
    expect(woken).toBeGreaterThanOrEqual(at('2026-11-21T08:00:00'));
    expect(woken).toBeLessThan(at('2026-11-21T09:30:00'));
  });
});

describe('the clock of a play', () => {
  /** A city that is quiet only after so many questions; how often it was asked, where its clock went. */
  async function played(busyFor: number) {
    const moved: string[] = [];
    let asked = 0;
    const stage = new Stage({
      door: async (input) => {
        const quiet = 'after' in input && ++asked > busyFor;
        if (input.op === 'clock' && (quiet || !input.after)) moved.push(input.at);
        return { now: '', quiet: quiet || input.op === 'settle', nextDue: null };
      },
      startAt: END,
      endAt: END + DAY,
      onTime: () => 0,
    });
    let there = 0;
    stage.begin(async () => {
      await stage.wait(END + 60_000, 'o/1');
      there = stage.now;
    });
    await stage.run(END + 60_000);
    return { asked, moved, there: there - END, loud: stage.loud };
  }
  const at = [new Date(END + 60_000).toISOString()];

  it('waits for quiet, and asks again where there is none', async () => {
    expect(await played(0)).toEqual({ asked: 1, moved: at, there: 60_000, loud: 0 });
    expect(await played(4)).toEqual({ asked: 5, moved: at, there: 60_000, loud: 0 });
  });

  it('goes on without quiet after some questions, and counts it', async () => {
    expect(await played(99)).toEqual({ asked: 5, moved: at, there: 60_000, loud: 1 });
  });
});
