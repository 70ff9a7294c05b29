/**
 * 20,000 legal acts over a small city that lives in this file. Its side rules (what `redo` opens,
 * what `withdraw` cancels, what an answer needs) are written from life-cycle.md; who may do what from
 * where, and whose hand forbids it, is asked of src/workorder/lifecycle.ts, the thing under test.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTIES } from '../../src/kernel/words.ts';
import type { Party, Role } from '../../src/kernel/words.ts';
import {
  ASSIGNMENT_STATES,
  CLOSING_TYPES,
  LEAD_EFFECT,
  ORDER_STATES,
  assignmentActsIn,
  assignmentRow,
  clash,
  orderActsIn,
  orderRow,
  rulesOf,
} from '../../src/workorder/lifecycle.ts';
import type {
  AssignmentAct,
  AssignmentState,
  ClosingType,
  Hand,
  OrderAct,
  OrderState,
} from '../../src/workorder/lifecycle.ts';

interface Assignment {
  kind: 'lead' | 'co';
  round: number;
  state: AssignmentState;
}

interface Order {
  state: OrderState;
  round: number;
  closingType: ClosingType | null;
  daysClosed: number;
  /** Rounds in which the citizen's evaluation, or why there is none, was recorded. */
  concluded: Set<number>;
  /** What was written down when it ended without an answer. */
  reason: 'wish' | 'ground' | 'handed_over' | 'silence' | 'nothing' | null;
  /** Its words call for an emergency line, and nobody has handed it over or said that it is none. */
  emergency: boolean;
  /** Where it was when the citizen was asked for more. */
  origin: OrderState | null;
  /** Somebody says that the answer was not true. */
  redoProposed: boolean;
  assignments: Assignment[];
}

/** A human being; `did` is what the hands did to this order, by name of act. */
interface Person {
  name: string;
  roles: readonly Role[];
  hands: Hand[];
  did: string[];
}

interface Move {
  act: OrderAct | AssignmentAct;
  party: Party;
  hand: Hand | null;
  person: Person | null;
  /** Null for acts on the order. */
  assignment: Assignment | null;
  apply: () => void;
}

/** Two people for each role, and those whom separation of duties must stop. */
function crew(): Person[] {
  const person = (name: string, ...roles: Role[]): Person => ({ name, roles, hands: [], did: [] });
  const roles = PARTIES.filter((p): p is Role => !['citizen', 'system', 'peer'].includes(p));
  return [
    ...roles.map((role) => person(`${role} A`, role)),
    ...roles.map((role) => person(`${role} B`, role)),
    person('takes and handles', 'operator', 'handler'),
    person('dispatches and signs', 'dispatcher', 'unit_receiver', 'unit_leader'),
    person('handles and audits', 'handler', 'auditor'),
    person('leads and follows up', 'unit_leader', 'callback_agent'),
    person('answers and rates', 'operator', 'callback_agent', 'auditor'),
    person('oversees and handles', 'supervisor', 'handler', 'command_room'),
    person('walks the grid', 'grid_worker', 'operator'),
    person('does everything', ...roles),
  ];
}

/** What each act was, said by hand; not read from the rows under test. */
const RECEIVING = (
  'register accept direct_answer reject dispatch withdraw split transfer_emergency ' +
  'receipt supplement close_no_substance set_flags correct_classification ' +
  'propose_redo'
).split(' ');
const HANDLING = 'asked_as_handler sign first_contact progress submit_co_reply submit_reply'.split(
  ' ',
);
const JUDGING = ['audit_pass', 'audit_fail', 'record_attempt', 'evaluate', 'close'];
const SUPERVISING = ['redo', 'urge', 'supervise', 'decline_redo'];

/** Steps that no person makes: rounds at most, and days within which a closed order may be redone. */
const ROUND_MAX = 3;
const REDO_DAYS_MAX = 30;

const fresh = (emergency: boolean): Order => ({
  state: 'registered',
  round: 1,
  closingType: null,
  daysClosed: 0,
  concluded: new Set(),
  reason: null,
  emergency,
  origin: null,
  redoProposed: false,
  assignments: [],
});

