import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../flow/history.ts';
import { openHouse } from '../../processes.ts';
import { attempt, cookieOf, demand, insist, marked, newPhone, strikeOf } from '../clients.ts';
import { judge } from '../history.ts';
import type { Try, Wish } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import type { Scene } from '../scene.ts';

/** Demands a second in the busy hours of a large city (170,000 in a whole such day), and in the storm. */
const NORMAL = 2;
const STORM = 20 * NORMAL;
const CALM_MS = 4_000;
const STORM_MS = { plant: 9_000, ci: 12_000, full: 120_000 };
/** Of all demands, those that an operator types. */
const TYPED = 0.3;
/** Forms a second that the one source sends, beside the storm. */
const ABUSE = 20;
/** So many of them press again at once: more than are kept back. */
const PRESSERS = 600;
/** People who look at lists and reports all the time. */
const READERS = { lists: 6, reports: 3 };
/** On a fast machine more come, so many times as many at most, until something must be put off. */
const CROWDS = 8;
const CROWD_MS = 1_000;
/** How long they look at what they got, in milliseconds. */
const READ_MS = 200;
const SUBMIT_P99_MS = 2_000;
/** Lists and reports are few: their shares are compared so roughly. */
const MARGIN = 0.1;
/** Put off early enough that a small storm shows the order of it. */
const SHED = { SHED_LAG_MS: '60', SHED_WAITING: '6', SHED_WAIT_MS: '60' };

const ABUSER = '203.0.113.9';
const CALM = '小区门口的路灯不亮，请安排维修。';
const DANGER = '我家着火了，有人被困在屋里，快来救人！';

interface Form {
  key: string;
  /** When the form was opened, as the page signed it. */
  since?: string;
  phone: string;
  from: string;
  words: string;
}

/** The citizen's page, sent as the last of its screens does. */
async function form(url: string, { key, since = '', phone, from, words }: Form): Promise<Try> {
  const told: Try = { sentAt: performance.now() };
  const typed = { key, since, content: marked(words, key), who: 'named', phone, callback: 'on' };
  try {
    const answer = await fetch(new URL('/submit/next', url), {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-forwarded-for': from },
      body: new URLSearchParams({ screen: '3', go: 'send', ...typed }),
      signal: AbortSignal.timeout(20_000),
    });
    await answer.arrayBuffer();
    told.status = answer.status === 303 ? 201 : answer.status;
    told.retryAfter = answer.headers.has('retry-after');
  } catch {
    // Nothing was heard of it.
  }
  told.endedAt = performance.now();
  return told;
}

/** The first screen, as a browser gets it. */
async function openForm(url: string): Promise<{ key: string; since: string }> {
  const page = await (await fetch(new URL('/submit', url))).text();
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!;
  return { key: field('key'), since: field('since') };
}

interface Counts {
  asked: number;
  putOff: number;
  failed: number;
}

/** Somebody who reads one page after the other. */
function reader(url: string, cookie: string, paths: readonly string[]) {
  let stopped = false;
  const counts: Counts = { asked: 0, putOff: 0, failed: 0 };
  const done = (async () => {
    for (let i = 0; !stopped; i++) {
      const page = new URL(paths[i % paths.length]!, url);
      const answer = await fetch(page, { headers: { cookie } }).catch(() => null);
      await answer?.arrayBuffer();
      counts.asked += 1;
      if (answer?.status === 503 && answer.headers.has('retry-after')) counts.putOff += 1;
      else if (answer?.status !== 200) counts.failed += 1;
      await sleep(READ_MS);
    }
  })();
  return { counts, stop: async () => ((stopped = true), await done) };
}

type Reader = ReturnType<typeof reader>;

const sum = (list: { counts: Counts }[]): Counts =>
  list.reduce(
    (t, { counts: c }) => ({
      asked: t.asked + c.asked,
      putOff: t.putOff + c.putOff,
      failed: t.failed + c.failed,
    }),
    { asked: 0, putOff: 0, failed: 0 },
  );

/** People who look at pages while it storms: more and more of them, until the platform puts some off. */
function audience(url: string, cookie: string) {
  const some = (count: number, paths: readonly string[]) =>
    Array.from({ length: count }, () => reader(url, cookie, paths));
  const lists: Reader[] = [];
  const reports: Reader[] = [];
  let crowds = 0;
  const come = () => {
    crowds += 1;
    lists.push(...some(READERS.lists, ['/api/orders?limit=50', '/api/board']));
    reports.push(...some(READERS.reports, ['/api/rates?months=3', '/api/operations']));
    if (crowds === CROWDS) clearInterval(coming);
  };
  const coming = setInterval(() => {
    if (sum(reports).putOff === 0) come();
  }, CROWD_MS);
  come();
  return {
    async stop() {
      clearInterval(coming);
      await Promise.all([...lists, ...reports].map((r) => r.stop()));
      return { crowds, lists: sum(lists), reports: sum(reports) };
    },
  };
}

