import { random } from '../../flow/history.ts';
import { walk } from '../../flow/walk.ts';
import { openHouse } from '../../processes.ts';
import type { House } from '../../processes.ts';
import { attempt, cookieOf, demand, marked, newPhone } from '../clients.ts';
import { judge } from '../history.ts';
import type { Strike, Wish } from '../history.ts';
import { storedIn } from '../rows.ts';
import type { Scene, Setting } from '../scene.ts';

const RACES = { plant: 60, ci: 300, full: 1_000 };
/** Orders that are raced for at once. */
const ORDERS = 6;

interface Arena {
  orderId: string;
  assignmentId: string;
  version: number;
}

/** An order that a unit works on: its handler and the operators may both write on it. */
async function arena(h: House, wishes: Wish[], tag: string): Promise<Arena> {
  const w = walk(h.as);
  const tries = [
    await attempt(await cookieOf(h.url, 'operator'), tag, {
      url: new URL('/api/orders', h.url).href,
      body: demand(tag, newPhone()),
    }),
  ];
  wishes.push({ key: tag, what: 'register', tries });
  const orderId = tries[0]!.orderId!;
  await w.accept(orderId);
  await w.dispatch(orderId, []);
  await w.sign(orderId);
  const { version } = await w.see(orderId);
  return { orderId, assignmentId: (await w.assignmentOf(orderId, 'WATER')).id, version };
}

/** The arena for a test that plants a bug: its database may lack the last guard. */
export async function playRaces(
  { seed, size, env }: Setting,
  prepare: (h: House) => Promise<unknown> = async () => {},
) {
  const races = RACES[size];
  const next = random(seed);
  const h = await openHouse('postgres', env, { workers: 'later' });
  try {
    await prepare(h);
    const other = await h.startApi();
    const wishes: Wish[] = [];
    const strikes: Strike[] = [];
    const arenas: Arena[] = [];
    for (let i = 0; i < ORDERS; i++) arenas.push(await arena(h, wishes, `f8-order-${seed}-${i}`));
    const [handler, operator] = [
      await cookieOf(h.url, 'water.handler'),
      await cookieOf(h.url, 'operator'),
    ];
    const race = async (a: Arena, n: number) => {
      const key = (who: string) => `f8-race-${seed}-${arenas.indexOf(a)}-${n}-${who}`;
      const enter = async (
        who: string,
        cookie: string,
        path: string,
        act: string,
        input: object,
      ) => {
        const wish: Wish = {
          key: key(who),
          what: 'act',
          orderId: a.orderId,
          base: a.version,
          tries: [],
        };
        wishes.push(wish);
        const base = next() < 0.5 ? h.url : other.url;
        const body = { act, version: a.version, input };
        wish.tries.push(await attempt(cookie, wish.key, { url: new URL(path, base).href, body }));
        return wish;
      };
      const entries = [
        () =>
          enter('a', handler, `/api/assignments/${a.assignmentId}/acts`, 'progress', {
            text: marked('正在开挖。', key('a')),
            visibility: 'staff',
          }),
        () =>
          enter('b', operator, `/api/orders/${a.orderId}/acts`, 'note', {
            text: marked('来电催过。', key('b')),
          }),
      ];
      const both = await Promise.all(
        (next() < 0.5 ? entries : entries.toReversed()).map((e) => e()),
      );
      const [one, two] = both.map((w) => w.tries[0]!) as [Wish['tries'][0], Wish['tries'][0]];
      const at = Math.max(one.sentAt, two.sentAt);
      const ends = [one.endedAt!, two.endedAt!];
      const inFlight = at < Math.min(...ends) ? 2 : 0;
      strikes.push({ at, inFlight, recoveredAt: Math.max(...ends) });
      a.version += 1;
    };
    await Promise.all(
      arenas.map(async (a) => {
        for (let n = 0; n < races / ORDERS; n++) await race(a, n);
      }),
    );
    const stored = await storedIn(h.owner, { undone: true });
    await other.proc.stop();
    return judge({ wishes, strikes, stored, limits: {} });
  } finally {
    await h.close();
  }
}

/** Two people act on what they both saw, through two api processes. */
export const f8: Scene = {
  title: 'two people act on one order',
  play: (s) => playRaces(s),
};
