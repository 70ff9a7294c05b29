/** The full house: two api and two worker processes on one database, a balancer, people at work, screens. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, newKey, openHouse, openScreen, signIn } from '../processes.ts';
import type { Answer, Backend, Browser, House, Proc, Screen } from '../processes.ts';
import { must, registration } from '../flow/walk.ts';
import { until } from '../until.ts';
import { startBalancer } from './balancer.ts';
import type { Balancer } from './balancer.ts';

/** One process of the house, which can be ended and started again in its place. */
export interface Place {
  name: string;
  /** Where its figures are. */
  status: string;
  proc(): Proc;
  /** Ends it in order and starts another. @throws with what it printed when it did not end in order. */
  restart(): Promise<void>;
}

export interface FullHouse {
  house: House;
  front: Balancer;
  places: Place[];
  /** A person at a screen behind the balancer. */
  sit(login: string): Promise<{ browser: Browser; screen: Screen; awayMs: () => number }>;
  close(): Promise<void>;
}

export async function openFullHouse(
  backend: Backend,
  env: NodeJS.ProcessEnv = {},
): Promise<FullHouse> {
  const settings = { DRAIN_SECONDS: '1', ...env };
  const ports = await Promise.all(Array.from({ length: 4 }, freePort));
  const at = (i: number) => ({ ...settings, METRICS_PORT: String(ports[i]) });
  const house = await openHouse(backend, at(0), { workers: 'later' });
  const firstPort = Number(new URL(house.url).port);
  const [other, ...workers] = await Promise.all([
    house.startApi(undefined, at(1)),
    house.startWorkers(at(2)),
    house.startWorkers(at(3)),
  ]);
  let second = other;
  const front = await startBalancer([house.url, second.url]);
  await until('both ready', () => front.ready().length === 2);
  const status = (i: number) => `http://127.0.0.1:${ports[i]}`;
  const back = (url: string) => until(`${url} ready`, () => front.ready().includes(url));
  const worker = (i: 0 | 1): Place => ({
    name: `workers ${i + 1}`,
    status: status(2 + i),
    proc: () => workers[i]!,
    async restart() {
      const old = workers[i]!;
      await inOrder(old);
      house.workers.splice(house.workers.indexOf(old), 1);
      workers[i] = await house.startWorkers(at(2 + i));
    },
  });
  const places: Place[] = [
    {
      name: 'api 1',
      status: status(0),
      proc: () => house.api,
      async restart() {
        await inOrder(house.api);
        house.api = (await house.startApi(firstPort, at(0))).proc;
        await back(house.url);
      },
    },
    {
      name: 'api 2',
      status: status(1),
      proc: () => second.proc,
      async restart() {
        await inOrder(second.proc);
        second = await house.startApi(Number(new URL(second.url).port), at(1));
        await back(second.url);
      },
    },
    worker(0),
    worker(1),
  ];
  const screens: Screen[] = [];
  return {
    house,
    front,
    places,
    async sit(login) {
      const browser = await signIn(front.url, login);
      const screen = await openScreen(front.url, browser);
      screens.push(screen);
      return { browser, screen, awayMs: longestAway(screen) };
    },
    async close() {
      for (const { socket } of screens) socket.disconnect();
      await second.proc.stop();
      await house.close();
      await front.close();
    },
  };
}

/** How much of what a process printed is told, from the end. */
const PRINTED_MAX = 3_000;

async function inOrder(proc: Proc): Promise<void> {
  const code = await proc.stop();
  if (code !== 0) throw new Error(`ended with ${code}: ${proc.output().slice(-PRINTED_MAX)}`);
}

/** The longest time that a screen was without a connection, what lasts still included. */
function longestAway({ socket }: Screen): () => number {
  let since: number | undefined;
  let longest = 0;
  const passed = () => (since === undefined ? 0 : performance.now() - since);
  socket.on('disconnect', () => (since = performance.now()));
  socket.on('connect', () => {
    longest = Math.max(longest, passed());
    since = undefined;
  });
  return () => Math.max(longest, passed());
}

/** One after the other: many sign-ins of one login at once would be throttled. */
export async function inTurn<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let i = 0; i < count; i++) made.push(await make());
  return made;
}

