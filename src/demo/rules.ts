/** The demo's telephone switch, decided without a network: what a command or an answer does to one call. */
import { EMERGENCY_TARGETS } from '../kernel/words.ts';
import type { CallCommand } from '../telephony/limits.ts';

/** What the platform answers to "who takes this call?", as far as this switch needs it. */
export type Routed =
  | { action: 'offer'; target: string; ringSeconds: number }
  | { action: 'wait' | 'refuse' | 'overflow' };

/** What the platform asks of a call. */
export interface Asked {
  command: CallCommand | 'dial';
  target?: string | undefined;
}

export type LineState = 'asking' | 'offered' | 'talking' | 'held' | 'ended';

/** What became of the last offer. */
export interface Tried {
  target: string;
  result: 'no_answer' | 'declined';
}

/** One call as the switch sees it. */
export interface Line {
  id: string;
  outbound: boolean;
  state: LineState;
  target: string;
  legId: string;
  consulting: string;
  offerUntil: Date | null;
  tried: Tried | null;
  rangAt: Date;
  answeredAt: Date | null;
}

/** An event without what every event has: the call and the instant. */
export type Told = { type: string } & Record<string, string | number | boolean>;

/** What changes, and what the platform is told of it; null: it cannot be done now. */
export interface Turn {
  change: Partial<Omit<Line, 'id' | 'outbound' | 'rangAt'>>;
  tell: Told[];
}

/** Callers give up after this long without an operator; nobody talks for longer than that. */
const PATIENCE_MS = 10 * 60_000;
const TALK_MAX_MS = 2 * 3_600_000;
/** Seconds that a number which was dialled rings before somebody answers. */
export const ANSWERS_AFTER_MS = 2_500;

const isEmergency = (target: string): boolean =>
  (EMERGENCY_TARGETS as readonly string[]).includes(target);
const isTalking = (line: Line): boolean => line.state === 'talking' || line.state === 'held';

const ended = (by: 'caller' | 'operator' | 'switch', reason: string): Turn => ({
  change: { state: 'ended', offerUntil: null, consulting: '' },
  tell: [{ type: 'call.ended', by, reason }],
});

/** The caller puts the receiver down, whoever is or is not on the other side. */
export const callerLeaves = (line: Line): Turn | null => {
  if (line.state === 'ended') return null;
  return isTalking(line) || line.outbound
    ? ended('caller', 'normal')
    : {
        change: { state: 'ended', offerUntil: null },
        tell: [{ type: 'call.abandoned' }],
      };
};

/** What the platform said to "who takes this call?". */
export function onRoute(answer: Routed, at: Date): Turn {
  switch (answer.action) {
    case 'offer':
      return {
        change: {
          state: 'offered',
          target: answer.target,
          offerUntil: new Date(at.getTime() + answer.ringSeconds * 1000),
          tried: null,
        },
        tell: [],
      };
    case 'wait':
      return { change: { tried: null }, tell: [] };
    case 'refuse':
      return ended('switch', 'refused');
    case 'overflow':
      return ended('switch', 'overflow');
  }
}

/** What time alone does: an offer that nobody answered, a caller without patience, a forgotten call. */
export function onTime(line: Line, at: Date): Turn | null {
  const waited = at.getTime() - line.rangAt.getTime();
  if (line.outbound && line.state === 'offered') {
    if (line.offerUntil && at < line.offerUntil) return null;
    const answered = { type: 'call.answered', legId: line.legId, target: line.target };
    return { change: { state: 'talking', offerUntil: null, answeredAt: at }, tell: [answered] };
  }
  if (line.state === 'offered' && line.offerUntil && at >= line.offerUntil) {
    const tried: Tried = { target: line.target, result: 'no_answer' };
    return { change: { state: 'asking', target: '', offerUntil: null, tried }, tell: [] };
  }
  if (line.state === 'asking' && waited > PATIENCE_MS) return callerLeaves(line);
  if (isTalking(line) && waited > TALK_MAX_MS) return ended('switch', 'forgotten');
  return null;
}

/** What the desk's command does. @param newLeg Names a leg that is set up by it. */
export function onCommand(
  line: Line,
  { command, target = '' }: Asked,
  newLeg: string,
  at: Date,
): Turn | null {
  const talking = isTalking(line);
  switch (command) {
    case 'answer':
      return line.state === 'offered' && !line.outbound ? answered(line, newLeg, at) : null;
    case 'hangup':
      if (line.state === 'offered' && !line.outbound) return declined(line);
      return talking || line.outbound ? ended('operator', 'normal') : null;
    case 'hold':
    case 'unhold':
      return talking ? held(command === 'hold') : null;
    case 'transfer':
      return talking && target ? transferred(line, target, newLeg) : null;
    case 'consult':
      return talking && target ? consulted(line, target) : null;
    case 'complete':
      return talking && line.consulting
        ? transferred(line, line.consulting, newLeg, 'consult')
        : null;
    case 'cancel':
      return talking ? held(false) : null;
    case 'dial':
      return null;
  }
}

const answered = (line: Line, legId: string, at: Date): Turn => ({
  change: { state: 'talking', offerUntil: null, legId, answeredAt: at },
  tell: [{ type: 'call.answered', legId, target: line.target }],
});

/** Who does not take it lets it ring elsewhere. */
const declined = (line: Line): Turn => ({
  change: {
    state: 'asking',
    target: '',
    offerUntil: null,
    tried: { target: line.target, result: 'declined' },
  },
  tell: [],
});

/** Who takes the caller back speaks to nobody else any more. */
const held = (on: boolean): Turn => ({
  change: { state: on ? 'held' : 'talking', ...(on ? {} : { consulting: '' }) },
  tell: [{ type: 'call.held', on }],
});

/** The caller waits meanwhile, and the desk says so. */
const consulted = (line: Line, target: string): Turn => ({
  change: { state: 'held', consulting: target },
  tell: line.state === 'held' ? [] : [{ type: 'call.held', on: true }],
});

/** An emergency line comes into the call and the operator stays; a colleague takes it over. */
function transferred(
  line: Line,
  target: string,
  legId: string,
  mode: 'blind' | 'consult' = 'blind',
): Turn {
  if (isEmergency(target)) {
    return {
      change: { state: 'talking', consulting: '' },
      tell: [{ type: 'call.transferred', target, legId, mode: 'consult' }],
    };
  }
  return {
    change: { state: 'talking', target, legId, consulting: '' },
    tell: [{ type: 'call.transferred', target, legId, mode }],
  };
}
