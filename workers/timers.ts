/**
 * Arms what falls due within the horizon: one delayed job for each bucket of instants. The job knows
 * nothing and only wakes somebody up, who reads the rows and claims what is due. So a job may come
 * twice, late, or for nothing; and the sweeper makes good what never comes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { appNow } from '../src/platform/db.ts';
import { addJobs, within } from '../src/platform/queues.ts';
import type { Job, QueueFactory } from '../src/platform/queues.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { clockOffset, disarm, openBuckets, takeUnarmed } from '../src/deadline/index.ts';
import { fire } from './firing.ts';
import { hurrying, noteMove, startLoop } from './loop.ts';
import type { Loop } from './loop.ts';

/** What falls due in this time is armed, in milliseconds. */
const HORIZON_MS = 600_000;
/** How often new steps are looked for, in milliseconds of real time. */
const LOOK_MS = 500;
/** Steps armed at once. */
const ARM_MAX = 2_000;
/** A queue that says nothing that long did not take what it was given. */
const QUEUE_LIMIT_MS = 5_000;
/** Longest wait of a job that came too early: machines' clocks differ a little. */
const EARLY_MAX_MS = 2_000;
/** Wake-ups served at once; two, so that a long one does not hold up the next. */
const WAKES_MAX = 2;

export interface TimersDeps {
  deps: Deps;
  queues: QueueFactory;
  /** How often everything within the horizon is put into the queue again, in milliseconds. */
  rearmMs: number;
  /** What else goes by the platform's clock and is otherwise looked at from time to time. */
  onMoved?: () => Promise<unknown>;
}

type Wakes = Awaited<ReturnType<typeof openBuckets>>;

/**
 * Adds the jobs. A bucket has one id for each offset of the clock, and an id that waits already is
 * ignored. What is due now gets a job without an id, as one that is being served has looked already.
 */
async function add(queues: QueueFactory, wakes: Wakes): Promise<void> {
  const jobs = wakes.buckets.map((bucket) => ({
    name: 'wake',
    data: { bucket },
    opts: { jobId: `b-${bucket}-${wakes.offset}`, delay: bucket - wakes.now },
  }));
  const now = wakes.overdue ? [{ name: 'wake', data: { bucket: wakes.now } }] : [];
  await within(QUEUE_LIMIT_MS, addJobs(queues, 'timers', [...now, ...jobs]));
}

/**
 * Arms the nearest steps that are not. No transaction stays open meanwhile: a queue that hangs must
 * not lock steps that others would fire. @returns how many steps.
 */
export async function armNew({ deps, queues }: Omit<TimersDeps, 'rearmMs'>): Promise<number> {
  const wakes = await takeUnarmed(deps.db, HORIZON_MS, ARM_MAX);
  try {
    await add(queues, wakes);
  } catch (error) {
    // Where this fails too, or the process dies first, the next look at everything has them.
    await disarm(deps.db).catch(() => {});
    throw error;
  }
  return wakes.steps;
}

/** Puts everything within the horizon into the queue again. */
export const armAll = async ({ deps, queues }: Omit<TimersDeps, 'rearmMs'>): Promise<void> =>
  add(queues, await openBuckets(deps.db, HORIZON_MS));

/** Fires what is due; a job that came too early waits for its bucket. */
async function wake(deps: Deps, bucket: number): Promise<void> {
  const early = bucket - (await appNow(deps.db)).getTime();
  // More than a little too early: the clock was moved, and everything was armed anew since.
  if (early > EARLY_MAX_MS) return;
  if (early > 0) await sleep(early);
  await fire(deps);
}

/** Looks for new steps, for jumps of the clock, and from time to time at everything. */
export function startTimers(t: TimersDeps): Loop {
  const { deps, queues } = t;
  queues.worker('timers', (job: Job) => wake(deps, Number(job.data.bucket)), WAKES_MAX);
  let offset: number | undefined;
  let allAt = -Infinity;
  const round = async () => {
    const current = await clockOffset(deps.db);
    if (offset !== undefined && current !== offset) {
      offset = current;
      allAt = -Infinity;
      noteMove();
      // A jump makes much due at once; nobody need wait for the queue to say so.
      await Promise.all([fire(deps), t.onMoved?.()]);
    }
    // Where the clock jumps again and again, what is armed for one jump is worthless at the next.
    if (hurrying()) return 0;
    if (current !== offset || performance.now() - allAt >= t.rearmMs) {
      await armAll(t);
      offset = current;
      allAt = performance.now();
    }
    return armNew(t);
  };
  return startLoop({ name: 'timers', log: deps.log, idleMs: LOOK_MS, hurries: true, round });
}
