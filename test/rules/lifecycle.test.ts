/**
 * The life cycle, said a second time. The expectations stand in test/golden/lifecycle.txt and in the
 * tables below; all were typed from life-cycle.md and domain.md §2.1, none is computed from the code.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARTIES } from '../../src/kernel/words.ts';
import type { Party } from '../../src/kernel/words.ts';
import {
  ASSIGNMENT_ACTS,
  ASSIGNMENT_STATES,
  CLOSING_TYPES,
  FINAL_STATES,
  HANDS,
  HAND_FORBIDS,
  LEAD_EFFECT,
  ORDER_ACTS,
  ORDER_STATES,
  assignmentActsIn,
  assignmentRow,
  clash,
  orderActsIn,
  orderRow,
  rulesOf,
} from '../../src/workorder/lifecycle.ts';
import type { Act, AssignmentAct, Hand, OrderAct } from '../../src/workorder/lifecycle.ts';

type What = 'order' | 'assignment';

/** `what state act party` → what comes of it, as the golden file words it. */
type Said = Map<string, string>;

/** What a rule says of one act; the two tables seen alike. */
interface AnyRow {
  from: readonly string[];
  to: string | readonly string[];
  by: readonly Party[];
  built: boolean;
  closes?: string;
  window?: { closedDaysMax: number };
}

const LINE =
  /^(order|assignment) +(\S+) +(\w+) +(\w+) +→ (\w+(?: or \w+)*)((?: +\[[^\]]+\])*(?: +\(not built\))?)$/u;

/** Reads the golden file. @throws on a line it does not understand and on one that stands twice. */
function parseGolden(text: string): Said {
  const said: Said = new Map();
  let staff: string[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('staff = ')) {
      staff = line.slice('staff = '.length).split(' ');
      continue;
    }
    const m = LINE.exec(line);
    if (!m) throw new Error(`lifecycle.txt line ${i + 1} is not understood: ${line}`);
    const [, what, state, act, who, to, notes] = m;
    for (const party of who === 'staff' ? staff : [who]) {
      const key = `${what} ${state} ${act} ${party}`;
      if (said.has(key)) throw new Error(`lifecycle.txt line ${i + 1} stands twice: ${key}`);
      said.set(key, [`→ ${to}`, ...(notes ?? '').split(/ {2,}/).filter(Boolean)].join(' '));
    }
  }
  return said;
}

/** What a row makes of one state and one party; null = refused. `—` is "no subject yet". */
function outcome(row: AnyRow, state: string, party: string): string | null {
  const there = row.from.length === 0 ? state === '—' : row.from.includes(state);
  const may = row.by.length === 0 ? party === 'effect' : (row.by as string[]).includes(party);
  if (!there || !may) return null;
  const to =
    typeof row.to === 'string' ? (row.to === 'same' ? state : row.to) : row.to.join(' or ');
  const parts = [`→ ${to}`];
  if (row.closes) parts.push(`[closes: ${row.closes === 'input' ? 'any' : row.closes}]`);
  if (row.window && state === 'closed') {
    parts.push(`[within ${row.window.closedDaysMax} d of closing]`);
  }
  if (!row.built) parts.push('(not built)');
  return parts.join(' ');
}

const STATES: Record<What, readonly string[]> = {
  order: ['—', ...ORDER_STATES],
  assignment: ['—', ...ASSIGNMENT_STATES],
};
const rowOf = (what: What, act: string): AnyRow =>
  what === 'order' ? orderRow(act as OrderAct) : assignmentRow(act as AssignmentAct);
/** Words of a list, in the order of the alphabet. */
const sorted = (words: string) => words.split(' ').sort();
const WHO: readonly string[] = [...PARTIES, 'effect'];

