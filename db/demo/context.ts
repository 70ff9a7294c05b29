/** What everybody in the play shares: the stage, the people, the city's lists, and what was refused. */
import type { Reference } from '../../src/catalogue/schema.ts';
import type { DemoMessage } from '../../src/notification/index.ts';
import type { OrderDetail } from '../../src/workorder/schema.ts';
import type { CallbackItem } from '../../src/followup/schema.ts';
import type { DemoSource } from '../../src/door/index.ts';
import type { Answer, Knock, People, Person, PlayDoor } from './client.ts';
import { person } from './client.ts';
import type { Hours } from './hours.ts';
import type { City, Planned } from './plan.ts';
import { dice } from './random.ts';
import type { Dice } from './random.ts';
import type { Stage } from './stage.ts';

/** How a unit usually works. */
export interface Character {
  /** Factor on every time it takes. */
  slow: number;
  /** Share of its replies that say nothing. */
  poor: number;
  /** Share of its orders that it lets lie. */
  lets: number;
}

const CHARACTERS: readonly Character[] = [
  { slow: 0.6, poor: 0.02, lets: 0 },
  { slow: 0.8, poor: 0.05, lets: 0 },
  { slow: 1, poor: 0.06, lets: 0.02 },
  { slow: 1.4, poor: 0.15, lets: 0.06 },
  { slow: 2, poor: 0.3, lets: 0.14 },
];
/** Units whose desks a newcomer sits down at: neither the best nor the worst. */
export const SHOWN: ReadonlySet<string> = new Set(['WATER', 'ZHZF', 'TOWN_QINGYU_1_ROOM']);

export interface Problem {
  code?: string;
  version?: number;
  state?: string;
}

const REFUSED_SHOWN = 12;
const VERSIONS_MAX = 5;
const OVERTAKEN = new Set(['state_conflict', 'urge_daily_limit']);

/** What a play is made of. */
export interface Scene {
  city: City;
  base: string;
  door: PlayDoor;
  /** The houses whose part is played, by the name of their source. */
  houses: Record<DemoSource, Knock>;
  people: People;
  stage: Stage;
  hours: Hours;
  reference: Reference;
}

export class Play {
  readonly refused = new Map<string, number>();
  readonly orders = new Map<string, { id: string; orderNo: string }>();
  raised = 0;
  /** What came through doors of its own. */
  readonly came = { calls: 0, chats: 0, messages: 0 };
  /** The login of who sits at the telephone. */
  seated: string | null = null;
  /** Done when the last call is over for the platform, too. */
  hungUp: Promise<unknown> = Promise.resolve();
  #messages: DemoMessage[] = [];
  #last: string | undefined;
  #tasks: { at: number; list: Promise<Map<string, CallbackItem>> } | undefined;
  #door: Promise<unknown> = Promise.resolve();

  readonly city: City;
  readonly base: string;
  readonly door: PlayDoor;
  readonly houses: Scene['houses'];
  readonly people: People;
  readonly stage: Stage;
  readonly hours: Hours;
  readonly reference: Reference;

  constructor(s: Scene) {
    this.city = s.city;
    this.base = s.base;
    this.door = s.door;
    this.houses = s.houses;
    this.people = s.people;
    this.stage = s.stage;
    this.hours = s.hours;
    this.reference = s.reference;
  }

  dice(...purpose: (string | number)[]): Dice {
    return dice(this.city.seed, ...purpose);
  }

  citizen(): Person {
    return person(this.base, 'citizen');
  }

  /** A signed message of another house. */
  knock(source: DemoSource, path: string, id: string, body: object): Promise<Answer> {
    return this.houses[source](path, id, body);
  }

  unit(idOrCode: string) {
    return this.reference.units.find((u) => u.id === idOrCode || u.code === idOrCode);
  }

  character(code: string): Character {
    if (SHOWN.has(code)) return CHARACTERS[2]!;
    return this.dice('unit', code).pick(CHARACTERS);
  }

  /** The account of a unit: its receiver, `.handler` or `.leader`. */
  account(code: string, suffix: '' | '.handler' | '.leader'): string {
    const named =
      code === 'TOWN_QINGYU_1_ROOM' ? 'nantang' : code.toLowerCase().replaceAll('_', '.');
    return named + suffix;
  }

