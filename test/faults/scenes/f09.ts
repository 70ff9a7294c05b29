import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../flow/history.ts';
import { must } from '../../flow/walk.ts';
import { openHouse, until } from '../../processes.ts';
import type { Behaviour, House } from '../../processes.ts';
import { cookieOf, crowd } from '../clients.ts';
import { judge } from '../history.ts';
import { outsideOf, storedIn } from '../rows.ts';
import type { Scene } from '../scene.ts';

const DEMANDS = { plant: 20, ci: 80, full: 400 };
const CLIENTS = 4;
const EVERY_MS = 25;
/** Tries whose pauses make up a day: 2, 4 … 512 s, then a quarter of an hour each. */
const DAY_TRIES = 105;
/** Tries after which a message is left to people. */
const DEAD_TRIES = 150;
/** While messages fail, a demand is taken in that quick, in milliseconds. */
const SUBMIT_MS = 3_000;

const pending = async (h: House): Promise<number> =>
  (await h.owner.query(`select count(*)::int as n from delivery where state = 'pending'`)).rows[0]
    .n;

/** Lets the pauses between tries pass, over and over, until each message was tried so often. */
async function passTries(h: House, tries: number): Promise<void> {
  for (;;) {
    const { rows } = await h.owner.query(
      // What a worker holds just now is passed over: it would wait for us, and we for it.
      `with picked as (select id from delivery
          where state = 'pending' and attempts < $1 and last_error is not null
            and next_attempt_at > clock_timestamp() order by id for update skip locked),
        due as (update delivery set next_attempt_at = clock_timestamp()
          where id in (select id from picked) returning 1)
        select (select count(*) from delivery where state = 'pending' and attempts < $1)::int as n`,
      [tries],
    );
    if (rows[0].n === 0) return;
    await sleep(40);
  }
}

/** Every message that follows from what was registered stands: before that none would be waited for. */
const planned = (h: House): Promise<unknown> =>
  until('all messages planned', async () => {
    const left = `select not exists (select 1 from outbox where consumer <> 'realtime') as none`;
    return (await h.owner.query(left)).rows[0].none as boolean;
  });

/** The gateway fails in every way, then for a day, then for good. */
export const f9: Scene = {
  title: 'the gateway fails, hangs, repeats, is away for a day',
  async play({ seed, size, env }) {
    const next = random(seed);
    const h = await openHouse('postgres', { OUTBOX_SWEEP_SECONDS: '0', ...env });
    const wrong: string[] = [];
    try {
      let failed = 0;
      const moods: (() => Behaviour)[] = [
        () => 'refuse',
        () => 'hang',
        // Taken, and told so when nobody listens any more: the same id comes again.
        () => ({ takeAndAnswerAfter: sleep(9_000) }),
        () => ({ takeAndAnswerAfter: sleep(300 + next() * 2_000) }),
      ];
      const strikes: { at: number; inFlight: number; recoveredAt?: number }[] = [];
      const tried = new Map<string, number>();
      h.gateway.behave((sms) => {
        // By what it says: a planted bug gives each try an id of its own.
        const message = `${sms.to} ${sms.text}`;
        const nth = (tried.get(message) ?? 0) + 1;
        tried.set(message, nth);
        if (nth > 2 || next() < 0.5) return 'take';
        failed += 1;
        const mood = moods[Math.floor(next() * moods.length)]!();
        // A message of its own is on its way whenever a try fails.
        const strike: (typeof strikes)[number] = { at: performance.now(), inFlight: 1 };
        strikes.push(strike);
        waiting.push([sms.id, strike]);
        return mood;
      });
      const waiting: [id: string, strike: (typeof strikes)[number]][] = [];
      const cookie = await cookieOf(h.url, 'operator');
      const crowdOf = (tag: string, count: number) =>
        crowd({ url: h.url, cookie, clients: CLIENTS, count, next, everyMs: EVERY_MS, tag });
      const first = crowdOf(`f9-${seed}`, DEMANDS[size]);
      await first.done;
      await planned(h);
      await until('all that failed arrived', async () => (await pending(h)) === 0, 90_000);
      // Over, for this message, with the next time it is tried; one that was slow was taken all the same.
      for (const [id, strike] of waiting)
        strike.recoveredAt =
          h.gateway.tries.find((t) => t.id === id && t.at > strike.at)?.at ?? strike.at;

      // A day without it, then another for those who were unlucky.
      h.gateway.behave(() => 'refuse');
      const day = crowdOf(`f9-${seed}-day`, 10);
      await day.done;
      await planned(h);
      await passTries(h, DAY_TRIES);
      if ((await pending(h)) !== 10) wrong.push('a day was too long for a message');
      await passTries(h, DEAD_TRIES);
      const admin = await h.as('admin');
      const list = async () =>
        must(await admin.get('/api/deliveries?state=dead')).items as { id: string }[];
      await until('dead letters', async () => (await list()).length === 10);
      h.gateway.behave(() => 'take');
      const again = performance.now();
      for (const { id } of await list()) {
        const { status } = await admin.post(`/api/deliveries/${id}/redrive`);
        if (status !== 204) wrong.push(`redrive answered ${status}`);
      }
      await h.quiet(60_000).catch(() => {});
      const redriven = h.gateway.tries.find((t) => t.at > again);
      strikes.push({ at: again, inFlight: 10, ...(redriven && { recoveredAt: redriven.at }) });

      const wishes = [...first.wishes, ...day.wishes];
      const slow = wishes.flatMap((w) => w.tries).map((t) => t.endedAt! - t.sentAt);
      if (Math.max(...slow) > SUBMIT_MS) wrong.push(`a demand took ${Math.max(...slow)} ms`);
      const [stored, outside] = [await storedIn(h.owner), outsideOf(h.gateway)];
      const verdict = judge({ wishes, strikes, stored, outside, limits: { recovery: 60_000 } });
      return {
        ...verdict,
        note: `${failed} tries failed, 10 messages tried ${DEAD_TRIES} times and re-driven`,
        violations: [...verdict.violations, ...wrong],
      };
    } finally {
      await h.close();
    }
  },
};