/** Walks state × party of one act; one readable line per difference. */
function differences(said: Said, what: What, act: string, row: AnyRow): string[] {
  return STATES[what].flatMap((state) =>
    WHO.flatMap((party) => {
      const key = `${what} ${state} ${act} ${party}`;
      const golden = said.get(key);
      const code = outcome(row, state, party) ?? undefined;
      if (golden === code) return [];
      if (golden === undefined)
        return [`the code allows what the golden file does not: ${key} ${code}`];
      if (code === undefined)
        return [`the code refuses what the golden file allows: ${key} ${golden}`];
      return [`${key}: golden file ${golden}, code ${code}`];
    }),
  );
}

const golden = parseGolden(
  readFileSync(new URL('../golden/lifecycle.txt', import.meta.url), 'utf8'),
);
const acts: [What, string][] = [
  ...Object.keys(ORDER_ACTS).map((act): [What, string] => ['order', act]),
  ...Object.keys(ASSIGNMENT_ACTS).map((act): [What, string] => ['assignment', act]),
];

describe('state × act × party', () => {
  it.each(acts)('%s %s is allowed where the golden file says, and nowhere else', (what, act) => {
    expect(differences(golden, what, act, rowOf(what, act))).toEqual([]);
  });

  it('the golden file names only acts, states and parties that exist', () => {
    const known = acts.map((a) => a.join(' '));
    const strange = [...golden.keys()].filter((key) => {
      const [what, state, act, party] = key.split(' ') as [What, string, string, string];
      return (
        !known.includes(`${what} ${act}`) || !STATES[what].includes(state) || !WHO.includes(party)
      );
    });
    expect(strange).toEqual([]);
  });

  it('the words are those of life-cycle.md: 14 states of an order, 6 of an assignment', () => {
    expect(ORDER_STATES.join(' ')).toBe(
      'registered awaiting_supplement pending_dispatch in_conference dispatched in_progress ' +
        'suspended pending_audit pending_callback pending_close merged transferred closed archived',
    );
    expect(ASSIGNMENT_STATES.join(' ')).toBe(
      'pending_sign signed submitted accepted returned cancelled',
    );
    expect([...CLOSING_TYPES].sort().join(' ')).toBe(
      'answered explained insufficient merged no_substance partly_solved rejected solved ' +
        'transferred unreachable unreasonable withdrawn',
    );
  });

  it('the built acts are those of this issue', () => {
    const built = (what: What) =>
      acts.flatMap(([w, act]) => (w === what && rowOf(w, act).built ? [act] : [])).sort();
    expect(built('order')).toEqual(
      sorted(
        'register accept direct_answer reject dispatch audit_pass audit_fail record_attempt evaluate ' +
          'give_up_callback redo close urge withdraw note supervise reply_supervision ' +
          'judge_supervision effect_lead_signs effect_lead_submits transfer_emergency receipt split ' +
          'ask_supplement supplement expire_supplement close_no_substance set_flags ' +
          'correct_classification propose_redo decline_redo',
      ),
    );
    expect(built('assignment')).toEqual(
      sorted(
        'sign first_contact progress submit_reply submit_co_reply ' +
          'effect_audit_passes effect_audit_fails effect_cancel',
      ),
    );
  });

  // A check that cannot fail is a defect: each kind of difference is made once.
  it('a row that allows too much, too little or something else is noticed', () => {
    const row: AnyRow = {
      from: ['pending_audit'],
      to: 'pending_callback',
      by: ['auditor'],
      built: true,
    };
    const diff = (change: Partial<AnyRow>) =>
      differences(golden, 'order', 'audit_pass', { ...row, ...change });
    expect(diff({})).toEqual([]);
    expect(diff({ by: ['auditor', 'handler'] })).toEqual([
      'the code allows what the golden file does not: ' +
        'order pending_audit audit_pass handler → pending_callback',
    ]);
    expect(diff({ by: [] })).toHaveLength(2);
    expect(diff({ from: ['pending_audit', 'in_progress'] })).toHaveLength(1);
    expect(diff({ to: 'closed' })).toEqual([
      'order pending_audit audit_pass auditor: golden file → pending_callback, code → closed',
    ]);
    expect(diff({ built: false })).toHaveLength(1);
    expect(diff({ closes: 'solved' })).toHaveLength(1);
    const shorter = new Map(golden);
    shorter.delete('order pending_audit audit_pass auditor');
    expect(differences(shorter, 'order', 'audit_pass', row)).toHaveLength(1);
    expect(() => parseGolden('order registered accept operator pending_dispatch')).toThrow(
      /line 1/,
    );
    const twice = 'order registered accept operator → pending_dispatch\n';
    expect(() => parseGolden(twice + twice)).toThrow(/stands twice/);
  });
});