/** Acts on the way from acceptance to closing. */
const ROAD: readonly string[] = (
  'accept dispatch sign first_contact submit_co_reply submit_reply audit_pass ' + 'evaluate close'
).split(' ');

/** Acts that may be done to an emergency; every other one waits until it is handed over or none. */
const IN_EMERGENCY =
  'transfer_emergency split urge note supervise set_flags correct_classification'.split(' ');

/** Acts that end an order without an answer, and what is written down with them. */
const ENDS: Partial<Record<OrderAct, Order['reason']>> = {
  withdraw: 'wish',
  reject: 'ground',
  receipt: 'handed_over',
  expire_supplement: 'silence',
  close_no_substance: 'nothing',
};

/** Whether a redo is proposed after the act; every third citizen says "not solved". */
function proposedAfter(before: boolean, act: OrderAct, pick: () => number): boolean {
  if (act === 'propose_redo') return true;
  if (act === 'redo' || act === 'decline_redo' || act === 'close') return false;
  return before || (act === 'evaluate' && pick() % 3 === 0);
}

class City {
  order: Order | null = null;
  readonly people = crew();
  readonly history: string[] = [];
  private readonly pick: () => number;

  /** `pick` answers the next random natural number: the walk is made of these alone. */
  constructor(pick: () => number) {
    this.pick = pick;
  }

  /** Everything the table lets anybody do now. */
  moves(): Move[] {
    const order = this.order;
    // A closed order may rest: the city registers the next one, with nobody's hands on it yet.
    const next =
      !order || order.state === 'closed' ? this.by('register', null, () => this.begin()) : [];
    if (!order) return next;
    const acts = orderActsIn(order.state).flatMap((act) => this.orderMoves(order, act));
    const below = order.assignments.flatMap((a) => this.assignmentMoves(order, a));
    return [...next, ...acts, ...below];
  }

  /** Chooses the act first, then who does it: else notes, which all may write, drown the rest. */
  step(): Move {
    const moves = this.moves();
    const possible = [...new Set(moves.map((m) => m.act))];
    // The road is long and has many exits: every second step goes along it.
    const along = possible.filter((act) => ROAD.includes(act));
    const acts = along.length > 0 && this.pick() % 2 > 0 ? along : possible;
    const act = acts[this.pick() % acts.length];
    const able = moves.filter((m) => m.act === act);
    const move = able[this.pick() % able.length];
    if (!move) throw new Error(`no legal act in ${this.order?.state}`);
    const from = this.order?.state ?? '—';
    move.apply();
    if (move.person) {
      if (move.hand) move.person.hands.push(move.hand);
      const asUnit = move.act === 'ask_supplement' && move.party === 'handler';
      move.person.did.push(asUnit ? 'asked_as_handler' : move.act);
    }
    this.history.push(
      `${from} ${move.act} ${move.person?.name ?? move.party} → ${this.order?.state}`,
    );
    return move;
  }

  private begin(): void {
    this.order = fresh(this.pick() % 4 === 0);
    for (const p of this.people) Object.assign(p, { hands: [], did: [] });
  }

  private by(act: OrderAct | AssignmentAct, a: Assignment | null, apply: () => void): Move[] {
    const rules = a ? [assignmentRow(act as AssignmentAct)] : rulesOf(act as OrderAct);
    const order = this.order;
    const pairs = rules.flatMap((rule) => rule.by.map((party) => ({ party, hand: rule.hand })));
    return pairs.flatMap(({ party, hand }): Move[] => {
      // A unit asks while it works on the order.
      if (act === 'ask_supplement' && party === 'handler' && order?.state !== 'in_progress')
        return [];
      if (party === 'citizen' || party === 'system' || party === 'peer') {
        return [{ act, party, hand, person: null, assignment: a, apply }];
      }
      // A new order has no hands on it, whatever was done to the one before.
      return this.people
        .filter((p) => p.roles.includes(party))
        .filter((p) => act === 'register' || clash(hand, p.hands).length === 0)
        .map((person) => ({ act, party, hand, person, assignment: a, apply }));
    });
  }

