/**
 * Does what no queue brought: fires what is due, serves duties and sends messages that stand in the
 * database longer than they should. Needs the database and nothing else. It looks whatever happened
 * before; rows that others hold or did meanwhile are passed over.
 */
import { sweepChats } from '../src/chat/index.ts';
import { dueDeliveries, send } from '../src/notification/index.ts';
import type { Gateway } from '../src/notification/index.ts';
import { neglectedDuties } from '../src/platform/outbox.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { telephonyDue } from '../src/telephony/index.ts';
import { serveDuties } from './duties.ts';
import { fire } from './firing.ts';
import { startLoop } from './loop.ts';
import { MEND_EVERY_MS, mendClocks } from './mend.ts';
import { takeSendDuties } from './sends.ts';

/** How often each kind is looked for when there is nothing to do, in milliseconds of real time. */
const IDLE_MS = 2_000;
/** How often chats are looked at: whose answer is due, who went. */
const CHATS_IDLE_MS = 1_000;
const CHATS_AGAIN_MS = 250;
/** Duties served at one look. */
const DUTIES_MAX = 100;
/** Messages on their way at once; they wait for the gateway, they do not work. */
const SENDING_MAX = 64;
/** Waiting time before more messages are looked for, in milliseconds. */
const SENDING_AGAIN_MS = 100;

export interface SweeperDeps {
  /** With connections of its own, which nobody else can use up. */
  firing: Deps;
  deps: Deps;
  gateway: Gateway;
  /** Age in seconds from which a duty is served. */
  ageSeconds: number;
}

/** Serves the oldest neglected duties. @returns how many were tried. */
export async function sweepDuties(deps: Deps, ageSeconds: number): Promise<number> {
  const ids = await neglectedDuties(deps.db, { kind: 'others', ageSeconds, limit: DUTIES_MAX });
  // Each failure was logged and noted; the duty waits until its next turn.
  await serveDuties(deps, ids).catch(() => {});
  return ids.length;
}

/** Deliveries to send: from neglected duties, and those whose next try nobody began. */
export async function neglectedSends(deps: Deps, ageSeconds: number, limit: number) {
  if (limit <= 0) return [];
  const duties = await neglectedDuties(deps.db, { kind: 'sends', ageSeconds, limit });
  const fresh = await takeSendDuties(deps, duties);
  return [...fresh, ...(await dueDeliveries(deps.db, limit - fresh.length, ageSeconds))];
}

/** Loops of their own, so that neither a slow duty nor a gateway that hangs holds up a deadline. */
export function startSweeper(s: SweeperDeps): { stop(): Promise<void> } {
  const { deps, firing, ageSeconds } = s;
  const { log } = deps;
  const sending = new Map<string, Promise<unknown>>();
  const sendSome = async () => {
    const ids = await neglectedSends(deps, ageSeconds, SENDING_MAX - sending.size);
    const found = ids.filter((id) => !sending.has(id));
    for (const id of found) {
      const sent = send(deps, s.gateway, id)
        .catch((error: Error) => log.warn({ error: error.message }, 'sweeper sending'))
        .finally(() => sending.delete(id));
      sending.set(id, sent);
    }
    return found.length;
  };
  const round = { log, idleMs: IDLE_MS };
  const loops = [
    startLoop({ ...round, name: 'sweeper firing', round: () => fire(firing) }),
    startLoop({ ...round, name: 'sweeper duties', round: () => sweepDuties(deps, ageSeconds) }),
    startLoop({ ...round, name: 'sweeper sending', busyMs: SENDING_AGAIN_MS, round: sendSome }),
    startLoop({
      name: 'sweeper chats',
      log,
      idleMs: CHATS_IDLE_MS,
      busyMs: CHATS_AGAIN_MS,
      round: () => sweepChats(deps),
    }),
    startLoop({ ...round, name: 'sweeper telephony', round: () => telephonyDue(deps) }),
    startLoop({
      name: 'sweeper mending',
      log,
      idleMs: MEND_EVERY_MS,
      round: () => mendClocks(deps),
    }),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((l) => l.stop()));
      await Promise.all(sending.values());
    },
  };
}