describe('what a desk is offered', () => {
  /** Built acts of somebody in a state, by the golden file. */
  const offered = (what: What, state: string) =>
    new Set(
      [...golden].flatMap(([key, to]) => {
        const [w, s, act, party] = key.split(' ');
        const theirs = w === what && s === state && party !== 'effect';
        return theirs && !to.endsWith('(not built)') ? [act] : [];
      }),
    );

  it.each(ORDER_STATES)('order %s: exactly the built acts of the golden file', (state) => {
    const wanted = offered('order', state);
    // Whether there is anything to reply to or to judge, the supervision order says, not the order.
    for (const act of ['reply_supervision', 'judge_supervision']) wanted.delete(act);
    expect(new Set(orderActsIn(state))).toEqual(wanted);
  });

  // Positions are no roles: only a co-handler's reply is a co-reply, only the lead's is the reply.
  const WRONG_FOR = { lead: 'submit_co_reply', co: 'submit_reply' } as const;
  it.each(ASSIGNMENT_STATES.flatMap((s) => [[s, 'lead'] as const, [s, 'co'] as const]))(
    'assignment %s of a %s: exactly the built acts of its position',
    (state, kind) => {
      const wanted = offered('assignment', state);
      wanted.delete(WRONG_FOR[kind]);
      expect(new Set(assignmentActsIn(state, kind))).toEqual(wanted);
    },
  );

  it("the lead's sign and submit_reply, and nothing else built, move the order", () => {
    expect(LEAD_EFFECT).toEqual({ sign: 'effect_lead_signs', submit_reply: 'effect_lead_submits' });
  });

  it('the reply is drafted by the handler; only the countersignature is an act', () => {
    expect(ASSIGNMENT_ACTS.submit_reply.draftedBy).toBe('handler');
    expect(ASSIGNMENT_ACTS.submit_reply.by).toEqual(['unit_leader']);
  });
});

describe('ways out', () => {
  /** State → states one step away, for the given choice of rows. */
  function steps(what: What, take: (row: AnyRow) => boolean): Map<string, Set<string>> {
    const next = new Map(STATES[what].map((s) => [s, new Set<string>()]));
    for (const [w, act] of acts) {
      const row = rowOf(w, act);
      if (w !== what || !take(row)) continue;
      for (const from of row.from.length === 0 ? ['—'] : row.from) {
        // `origin`: any of the states that the citizen can be asked in.
        const asked = rowOf('order', 'ask_supplement').from;
        const to = row.to === 'origin' ? asked : typeof row.to === 'string' ? [row.to] : row.to;
        for (const t of to) if (t !== 'same' && t !== from) next.get(from)?.add(t);
      }
    }
    return next;
  }

  function reachable(next: Map<string, Set<string>>, start: string): Set<string> {
    const seen = new Set<string>();
    const ahead = [start];
    for (let s = ahead.pop(); s !== undefined; s = ahead.pop()) {
      for (const t of next.get(s) ?? []) {
        if (seen.has(t)) continue;
        seen.add(t);
        ahead.push(t);
      }
    }
    return seen;
  }

  const whole = steps('order', () => true);
  const built = steps('order', (row) => row.built);

  it.each(ORDER_STATES.filter((s) => s !== 'archived'))(
    'order %s: some act leads out, and in the end to archived',
    (state) => {
      expect([...(whole.get(state) ?? [])]).not.toEqual([]);
      expect(reachable(whole, state)).toContain('archived');
    },
  );

  it('the built road passes these states, and each but closed has a built way to closed', () => {
    const road = [...reachable(built, '—')].sort();
    expect(road).toEqual(
      sorted(
        'registered awaiting_supplement pending_dispatch dispatched in_progress pending_audit ' +
          'pending_callback pending_close transferred closed',
      ),
    );
    for (const state of road) {
      if (state === 'closed') continue;
      expect([...(built.get(state) ?? [])], state).not.toEqual([]);
      expect(reachable(built, state), state).toContain('closed');
    }
  });

  it('no act leads out of archived, and none changes an archived order', () => {
    expect(whole.get('archived')).toEqual(new Set());
    expect(orderActsIn('archived')).toEqual([]);
  });

  it('closed and archived are the ends of the built road', () => {
    expect(FINAL_STATES).toEqual(['closed', 'archived']);
  });

  it('an assignment: the open ones have a way out, the others none', () => {
    const next = steps('assignment', (row) => row.built);
    expect(next.get('pending_sign')).toEqual(new Set(['signed', 'cancelled']));
    expect(next.get('signed')).toEqual(new Set(['submitted', 'cancelled']));
    expect(next.get('submitted')).toEqual(new Set(['accepted', 'signed']));
    for (const end of ['accepted', 'returned', 'cancelled']) {
      expect(next.get(end), end).toEqual(new Set());
    }
  });

  it('every act that closes says how; no other act does', () => {
    const closing = acts.filter(([w, act]) => {
      const { to } = rowOf(w, act);
      return w === 'order' && (to === 'closed' || (Array.isArray(to) && to.includes('closed')));
    });
    const saying = acts.filter(([w, act]) => rowOf(w, act).closes !== undefined);
    expect(saying).toEqual(closing);
  });
});

