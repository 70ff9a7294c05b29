/** Working time as the people of the play keep it, and the instants at which units act. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CITY = 8 * HOUR;

/** A jump of the clock is dear, so units do things at one shared minute of an hour, another each hour. */
const slotOf = (hour: number): number => hour + (4 + (((hour / HOUR) * 37) % 53)) * MINUTE;
const SPANS: [number, number][] = [
  [8.5 * HOUR, 12 * HOUR],
  [13.5 * HOUR, 17.5 * HOUR],
];

const dayStart = (at: number): number => Math.floor((at + CITY) / DAY) * DAY - CITY;

/** Whether somebody sits at the chat desk at an instant. */
export const isAwake = (at: number): boolean => {
  const hour = (at - dayStart(at)) / HOUR;
  return hour >= 7 && hour < 22;
};

/** Minutes that the people of the play work on a working day. */
export const DAY_MINUTES = SPANS.reduce((sum, [from, to]) => sum + (to - from) / MINUTE, 0);

/** The next shared instant at or after this one. */
export function slot(at: number): number {
  const hour = Math.floor(at / HOUR) * HOUR;
  return slotOf(hour) >= at ? slotOf(hour) : slotOf(hour + HOUR);
}

/** Dates on which the city works, as its calendar says. */
export class Hours {
  readonly #working: ReadonlySet<string>;
  constructor(working: ReadonlySet<string>) {
    this.#working = working;
  }

  works(at: number): boolean {
    return this.#working.has(new Date(at + CITY).toISOString().slice(0, 10));
  }

  /** So many working minutes after an instant, at a shared one. */
  after(at: number, minutes: number): number {
    let left = minutes * MINUTE;
    for (let day = dayStart(at), guard = 0; guard < 90; day += DAY, guard++) {
      if (!this.works(day)) continue;
      for (const [from, to] of SPANS) {
        const start = Math.max(day + from, at);
        const end = day + to;
        if (start >= end) continue;
        if (left <= end - start) {
          const shared = slot(start + left);
          if (shared <= end) return shared;
        }
        left = Math.max(0, left - (end - start));
      }
    }
    return at + 90 * DAY;
  }

  /** So many minutes of the clock after an instant; who never sleeps. */
  around(at: number, minutes: number): number {
    return slot(at + minutes * MINUTE);
  }

  /** As `around`, but not between ten at night and eight in the morning. */
  awake(at: number, minutes: number): number {
    const then = at + minutes * MINUTE;
    const hour = (then - dayStart(then)) / HOUR;
    if (hour < 8) return slot(dayStart(then) + 8 * HOUR + (minutes % 40) * MINUTE);
    if (hour >= 22) return slot(dayStart(then) + 32 * HOUR + (minutes % 40) * MINUTE);
    return slot(then);
  }
}