/** Those who carry on what operators register; each at a browser of their own. */
export interface Crew {
  dispatcher: Browser;
  /** Of the unit: who signs, and who handles. */
  clerk: Browser;
  handler: Browser;
  leadId: string;
}

/** Signs them in one after the other. */
export async function openCrew(url: string): Promise<Crew> {
  const dispatcher = await signIn(url, 'dispatcher');
  const clerk = await signIn(url, 'water');
  const handler = await signIn(url, 'water.handler');
  const { units } = must(await dispatcher.get('/api/reference'));
  const { id: leadId } = (units as { id: string; code: string }[]).find((u) => u.code === 'WATER')!;
  return { dispatcher, clerk, handler, leadId };
}

/** What people were told while they worked. */
export interface Work {
  answered: number;
  /** Orders whose registration was acknowledged. */
  orders: string[];
  /** Those of them of which the unit was told that it had signed. */
  signed: string[];
  /** Everything that was not done: refusals, 5xx and broken connections, in words. */
  failed: string[];
}

/** How much of what was acknowledged is not stored. */
export async function lost({ house }: FullHouse, said: Work): Promise<number> {
  const { rows } = await house.owner.query(
    `select (select count(*) from work_order where id = any ($1))::int as orders,
      (select count(*) from assignment where order_id = any ($2) and state = 'signed')::int as signed`,
    [said.orders, said.signed],
  );
  return said.orders.length - rows[0].orders + said.signed.length - rows[0].signed;
}

/** Asks for one thing. @returns the answer; null where it was not done. */
type Ask = (what: string, send: () => Promise<Answer>) => Promise<any>;

/** One order from the operator's desk to the unit that handles it; ends at the first act that fails. */
async function carry(
  ask: Ask,
  said: Work,
  operator: Browser,
  crew: Crew,
  made: { orderId: string; version: number },
): Promise<void> {
  let { version } = made;
  const act = async (who: Browser, on: string, name: string, input: object): Promise<boolean> => {
    const body = { act: name, version, input };
    const done = await ask(name, () => who.post(`/api/${on}/acts`, body));
    if (done) ({ version } = done);
    return done !== null;
  };
  const order = `orders/${made.orderId}`;
  const accepted = { type: 'help', categoryCode: '0301', urgency: 'U2' };
  if (!(await act(operator, order, 'accept', accepted))) return;
  const dispatched = { leadId: crew.leadId, coIds: [], note: '' };
  if (!(await act(crew.dispatcher, order, 'dispatch', dispatched))) return;
  const seen = await ask('order of the unit', () => crew.clerk.get(`/api/${order}`));
  if (!seen) return;
  const assignment = `assignments/${seen.assignments[0].id}`;
  if (!(await act(crew.clerk, assignment, 'sign', {}))) return;
  said.signed.push(made.orderId);
  const contacted = { method: 'phone', reached: true, content: '已致电说明。' };
  await act(crew.handler, assignment, 'first_contact', contacted);
}

/**
 * People register, look and read, until told to stop: each waits so long between two rounds. Where
 * there is a crew, it takes each order on to the unit. Nothing is tried again.
 */
export function work(people: readonly Browser[], everyMs: number, crew?: Crew) {
  const said: Work = { answered: 0, orders: [], signed: [], failed: [] };
  let stopping = false;
  const ask: Ask = async (what, send) => {
    try {
      const { status, body } = await send();
      if (status < 300) return ((said.answered += 1), body);
      said.failed.push(`${what}: ${status} ${JSON.stringify(body).slice(0, 200)}`);
    } catch (error) {
      said.failed.push(`${what}: ${String((error as Error).cause ?? error)}`);
    }
    return null;
  };
  const one = async (b: Browser) => {
    while (!stopping) {
      const made = await ask('register', () => b.post(...registration({}, newKey())));
      if (made) {
        said.orders.push(made.orderId);
        await ask('order', () => b.get(`/api/orders/${made.orderId}`));
        if (crew) await carry(ask, said, b, crew, made);
      }
      await ask('list', () => b.get('/api/orders?queue=all'));
      await sleep(everyMs);
    }
  };
  const running = Promise.all(people.map(one));
  return {
    said,
    async stop(): Promise<Work> {
      stopping = true;
      await running;
      return said;
    },
  };
}