  private orderMoves(order: Order, act: OrderAct): Move[] {
    const current = order.assignments.filter((a) => a.round === order.round);
    // "at most twice"; "closed ≤ 30 d"; a rejected or withdrawn order had no answer to be redone.
    const late = order.state === 'closed' && order.daysClosed > REDO_DAYS_MAX;
    const hadAnswer = order.state !== 'closed' || order.reason === null;
    const over = order.round >= ROUND_MAX || late || !hadAnswer;
    if (act === 'redo' && over) return [];
    if (act === 'propose_redo' && (over || order.redoProposed)) return [];
    if (act === 'decline_redo' && !order.redoProposed) return [];
    if (order.emergency && !IN_EMERGENCY.includes(act)) return [];
    const moves = this.by(act, null, () => {
      this.follow(order, act);
      this.orderEffect(order, act, current);
    });
    // What a citizen's word waits for, a supervisor decides.
    const decides = act === 'close' && order.redoProposed;
    return decides ? moves.filter((m) => m.party === 'supervisor') : moves;
  }

  /** Moves the order along the row, and asserts that the row exists for where it stands. */
  private follow(order: Order, act: OrderAct): void {
    const { from, to } = orderRow(act);
    must(from.includes(order.state), `${act} from ${order.state}`, this);
    const before = order.state;
    if (act === 'expire_supplement')
      order.state = order.origin === 'in_progress' ? 'in_progress' : 'closed';
    else if (to === 'origin') order.state = order.origin!;
    else if (to !== 'same') order.state = to as OrderState;
    must(to === 'same' || to === 'origin' || to.includes(order.state), `${act} elsewhere`, this);
    if (to !== 'same') order.origin = act === 'ask_supplement' ? before : null;
    if (order.state !== 'closed') order.closingType = null;
  }

  private orderEffect(order: Order, act: OrderAct, current: Assignment[]): void {
    const move = (effect: AssignmentAct, which: Assignment[]) => {
      const row = assignmentRow(effect);
      for (const a of which) if (row.from.includes(a.state)) a.state = row.to as AssignmentState;
    };
    if (act === 'dispatch') this.open(order);
    if (act === 'redo') {
      order.round += 1;
      this.open(order);
    }
    if (act === 'audit_pass') {
      move('effect_audit_passes', current);
      // Who was not waited for has nothing left to do.
      move('effect_cancel', current);
    }
    if (act === 'audit_fail')
      move(
        'effect_audit_fails',
        current.filter((a) => a.kind === 'lead'),
      );
    if (act === 'withdraw' || act === 'transfer_emergency') move('effect_cancel', current);
    if (act === 'transfer_emergency') order.emergency = false;
    if (act === 'set_flags' && this.pick() % 2 === 0) order.emergency = false;
    order.redoProposed = proposedAfter(order.redoProposed, act, this.pick);
    const { reason = order.reason } = { reason: ENDS[act] };
    if (order.state === 'closed') order.reason = reason;
    if (act === 'evaluate' || act === 'give_up_callback') order.concluded.add(order.round);
    const { closes } = orderRow(act);
    if (closes && order.state === 'closed') {
      const chosen: ClosingType[] = ['answered', 'solved', 'partly_solved', 'explained'];
      order.closingType = closes === 'input' ? chosen[this.pick() % chosen.length]! : closes;
      order.daysClosed = this.pick() % 3 === 0 ? REDO_DAYS_MAX + 1 : this.pick() % REDO_DAYS_MAX;
    }
  }

  /** One lead and up to two co-handlers. */
  private open(order: Order): void {
    const kinds = ['lead', 'co', 'co'].slice(0, 1 + (this.pick() % 3)) as ('lead' | 'co')[];
    for (const kind of kinds) {
      order.assignments.push({ kind, round: order.round, state: 'pending_sign' });
    }
  }

  private assignmentMoves(order: Order, a: Assignment): Move[] {
    // Units work while the order is with them.
    if (a.round !== order.round || !['dispatched', 'in_progress'].includes(order.state)) return [];
    return assignmentActsIn(a.state, a.kind).flatMap((act) => {
      const effect = a.kind === 'lead' ? LEAD_EFFECT[act] : undefined;
      if (effect && !orderRow(effect).from.includes(order.state)) return [];
      const open = order.assignments.filter(
        (b) =>
          b.round === a.round && b.kind === 'co' && ['pending_sign', 'signed'].includes(b.state),
      );
      // "all co submitted or waived with a reason": one in four is waived.
      if (act === 'submit_reply' && open.length > 0 && this.pick() % 4 !== 0) return [];
      return this.by(act, a, () => {
        const { from, to } = assignmentRow(act);
        must(from.includes(a.state), `${act} from ${a.state}`, this);
        if (to !== 'same') a.state = to as AssignmentState;
        if (effect) this.follow(order, effect);
      });
    });
  }
}

