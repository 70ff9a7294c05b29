/**
 * The time of the play. Everybody waits for an instant of the city; when all do, the clock jumps to
 * the next instant or to what falls due before, and what happened there has its consequences first.
 */
import type { PlayAnswer, Settled } from '../../src/demo/schema.ts';
import type { PlayDoor } from './client.ts';

const MINUTE = 60_000;
/** What falls due within so many minutes falls due together. */
const TOGETHER_MS = 15 * MINUTE;

/** Where there is no quiet it is asked for so often before the play goes on without. */
const ASKS_MAX = 5;

/** The banner hears of every so many jumps. */
const TOLD_EVERY = 6;

/** Who says when a day begins comes before everybody; who looks at the whole city comes after. */
const FIRST = 'aa';
const LAST = 'zz';

interface Waiting {
  at: number;
  key: string;
  settled: boolean;
  go: () => void;
}

export interface StageOptions {
  door: PlayDoor;
  startAt: number;
  endAt: number;
  /** Told at every jump: the city's time and how many orders there are. */
  onTime: (at: number) => number;
}

export class Stage {
  readonly #o: StageOptions;
  #waiting: Waiting[] = [];
  #active = 0;
  #idle: (() => void) | undefined;
  #failed: unknown;
  now: number;
  /** How often the clock jumped, and how often the play went on without quiet. */
  jumps = 0;
  loud = 0;
  settleMs = 0;

  constructor(options: StageOptions) {
    this.#o = options;
    this.now = options.startAt;
  }

  /** Somebody begins; who fails ends the play. */
  begin(work: () => Promise<void>): void {
    this.#active += 1;
    work()
      .catch((error: unknown) => void (this.#failed ??= error))
      .finally(() => this.#leave());
  }

  /**
   * Waits for an instant. @param settled whether everything before must have had its consequences;
   *   who only arrives need not care.
   */
  wait(at: number, key: string, settled = true): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({
        at: Math.max(at, this.now),
        key,
        settled,
        go: () => {
          this.#active += 1;
          resolve();
        },
      });
      this.#leave();
    });
  }

  #leave(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#idle?.();
  }

  async #allWait(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((done) => (this.#idle = done));
    this.#idle = undefined;
    if (this.#failed) throw this.#failed;
  }

  async #clock(to: number, after?: Settled): Promise<PlayAnswer> {
    const tells = (this.jumps + 1) % TOLD_EVERY === 0;
    const progress = tells ? { done: this.#o.onTime(to) } : {};
    const at = new Date(to).toISOString();
    return this.#o.door({ op: 'clock', at, ...(after && { after }), ...progress });
  }

  /** @returns false where something fell due before: the clock shows that instant, or one soon after. */
  async #jump(to: number, after: Settled): Promise<boolean> {
    const { quiet, nextDue } = await this.#settled(() => this.#clock(to, after));
    const due = nextDue === null ? Infinity : Date.parse(nextDue);
    const early = due < to;
    this.now = early ? Math.min(to, Math.ceil((due + TOGETHER_MS) / MINUTE) * MINUTE) : to;
    // Without quiet the clock was not moved either.
    if (early || !quiet) await this.#clock(this.now);
    this.jumps += 1;
    return !early;
  }

  async #settled(wait: () => Promise<PlayAnswer>): Promise<PlayAnswer> {
    const began = performance.now();
    let answer = await wait();
    for (let asked = 1; !answer.quiet && asked < ASKS_MAX; asked++) answer = await wait();
    this.settleMs += performance.now() - began;
    if (!answer.quiet) this.loud += 1;
    return answer;
  }

  /** Waits until nothing is on its way; with `acts` messages may be, as nothing else follows from them. */
  async settle(until: Settled = 'all'): Promise<void> {
    await this.#settled(() => this.#o.door({ op: 'settle', until }));
  }

  /** Runs until nobody waits for an instant before the end. */
  async run(until = this.#o.endAt): Promise<void> {
    for (;;) {
      await this.#allWait();
      const at = Math.min(...this.#waiting.map((w) => w.at), Infinity);
      const next = Math.min(at, until);
      const group = this.#waiting.filter((w) => w.at === next);
      // What the system does with an order it does at the instant of its cause, not after a jump.
      const how = group.some((w) => w.settled) ? 'all' : 'acts';
      if (next === this.now) await this.settle(how);
      else if (!(await this.#jump(next, how))) continue;
      if (at > until) return this.settle();
      const wave = together(group);
      this.#waiting = this.#waiting.filter((w) => !wave.includes(w));
      // For those who follow at this instant all that was before is settled.
      for (const w of group) w.settled = false;
      for (const w of wave) w.go();
    }
  }
}

/** What somebody waits for: of an order, its own key before the stroke. */
const subjectOf = (key: string): string => key.split('/')[0]!;

/**
 * Of those who wait for one instant, who may act at once: of each order one, as of two that act on the
 * same order the first would be now this, now that one. The others follow when these are done.
 */
function together(group: readonly Waiting[]): Waiting[] {
  const inOrder = group.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const first = subjectOf(inOrder[0]!.key);
  const wave = new Map<string, Waiting>();
  for (const w of inOrder) {
    const subject = subjectOf(w.key);
    const alone = first === FIRST || subject === LAST;
    if (!wave.has(subject) && (!alone || subject === first)) wave.set(subject, w);
  }
  return [...wave.values()];
}
