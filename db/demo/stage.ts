/**
 * The time of the play. Everybody waits for an instant of the city; when all do, the clock jumps to
 * the next instant or to what falls due before, and what happened there has its consequences first.
 */
import type { PlayDoor } from './client.ts';

const MINUTE = 60_000;
/** What falls due within so many minutes falls due together. */
const TOGETHER_MS = 15 * MINUTE;

/** The banner hears of every so many jumps. */
const TOLD_EVERY = 6;

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
  #ahead: number | null = null;
  #dirty = true;
  now: number;
  /** How often the clock jumped, and how often there was no quiet. */
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

  async #jump(to: number): Promise<void> {
    this.now = to;
    this.jumps += 1;
    this.#dirty = true;
    const tells = this.jumps % TOLD_EVERY === 0;
    const progress = tells ? { done: this.#o.onTime(to) } : {};
    await this.#o.door({ op: 'clock', at: new Date(to).toISOString(), ...progress });
  }

  /** Waits until nothing is on its way. */
  async settle(): Promise<void> {
    const began = performance.now();
    const { quiet, nextDue } = await this.#o.door({ op: 'settle' });
    this.settleMs += performance.now() - began;
    if (!quiet) this.loud += 1;
    this.#dirty = false;
    this.#ahead = nextDue === null ? null : Date.parse(nextDue);
  }

  /** Runs until nobody waits for an instant before the end. */
  async run(until = this.#o.endAt): Promise<void> {
    for (;;) {
      await this.#allWait();
      const at = Math.min(...this.#waiting.map((w) => w.at), Infinity);
      const next = Math.min(at, until);
      const group = this.#waiting.filter((w) => w.at === next && next === at);
      if (
        this.#dirty &&
        (group.some((w) => w.settled) || this.#ahead === null || this.#ahead < next)
      ) {
        await this.settle();
      }
      if (this.#ahead !== null && this.#ahead < next) {
        await this.#jump(Math.min(next, Math.ceil((this.#ahead + TOGETHER_MS) / MINUTE) * MINUTE));
        continue;
      }
      if (at > until) {
        if (this.now < until) await this.#jump(until);
        await this.settle();
        return;
      }
      if (next > this.now) await this.#jump(next);
      this.#dirty = true;
      this.#waiting = this.#waiting.filter((w) => !group.includes(w));
      for (const w of group.toSorted((a, b) => (a.key < b.key ? -1 : 1))) w.go();
    }
  }
}