/** Cheaper than `expect`, which would be called millions of times. */
function must(holds: boolean, what: string, city: City): void {
  if (!holds) throw new Error(`${what}\n${city.history.slice(-12).join('\n')}`);
}

/** What must hold after every act. */
function invariants(city: City): void {
  const { order, people } = city;
  if (!order) return;
  const { state } = order;
  must(ORDER_STATES.includes(state), `unknown state ${state}`, city);
  for (const a of order.assignments) {
    must(ASSIGNMENT_STATES.includes(a.state), `unknown state ${a.state}`, city);
  }
  must(order.round <= ROUND_MAX, `round ${order.round}`, city);
  const ordinary = state !== 'registered' && state !== 'transferred';
  must(!(order.emergency && ordinary), `an emergency in ${state}`, city);
  must((order.origin !== null) === (state === 'awaiting_supplement'), 'asked or not', city);
  closesRightly(city, order);
  leadStandsWhereTheOrderSays(city, order);
  for (const p of people) {
    const did = (acts: readonly string[]) => p.did.some((act) => acts.includes(act));
    const apart = (a: readonly string[], b: readonly string[], words: string) =>
      must(!did(a) || !did(b), `${p.name} ${words}`, city);
    apart(RECEIVING, HANDLING, 'received and handled');
    apart(HANDLING, JUDGING, 'handled and judged');
    apart(HANDLING, SUPERVISING, 'handled and supervised');
    apart(['direct_answer'], JUDGING, 'answered and judged');
  }
}

/** No closing without an evaluation or a recorded reason, and none without a closing type. */
function closesRightly(city: City, order: Order): void {
  const { state, closingType, reason } = order;
  const concluded = order.concluded.has(order.round);
  must((closingType !== null) === (state === 'closed'), 'closing type without closing', city);
  if (state === 'pending_close') must(concluded, 'about to close without evaluation', city);
  if (state !== 'closed' || closingType === null) return;
  must(CLOSING_TYPES.includes(closingType), `unknown closing type ${closingType}`, city);
  const wanted = {
    wish: 'withdrawn',
    ground: 'rejected',
    handed_over: 'transferred',
    silence: 'insufficient',
    nothing: 'no_substance',
  } as const;
  if (reason) must(closingType === wanted[reason], `${reason} closed as ${closingType}`, city);
  else must(concluded, 'closed without evaluation', city);
}

/** The order says where its lead stands; in the end no unit is left with something to do. */
function leadStandsWhereTheOrderSays(city: City, order: Order): void {
  const lead = order.assignments.filter((a) => a.round === order.round && a.kind === 'lead');
  must(lead.length <= 1, 'two leads', city);
  const where: Partial<Record<OrderState, AssignmentState>> = {
    dispatched: 'pending_sign',
    in_progress: 'signed',
    pending_audit: 'submitted',
  };
  const wanted = where[order.origin ?? order.state];
  if (wanted) must(lead[0]?.state === wanted, `${order.state} but lead ${lead[0]?.state}`, city);
  const before: OrderState[] = ['registered', 'pending_dispatch'];
  if (before.includes(order.origin ?? order.state))
    must(lead.length === 0, `${order.state} with a lead`, city);
  const after: OrderState[] = ['transferred', 'pending_callback', 'pending_close', 'closed'];
  if (!after.includes(order.state)) return;
  for (const a of order.assignments) {
    // life-cycle.md cancels nothing that was submitted: a co-reply outlives a withdrawal.
    const gone = order.state === 'transferred' || ['wish', 'handed_over'].includes(order.reason!);
    const left = a.kind === 'co' && a.state === 'submitted' && gone;
    const ended = left || a.state === 'accepted' || a.state === 'cancelled';
    must(ended, `${order.state} but a ${a.kind} assignment ${a.state}`, city);
  }
}

