/** Every repeating job, in one table. */
import { namedByChats, neededByChats, sweepChats } from '../src/chat/index.ts';
import { eraseLetters, sweepMessages } from '../src/door/index.ts';
import { expireLinks } from '../src/followup/index.ts';
import { deleteDeadSessions } from '../src/identity/index.ts';
import { channelPolicyOf, erasePeople } from '../src/intake/index.ts';
import { dueDeliveries, eraseWords } from '../src/notification/index.ts';
import { sweepKeys } from '../src/platform/idempotency.ts';
import { addJobs } from '../src/platform/queues.ts';
import type { QueueFactory } from '../src/platform/queues.ts';
import { sweepThrottle } from '../src/platform/throttle.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import {
  eraseCalls,
  eraseRecordings,
  eraseRestrictions,
  neededByCalls,
  sweepSeats,
  telephonyDue,
} from '../src/telephony/index.ts';
import { sweepAttachments } from '../src/workorder/index.ts';
import { MEND_EVERY_MS, mendClocks } from './mend.ts';
import { SENDS_PER_JOB, chunks } from './groups.ts';

/** Deliveries picked up by one look. */
const DUE_MAX = 200;

export interface ScheduleDeps {
  deps: Deps;
  queues: QueueFactory;
}

export const SCHEDULE: Record<
  string,
  { everyMs: number; run: (s: ScheduleDeps) => Promise<unknown> }
> = {
  'followup.expire_links': { everyMs: 5_000, run: ({ deps }) => expireLinks(deps) },
  'notification.due': { everyMs: 2_000, run: enqueueDue },
  'deadline.mend': { everyMs: MEND_EVERY_MS, run: ({ deps }) => mendClocks(deps) },
  'telephony.due': { everyMs: 2_000, run: ({ deps }) => telephonyDue(deps) },
  'telephony.sweep': {
    everyMs: 60_000,
    run: async ({ deps }) => {
      await sweepSeats(deps);
      await eraseRecordings(deps);
    },
  },
  'chat.sweep': { everyMs: 5_000, run: ({ deps }) => sweepChats(deps) },
  'workorder.attachments': {
    everyMs: 600_000,
    run: ({ deps }) => sweepAttachments(deps, undefined, namedByChats),
  },
  'platform.retention': { everyMs: 600_000, run: ({ deps }) => eraseOld(deps) },
  'platform.sweep': {
    everyMs: 600_000,
    run: async ({ deps }) => {
      await sweepKeys(deps.db);
      await sweepThrottle(deps.db);
      await sweepMessages(deps.db);
      await deleteDeadSessions(deps.db);
    },
  },
};

/** What goes by the platform's clock, looked at at once when that was moved. */
export const afterMove = async (s: ScheduleDeps): Promise<void> =>
  void (await Promise.all([
    expireLinks(s.deps),
    sweepChats(s.deps),
    telephonyDue(s.deps),
    enqueueDue(s),
  ]));

/**
 * Erases words and numbers whose days are over, as the policy says: calls first, as who called is
 * needed as long as a call is. What fails is told and tried again; the rest is erased all the same.
 */
export async function eraseOld(deps: Deps): Promise<void> {
  const { callDays, smsDays, letterDays } = (await channelPolicyOf(deps.db)).document.retention;
  const days = { calls: callDays, messages: smsDays };
  await alone('calls', () => eraseCalls(deps, callDays));
  await alone('restrictions', () => eraseRestrictions(deps));
  await alone('people', () => erasePeople(deps, days, [neededByCalls, neededByChats]));
  await alone('messages', () => eraseWords(deps.db, smsDays));
  await alone('letters', () => eraseLetters(deps, letterDays));

  async function alone(what: string, erase: () => Promise<void>): Promise<void> {
    try {
      await erase();
    } catch (error) {
      deps.log.error({ what, error: String(error) }, 'retention');
    }
  }
}

/** Tries that are due go back to the queue; the claim on the row keeps two from sending at once. */
async function enqueueDue({ deps, queues }: ScheduleDeps): Promise<void> {
  const ids = await dueDeliveries(deps.db, DUE_MAX);
  const jobs = chunks(ids, SENDS_PER_JOB).map((deliveryIds) => ({
    name: 'send',
    data: { deliveryIds },
  }));
  await addJobs(queues, 'deliveries', jobs);
}

/** Makes sure that every repeating job stands in the queue; called again and again, as queues get lost. */
export async function ensureSchedule(queues: QueueFactory): Promise<void> {
  for (const [name, { everyMs }] of Object.entries(SCHEDULE)) {
    await queues
      .queue('schedule')
      .upsertJobScheduler(name, { every: everyMs }, { name, opts: { attempts: 1 } });
  }
}
