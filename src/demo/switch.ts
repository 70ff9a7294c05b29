/**
 * A small telephone switch that only a demo has. It knocks at the platform's own doors as any switch
 * does: signed events, and the question who takes the call. Its calls are rows: whichever process looks
 * next goes on with them, and nothing is lost with one.
 */
import { openDemoSources, secretOf } from '../door/index.ts';
import { SYSTEM } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import { appNow } from '../platform/db.ts';
import { inTransaction } from '../platform/unit-of-work.ts';
import type { Call, Deps, Tx } from '../platform/unit-of-work.ts';
import { routeAnswer } from '../telephony/schema.ts';
import type { SwitchCommand } from '../telephony/schema.ts';
import type { RingInput } from './schema.ts';
import { ANSWERS_AFTER_MS, callerLeaves, onCommand, onRoute, onTime } from './rules.ts';
import type { Told, Turn } from './rules.ts';
import * as store from './switch.store.ts';
import type { LineRow, NewLine } from './switch.store.ts';

/** How the switch reaches the platform. */
export interface Platform {
  /** Sends one signed message; the answer, read, or null where it was not taken. */
  knock(path: string, messageId: string, body: object): Promise<unknown>;
  /** Below which address the platform finds what was recorded. */
  recordings: string;
}

export interface DemoSwitch {
  /** A citizen dials the hotline. */
  ring(input: RingInput, call?: Call): Promise<{ id: string }>;
  /** The citizen puts the receiver down. @returns whether that call was still alive. */
  hangUp(id: string, call?: Call): Promise<boolean>;
  /** What the desk wants. @throws AppError `not_found`, `state_conflict`. */
  command(input: SwitchCommand): Promise<void>;
  /** Does everything that is due. @returns ms until something is due again; null: nothing is alive. */
  drive(): Promise<number | null>;
  /** Drives for as long as this process lives. @returns what stops it. */
  run(): () => Promise<void>;
}

/** Callers that wait at once: whoever waited longest gives up when one more comes. */
const WAITING_MAX = 20;
/** After this long a process looks whether another one left a call behind. */
const LOOK_MS = 3_000;
const AGAIN_MS = 1_000;
/** While two people talk, nothing is due. */
const QUIET_MS = 60_000;
const STEPS_MAX = 200;
/** The number that citizens dial. */
const TO = '12345';

export function createSwitch(deps: Deps, platform: Platform): DemoSwitch {
  const loop = looping(deps, () => driveAll(deps, platform));
  return {
    async ring(input, call) {
      const made = await ring(deps, platform, input, call);
      loop.wake();
      return made;
    },
    async hangUp(id, call) {
      let left = false;
      const leave = async (change: Change) => void (left = await turned(change, id, callerLeaves));
      await changing(deps, platform, leave, call);
      loop.wake();
      return left;
    },
    async command(input) {
      await command(deps, platform, input);
      loop.wake();
    },
    drive: () => driveAll(deps, platform),
    run: loop.run,
  };
}

/** Rounds of `drive`, one at a time: when something is due, when it is woken, and now and then. */
function looping(deps: Deps, drive: () => Promise<number | null>) {
  let stopped = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let rounds: Promise<void> = Promise.resolve();
  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => (rounds = rounds.then(round)), ms);
  };
  async function round(): Promise<void> {
    if (stopped) return;
    const due = await drive().catch((error: unknown) => {
      deps.log.warn({ err: error }, 'the demo switch could not go on');
      return AGAIN_MS;
    });
    if (!stopped) later(Math.min(LOOK_MS, due ?? LOOK_MS));
  }
  return {
    wake: () => void (stopped || later(0)),
    run() {
      stopped = false;
      later(0);
      return async () => {
        stopped = true;
        clearTimeout(timer);
        await rounds;
      };
    },
  };
}

// ---------------------------------------------------------------- calls begin and change

interface Change {
  tx: Tx;
  platform: Platform;
}

const changing = (
  deps: Deps,
  platform: Platform,
  work: (change: Change) => Promise<void>,
  call?: Call,
) => inTransaction(deps, SYSTEM, (tx) => work({ tx, platform }), call && { traceId: call.traceId });

/** Changes one call by what `decide` makes of it. @returns whether there was anything to change. */
async function turned(
  { tx, platform }: Change,
  id: string,
  decide: (line: LineRow) => Turn | null,
): Promise<boolean> {
  const line = await store.lockLine(tx.db, id);
  const turn = line && decide(line);
  if (!turn) return false;
  const tell = [...turn.tell, ...recorded(platform, line, turn, tx.at)];
  await store.applyTurn(tx.db, line, turn.change, tell, tx.at);
  return true;
}

/** A call that was talked on leaves a recording behind. */
function recorded({ recordings }: Platform, line: LineRow, turn: Turn, at: Date): Told[] {
  if (turn.change.state !== 'ended' || !line.answeredAt) return [];
  const seconds = Math.max(1, Math.round((at.getTime() - line.answeredAt.getTime()) / 1000));
  const uri = `${recordings}/${line.id}.wav`;
  return [{ type: 'recording.ready', recordingId: line.id, uri, seconds }];
}