/** From every open state somebody can move the order or its assignments on. */
function wayOut(city: City): void {
  if (!city.order || city.order.state === 'closed') return;
  const still = (
    'note urge supervise record_attempt progress first_contact split set_flags ' +
    'correct_classification propose_redo decline_redo'
  ).split(' ');
  const on = city.moves().filter((m) => !still.includes(m.act));
  must(on.length > 0, 'no way out', city);
}

/** 200 walks of 100 acts; the seed is fixed so that a red build stays red. */
const WALKS = 200;
const STEPS = 100;
const SEED = 12_345;

describe('random walks', () => {
  it(`${WALKS * STEPS} legal acts keep every invariant`, () => {
    const seen = new Map<string, number>();
    const closings = new Set<string>();
    let acts = 0;
    let roundMax = 0;
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const city = new City(() => numbers.next().value ?? 0);
        for (let i = 0; i < STEPS; i++) {
          const move = city.step();
          invariants(city);
          wayOut(city);
          acts += 1;
          seen.set(move.act, (seen.get(move.act) ?? 0) + 1);
          roundMax = Math.max(roundMax, city.order?.round ?? 0);
          if (city.order?.closingType) closings.add(city.order.closingType);
        }
      }),
      { numRuns: WALKS, seed: SEED, endOnFailure: true },
    );
    expect(acts).toBe(WALKS * STEPS);
    // The walk went everywhere, or it has proved little.
    const everyAct = (
      'register accept direct_answer reject dispatch audit_pass audit_fail record_attempt evaluate ' +
      'give_up_callback redo close urge withdraw note supervise sign first_contact progress ' +
      'submit_reply submit_co_reply transfer_emergency receipt split ask_supplement supplement ' +
      'expire_supplement close_no_substance set_flags correct_classification propose_redo ' +
      'decline_redo'
    ).split(' ');
    expect([...seen.keys()].sort()).toEqual([...everyAct].sort());
    for (const act of everyAct) expect(seen.get(act), act).toBeGreaterThan(20);
    expect(roundMax).toBe(ROUND_MAX);
    const ends = 'withdrawn rejected solved transferred insufficient no_substance'.split(' ');
    for (const type of ends) expect(closings).toContain(type);
  }, 60_000);

  // A check that cannot fail is a defect: each invariant is broken once.
  const broken: [string, (city: City, order: Order) => void][] = [
    ['an unknown state', (_c, o) => (o.state = 'lost' as OrderState)],
    ['a fourth round', (_c, o) => (o.round = 4)],
    ['closed without a closing type', (_c, o) => (o.state = 'closed')],
    [
      'closed as solved without an evaluation',
      (_c, o) => Object.assign(o, { state: 'closed', closingType: 'solved' }),
    ],
    ['about to close without an evaluation', (_c, o) => (o.state = 'pending_close')],
    [
      'an emergency in an ordinary queue',
      (_c, o) => Object.assign(o, { state: 'pending_dispatch', emergency: true }),
    ],
    ['asked for more from nowhere', (_c, o) => (o.state = 'awaiting_supplement')],
    ['dispatched to nobody', (_c, o) => (o.state = 'dispatched')],
    [
      'an assignment left open',
      (_c, o) => {
        o.state = 'pending_callback';
        o.assignments.push({ kind: 'lead', round: 1, state: 'signed' });
      },
    ],
    ['received and handled', (c) => c.people[0]!.did.push('accept', 'sign')],
    ['handled and judged', (c) => c.people[0]!.did.push('submit_reply', 'audit_pass')],
    ['handled and supervised', (c) => c.people[0]!.did.push('first_contact', 'redo')],
    ['answered and judged', (c) => c.people[0]!.did.push('direct_answer', 'evaluate')],
  ];
  it.each(broken)('notices %s', (_what, spoil) => {
    const city = new City(() => 0);
    city.step();
    expect(() => invariants(city)).not.toThrow();
    spoil(city, city.order!);
    expect(() => invariants(city)).toThrow();
  });

  it('notices a state without a way out', () => {
    const city = new City(() => 0);
    city.step();
    city.order!.state = 'merged';
    expect(() => wayOut(city)).toThrow(/no way out/);
  });
});