/** Everything that falls, drop by drop. */
function clouds(url: string, cookie: string, next: () => number) {
  const wishes: Wish[] = [];
  const abused: Wish[] = [];
  const running: Promise<unknown>[] = [];
  let storms = true;
  let pressing = 0;
  const wish = (list: Wish[]): Wish & { phone: string } => {
    const made = { key: randomUUID(), what: 'register' as const, phone: newPhone(), tries: [] };
    list.push(made);
    return made;
  };
  const type = (w: Wish & { phone: string }, headers = {}) => {
    const body = demand(w.key, w.phone, CALM);
    return attempt(cookie, w.key, { url: new URL('/api/orders', url).href, body, headers });
  };
  const address = () => `10.${[0, 0, 0].map(() => Math.floor(next() * 254) + 1).join('.')}`;
  const submit = () => {
    const w = wish(wishes);
    const page = { key: w.key, phone: w.phone, from: address(), words: CALM };
    const typed = next() < TYPED;
    running.push(insist(w, next, () => (typed ? type(w) : form(url, page))));
  };
  const abuse = () => {
    const w = wish(abused);
    const page = { key: w.key, phone: w.phone, from: ABUSER, words: CALM };
    const press = () => form(url, page);
    // Refused, it presses again at once, and again, as long as it storms.
    const presses = async () => {
      for (let t = await press(); ; t = await press()) {
        w.tries.push(t);
        if (t.status === 503) return insist(w, next, press);
        if (t.status !== 429 || !storms || pressing > PRESSERS) return;
      }
    };
    pressing += 1;
    running.push(presses().finally(() => (pressing -= 1)));
  };
  return {
    wishes,
    abused,
    submit,
    abuse,
    /**
     * From behind the flooding address: an emergency, an operator at work, and somebody who opened the form
     * before the storm. @returns their answers.
     */
    async neighbours(opened: { key: string; since: string }) {
      const [urgent, typed] = [wish(wishes), wish(wishes)];
      const calm = { ...wish(wishes), key: opened.key };
      wishes[wishes.length - 1] = calm;
      const asked = { ...opened, phone: calm.phone, from: ABUSER, words: CALM };
      calm.tries.push(await form(url, asked));
      const { key, phone } = urgent;
      urgent.tries.push(await form(url, { key, phone, from: ABUSER, words: DANGER }));
      typed.tries.push(await type(typed, { 'x-forwarded-for': ABUSER }));
      return [urgent, typed, calm].map((w) => w.tries[0]!.status);
    },
    /** Comes as it does in life: independent of each other, and of how long an answer takes. */
    async rain(perSecond: number, ms: number, drop: () => void) {
      const end = performance.now() + ms;
      while (performance.now() < end) {
        drop();
        await sleep((-Math.log(1 - next()) * 1_000) / perSecond);
      }
    },
    over: () => {
      storms = false;
      return Promise.all(running);
    },
  };
}

/** How long the slowest in a hundred waited from the first try to the order. */
function p99(wishes: readonly Wish[]): number {
  const took = wishes
    .filter((w) => w.tries.some((t) => t.status === 201))
    .map((w) => w.tries.at(-1)!.endedAt! - w.tries[0]!.sentAt)
    .toSorted((a, b) => a - b);
  return took[Math.floor(took.length * 0.99)] ?? 0;
}

/** When the first demand was sent from an instant on. */
const nextSentAt = (wishes: readonly Wish[], at: number): number =>
  Math.min(...wishes.flatMap((w) => w.tries.map((t) => t.sentAt)).filter((sent) => sent >= at));

/** Twenty times as many as on a busy day, and one source that floods. */
export const f12: Scene = {
  title: 'a storm of demands, and one source that floods',
  async play({ seed, backend, size, env }) {
    const next = random(seed);
    const h = await openHouse(backend, { ...SHED, TRUST_PROXY: '1', ...env });
    const wrong: string[] = [];
    let people: ReturnType<typeof audience> | undefined;
    try {
      const sky = clouds(h.url, await cookieOf(h.url, 'operator'), next);
      const opened = await openForm(h.url);
      await sky.rain(NORMAL, CALM_MS, sky.submit);
      people = audience(h.url, await cookieOf(h.url, 'supervisor'));
      const began = performance.now();
      const ms = STORM_MS[size];
      await Promise.all([sky.rain(STORM, ms, sky.submit), sky.rain(ABUSE, ms, sky.abuse)]);
      for (const status of await sky.neighbours(opened))
        if (status !== 201) wrong.push(`behind the flooding address: ${status}`);
      await sky.over();
      const { crowds, lists, reports } = await people.stop();
      const { wishes, abused } = sky;
      const refused = abused.filter((w) => w.tries[0]?.status === 429).length;
      if (refused === 0) wrong.push('the one source was never limited');
      const presses = abused.flatMap((w) => w.tries).filter((t) => t.status === 429).length;
      const failed = lists.failed + reports.failed;
      if (failed > 0) wrong.push(`${failed} pages failed`);
      const share = (c: Counts) => c.putOff / c.asked;
      if (reports.putOff === 0) wrong.push('nothing was put off: this was no storm');
      if (share(lists) > share(reports) + MARGIN) wrong.push('lists were put off before reports');
      const slowest = Math.round(p99(wishes));
      if (slowest > SUBMIT_P99_MS) wrong.push(`a submission takes ${slowest} ms (p99)`);
      const putOff = wishes.flatMap((w) => w.tries).filter((t) => t.status === 503).length;
      if (putOff > 0) wrong.push(`${putOff} submissions were put off`);
      await h.quiet(180_000).catch(() => {});
      const all = [...wishes, ...abused];
      const stored = await storedIn(h.owner);
      const outside = { ...outsideOf(h.gateway), others: true };
      // It goes on and on: looked at a second after it began, and in the midst of it.
      const strikes = [began + 1_000, began + ms / 2].map((at) =>
        strikeOf(wishes, nextSentAt(wishes, at) + 1),
      );
      const verdict = judge({ wishes: all, strikes, stored, outside, limits: {} });
      return {
        ...verdict,
        note: [
          `${wishes.length} submissions at ${STORM}/s with p99 ${slowest} ms`,
          `${refused} of ${abused.length} of one source refused, ${presses} times`,
          `${crowds * (READERS.lists + READERS.reports)} readers`,
          `put off ${reports.putOff} of ${reports.asked} reports and ${lists.putOff} of ${lists.asked} lists`,
        ].join(', '),
        violations: [...verdict.violations, ...wrong],
      };
    } finally {
      await people?.stop();
      await h.close();
    }
  },
};