const lineFor = (
  deps: Deps,
  id: string,
  said: { phone: string; name: string; text: string },
  rest: Omit<NewLine, 'id' | 'phone_ct' | 'name_ct' | 'text_ct'>,
): NewLine => {
  const seal = (field: string, text: string) => deps.crypto.seal(text, `${id}/${field}`);
  return {
    id,
    phone_ct: seal('phone', said.phone),
    name_ct: seal('name', said.name),
    text_ct: seal('text', said.text),
    ...rest,
  };
};

async function ring(
  deps: Deps,
  platform: Platform,
  input: RingInput,
  call?: Call,
): Promise<{ id: string }> {
  const id = newId();
  const known = await secretOf(deps, 'demo-switch');
  await changing(
    deps,
    platform,
    async (change) => {
      const { db, at } = change.tx;
      // A city of before there were doors, or one that was just emptied.
      if (known === null) await openDemoSources(change.tx, deps);
      for (const over of await store.waitingBeyond(db, WAITING_MAX - 1))
        await turned(change, over, callerLeaves);
      const fresh = { outbound: false, state: 'asking', target: '', leg_id: '' } as const;
      const line = { ...fresh, offer_until: null, rang_at: at, next_at: at };
      await store.insertLine(db, lineFor(deps, id, input, line));
      const ringing: Told = { type: 'call.ringing', from: input.phone, to: TO };
      await turned(change, id, () => ({ change: {}, tell: [ringing] }));
    },
    call,
  );
  return { id };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const newLeg = (): string => `leg-${newId().slice(-8)}`;

async function command(deps: Deps, platform: Platform, input: SwitchCommand): Promise<void> {
  const { callId } = input;
  if (!UUID.test(callId)) fail('not_found');
  if (input.command === 'dial') return dial(deps, platform, input);
  if (!(await store.findLine(deps.db, callId))) fail('not_found');
  await changing(deps, platform, async (change) => {
    const decide = (line: LineRow) => onCommand(line, input, newLeg(), change.tx.at);
    if (!(await turned(change, callId, decide))) fail('state_conflict');
  });
}

/** The hotline calls somebody: it rings a moment, then they answer. Said twice it is one call. */
async function dial(deps: Deps, platform: Platform, input: SwitchCommand): Promise<void> {
  const { callId, target: phone = '', extension = '' } = input;
  await changing(deps, platform, async ({ tx }) => {
    const answersAt = new Date(tx.at.getTime() + ANSWERS_AFTER_MS);
    await store.insertLine(
      tx.db,
      lineFor(
        deps,
        callId,
        { phone, name: '', text: '' },
        {
          outbound: true,
          state: 'offered',
          target: extension,
          leg_id: newLeg(),
          offer_until: answersAt,
          rang_at: tx.at,
          next_at: answersAt,
        },
      ),
    );
  });
}

// ---------------------------------------------------------------- what is due

async function driveAll(deps: Deps, platform: Platform): Promise<number | null> {
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    const line = await store.claimLine(deps.db);
    if (!line) break;
    const { waitMs, failed } = await step(deps, platform, line).catch((error: unknown) => {
      deps.log.warn({ err: error, call: line.id }, 'a step of the demo switch failed');
      return { waitMs: AGAIN_MS, failed: true };
    });
    await store.releaseLine(deps.db, line, waitMs, failed ?? false);
  }
  return store.nextDueMs(deps.db);
}

interface Step {
  waitMs: number;
  /** The platform could not be reached: what waits for it waits on. */
  failed?: boolean;
}
const NOW: Step = { waitMs: 0 };

/** Does one thing for one call: tells what is to be told, or asks, or waits. */
async function step(deps: Deps, platform: Platform, line: LineRow): Promise<Step> {
  const [first] = line.outbox;
  if (first) {
    const taken = await platform.knock('/cti/v1/events', first.id, first.body);
    if (taken === null) return { waitMs: AGAIN_MS, failed: true };
    await store.toldEvent(deps.db, line.id, first.id);
    return NOW;
  }
  const now = await appNow(deps.db);
  const turn = onTime(line, now);
  if (turn) return turnIf(deps, platform, line, () => turn);
  if (line.state === 'asking') return ask(deps, platform, line, now);
  if (line.offerUntil) return { waitMs: line.offerUntil.getTime() - now.getTime() };
  return { waitMs: QUIET_MS };
}

/** A turn of a call that is still as it was read. */
async function turnIf(
  deps: Deps,
  platform: Platform,
  line: LineRow,
  decide: (at: Date) => Turn,
): Promise<Step> {
  await changing(deps, platform, async (change) => {
    const same = (now: LineRow) => now.state === line.state && now.target === line.target;
    await turned(change, line.id, (now) => (same(now) ? decide(change.tx.at) : null));
  });
  return NOW;
}

/** Who takes this call? */
async function ask(deps: Deps, platform: Platform, line: LineRow, now: Date): Promise<Step> {
  const body = {
    callId: line.id,
    from: deps.crypto.open(line.phone_ct, `${line.id}/phone`),
    to: TO,
    at: now.toISOString(),
    ...(line.tried && { tried: line.tried }),
  };
  const said = await platform.knock('/cti/v1/route', newId(), body);
  const answer = routeAnswer.safeParse(said);
  if (!answer.success) return { waitMs: AGAIN_MS, failed: true };
  if (answer.data.action === 'wait' && !line.tried) return { waitMs: answer.data.askAgainMs };
  await turnIf(deps, platform, line, (at) => onRoute(answer.data, at));
  return answer.data.action === 'wait' ? { waitMs: answer.data.askAgainMs } : NOW;
}