  /** Counts what was refused, but for what somebody was quicker with: it was withdrawn, or done. */
  note(what: string, answer: Answer): void {
    const { code } = (answer.body ?? {}) as Problem;
    if (OVERTAKEN.has(code ?? '')) return;
    const key = `${what}: ${answer.status} ${code ?? ''}`.trim();
    this.refused.set(key, (this.refused.get(key) ?? 0) + 1);
  }

  refusals(): string[] {
    return [...this.refused]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, REFUSED_SHOWN)
      .map(([what, n]) => `${n} × ${what}`);
  }

  /** One after the other, in the order asked: numbers of orders are given out like that. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#door.then(work);
    this.#door = turn.catch(() => {});
    return turn;
  }

  async detail(id: string): Promise<OrderDetail> {
    const who = await this.people.as('supervisor');
    const answer = await who.get<OrderDetail>(`/api/orders/${id}`);
    if (answer.status !== 200) throw new Error(`order cannot be read: ${answer.status}`);
    return answer.body;
  }

  /** Sends it; where somebody was quicker, again with the version that holds now. */
  async #tried<T>(what: string, send: (version?: number) => Promise<Answer<T>>): Promise<T | null> {
    let answer = await send();
    for (let nth = 0; nth < VERSIONS_MAX; nth++) {
      const { code, version } = answer.body as Problem;
      if (answer.status !== 409 || code !== 'version_conflict' || !version) break;
      answer = await send(version);
    }
    if (answer.status < 300) return answer.body;
    this.note(what, answer);
    return null;
  }

  /** An act on an order; null when it was refused. */
  async act(login: string, order: { id: string; version: number }, act: string, input: object) {
    const who = await this.people.as(login);
    return this.#tried<{ version: number; state: string; createdId?: string }>(act, (version) =>
      who.post(`/api/orders/${order.id}/acts`, { act, version: version ?? order.version, input }),
    );
  }

  async onAssignment(
    login: string,
    assignmentId: string,
    version: number,
    act: string,
    input: object,
  ) {
    const who = await this.people.as(login);
    return this.#tried<{ version: number; state: string }>(act, (newer) =>
      who.post(`/api/assignments/${assignmentId}/acts`, { act, version: newer ?? version, input }),
    );
  }

  /** A create by staff that carries a key. */
  async post<T>(
    login: string,
    path: string,
    body: object,
    what: string,
    key?: string,
  ): Promise<T | null> {
    const who = await this.people.as(login);
    return this.#tried<T>(what, (version) =>
      who.post(path, version ? { ...body, version } : body, key),
    );
  }

  /** Messages to a number, oldest first. */
  async messagesTo(phone: string): Promise<DemoMessage[]> {
    const who = await this.people.as('supervisor');
    const query = this.#last ? `?after=${this.#last}&limit=500` : '?limit=500';
    const { body } = await who.get<DemoMessage[]>(`/api/demo/messages${query}`);
    const fresh = (this.#last ? body : body.toReversed()).filter(
      (m) => !this.#messages.some((known) => known.id === m.id),
    );
    this.#messages.push(...fresh);
    this.#last = this.#messages.at(-1)?.id;
    return this.#messages.filter((m) => m.to === phone);
  }

  /** The open tasks of following up, by order; read once for each instant. */
  task(orderId: string): Promise<CallbackItem | undefined> {
    if (this.#tasks?.at !== this.stage.now) {
      this.#tasks = { at: this.stage.now, list: this.#readTasks() };
    }
    return this.#tasks.list.then((list) => list.get(orderId));
  }

  async #readTasks(): Promise<Map<string, CallbackItem>> {
    const who = await this.people.as('followup');
    const found = new Map<string, CallbackItem>();
    for (const queue of ['call', 'link']) {
      for (let cursor: string | null = ''; cursor !== null;) {
        const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
        const { body } = await who.get<{ items: CallbackItem[]; nextCursor: string | null }>(
          `/api/callbacks?queue=${queue}&limit=100${more}`,
        );
        for (const item of body.items) found.set(item.order.id, item);
        cursor = body.nextCursor;
      }
    }
    return found;
  }
}

/** One order on its way through the play. */
export interface Living {
  p: Planned;
  id: string;
  orderNo: string;
  queryCode: string;
  version: number;
  d: Dice;
}