describe('hands: separation of duties', () => {
  /**
   * Rows: what one is about to do. Columns: what the same person did before to this order.
   * `x` = forbidden. Receiving ≠ handling ≠ judging or supervising (domain.md §2.1); who answered
   * the citizen directly has received and as good as handled, so they do not judge their answer.
   */
  const TABLE = `
                received answered handled judged supervised
    received    .        .        x       .      .
    answered    .        .        x       x      .
    handled     x        x        .       x      x
    judged      .        x        x       .      .
    supervised  .        .        x       .      .
  `;
  const [columns = [], ...rows] = TABLE.trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  const forbidden = new Map(
    rows.flatMap(([hand, ...cells]) =>
      cells.map((cell, i) => [`${hand} after ${columns[i]}`, cell === 'x'] as const),
    ),
  );
  const pairs = HANDS.flatMap((hand) => HANDS.map((earlier) => [hand, earlier] as const));

  it('the table is complete', () => {
    expect([...forbidden.keys()]).toEqual(pairs.map(([h, e]) => `${h} after ${e}`));
    expect(Object.keys(HAND_FORBIDS)).toEqual([...HANDS]);
  });

  it.each(pairs)('%s after %s', (hand, earlier) => {
    const no = forbidden.get(`${hand} after ${earlier}`);
    expect(HAND_FORBIDS[hand].includes(earlier)).toBe(no);
    expect(clash(hand, [earlier])).toEqual(no ? [earlier] : []);
  });

  it('what may not follow may not precede either', () => {
    for (const [a, b] of pairs) {
      expect(forbidden.get(`${a} after ${b}`), `${a}, ${b}`).toBe(forbidden.get(`${b} after ${a}`));
    }
  });

  it('several earlier hands: every one that forbids is named; no hand never clashes', () => {
    expect(clash('handled', ['judged', 'handled', 'received'])).toEqual(['judged', 'received']);
    expect(clash('received', ['answered', 'judged', 'supervised', 'received'])).toEqual([]);
    expect(clash('handled', [])).toEqual([]);
    expect(clash(null, [...HANDS])).toEqual([]);
  });

  /**
   * Whoever urges is thereby not a handler: a supervisor oversees, an operator or dispatcher stands
   * on the receiving side; "supervised" forbids just that. A note is nobody's part in the matter.
   */
  const HAND_OF: Record<string, Hand | null> = {
    'order register': 'received',
    'order accept': 'received',
    'order direct_answer': 'answered',
    'order reject': 'received',
    'order dispatch': 'received',
    'order effect_lead_signs': null,
    'order effect_lead_submits': null,
    'order audit_pass': 'judged',
    'order audit_fail': 'judged',
    'order record_attempt': 'judged',
    'order evaluate': 'judged',
    'order give_up_callback': null,
    'order redo': 'supervised',
    'order close': 'judged',
    'order withdraw': 'received',
    'order urge': 'supervised',
    'order note': null,
    'order supervise': 'supervised',
    'order transfer_emergency': 'received',
    'order receipt': 'received',
    'order split': 'received',
    // Done by a unit's handler it is handling.
    'order ask_supplement': 'received',
    'order supplement': 'received',
    'order expire_supplement': null,
    'order close_no_substance': 'received',
    'order set_flags': 'received',
    'order correct_classification': 'received',
    'order propose_redo': 'received',
    'order decline_redo': 'supervised',
    'order reply_supervision': 'handled',
    'order judge_supervision': 'supervised',
    'assignment sign': 'handled',
    'assignment first_contact': 'handled',
    'assignment progress': 'handled',
    'assignment submit_co_reply': 'handled',
    'assignment submit_reply': 'handled',
    'assignment effect_audit_passes': null,
    'assignment effect_audit_fails': null,
    'assignment effect_cancel': null,
  };

  it('asking for more is receiving in the centre and handling in a unit', () => {
    expect(rulesOf('ask_supplement').map((r) => [r.by, r.hand])).toEqual([
      [['operator', 'dispatcher'], 'received'],
      [['handler'], 'handled'],
    ]);
    expect(rulesOf('note').map((r) => r.hand)).toEqual([null]);
  });

  it("each built act's hand", () => {
    const found = acts
      .filter(([what, act]) => rowOf(what, act).built)
      .map(([what, act]) => {
        const row =
          what === 'order' ? orderRow(act as OrderAct) : assignmentRow(act as AssignmentAct);
        return [`${what} ${act}`, row.hand] as const;
      });
    expect(Object.fromEntries(found)).toEqual(HAND_OF);
  });

  /** domain.md §2.1: {operator | dispatcher} ∩ handler; handler ∩ {callback, audit, supervisor, arbiter}. */
  const CENTRE: readonly Party[] = [
    'operator',
    'dispatcher',
    'callback_agent',
    'auditor',
    'supervisor',
    'arbiter',
  ];
  const UNIT: readonly Party[] = ['unit_receiver', 'handler', 'unit_leader', 'command_room'];

  it('whatever the centre did to an order forbids every act of a unit on it, and the reverse', () => {
    const byOf = (what: What, act: string) => rowOf(what, act).by;
    // Notes are open to all; effects are nobody's.
    const doable = Object.keys(HAND_OF)
      .map((key) => key.split(' ') as [What, Act])
      .filter(([what, act]) => act !== 'note' && byOf(what, act).length > 0);
    const centre = doable.filter(([w, act]) => byOf(w, act).some((p) => CENTRE.includes(p)));
    const unit = doable.filter(([w, act]) => byOf(w, act).some((p) => UNIT.includes(p)));
    expect(centre.length * unit.length).toBeGreaterThan(50);
    const hand = (w: What, a: Act) =>
      (w === 'order' ? orderRow(a as OrderAct) : assignmentRow(a as AssignmentAct)).hand;
    const unitHand = (w: What, a: Act) =>
      w === 'order' ? rulesOf(a as OrderAct).at(-1)!.hand : hand(w, a);
    for (const [cw, ca] of centre) {
      for (const [uw, ua] of unit) {
        const [c, u] = [hand(cw, ca), unitHand(uw, ua)];
        expect(c && clash(u, [c]), `${ua} after ${ca}`).toHaveLength(1);
        expect(u && clash(c, [u]), `${ca} after ${ua}`).toHaveLength(1);
      }
    }
  });
});
