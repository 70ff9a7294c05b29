/**
 * The policy of a new installation against test/golden/clocks.txt, parts (b) and (c), which were
 * typed by hand from domain.md §3.3 and life-cycle.md.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limitFor, rungOf } from '../../src/deadline/policy.ts';
import type { Facts } from '../../src/deadline/policy.ts';
import { policyDocument } from '../../src/deadline/schema.ts';
import { CHANNELS, CLOCKS, DEMAND_TYPES, URGENCIES } from '../../src/kernel/words.ts';
import type { Clock, Urgency } from '../../src/kernel/words.ts';
import { goldenClocks } from '../golden-clocks.ts';

const GOLDEN = goldenClocks();
const raw: unknown = JSON.parse(
  readFileSync(new URL('../../db/seed/deadline-policy.json', import.meta.url), 'utf8'),
);
const POLICY = policyDocument.parse(raw);

const told = (clock: Clock, f: Facts): string => {
  const limit = limitFor(POLICY, clock, f);
  return limit ? `${limit.amount} ${limit.basis}` : '—';
};

/** Every case an order can be in; only one that was not accepted yet may lack its urgency. */
const FACTS: Facts[] = [...URGENCIES, null].flatMap((urgency) =>
  [...DEMAND_TYPES, null].flatMap((type) =>
    [...CHANNELS, null].flatMap((channel) =>
      [false, true].map((redo) => ({ urgency, type, channel, redo })),
    ),
  ),
);
const name = (clock: Clock, f: Facts) =>
  `${clock} ${f.urgency} ${f.type} ${f.channel}${f.redo ? ' redo' : ''}`;

/** What differs, case by case, so that a wrong row is read at a glance. */
function differing(clocks: readonly Clock[], facts: readonly Facts[]): string[] {
  const wrong: string[] = [];
  for (const clock of clocks) {
    for (const f of facts) {
      const [is, should] = [told(clock, f), GOLDEN.limit(clock, f)];
      if (is !== should) wrong.push(`${name(clock, f)}: is ${is}, should be ${should}`);
    }
  }
  return wrong;
}

describe('limits of the seeded policy', () => {
  const known = FACTS.filter((f) => f.urgency !== null);
  const others = CLOCKS.filter((c) => c !== 'dispatch' && c !== 'supervision_reply');

  it(`are those of the documents in ${known.length} cases of each clock`, () => {
    expect(known).toHaveLength(4 * 8 * 14 * 2);
    expect(differing(others, known)).toEqual([]);
    expect(
      differing(
        ['dispatch'],
        known.filter((f) => !f.redo),
      ),
    ).toEqual([]);
  });

  it('redone, dispatched within 2 wh (domain.md §3.3, row redo)', () => {
    const redone = known.filter((f) => f.redo);
    expect(differing(['dispatch'], redone)).toEqual([]);
  });

  it('an order that was not accepted yet is accepted within its channel’s limit', () => {
    const unknown = FACTS.filter((f) => f.urgency === null);
    expect(differing(['accept', 'citizen'], unknown)).toEqual([]);
  });

  it('a supervision order is answered by its level, whatever the order', () => {
    for (const level of [2, 3, 4]) {
      for (const f of known)
        expect(told('supervision_reply', { ...f, level })).toBe(GOLDEN.supervision(level));
    }
    // Reminders and urges are no supervision orders: nothing runs for them.
    for (const level of [0, 1])
      expect(told('supervision_reply', { ...known[0]!, level })).toBe('—');
  });

  it('a co-handler answers before the lead: a working day, or 4 hours', () => {
    for (const f of known) {
      const [lead, co] = [limitFor(POLICY, 'final', f)!, limitFor(POLICY, 'co', f)!];
      expect(co.basis).toBe(lead.basis);
      expect(co.amount).toBe(lead.amount - (lead.basis === 'nh' ? 4 : 1));
    }
  });

  it('every row is the first match of some case, and says where it comes from', () => {
    // Each row answers with its own number.
    const numbered = { ...POLICY, limits: POLICY.limits.map((r, i) => ({ ...r, amount: i + 1 })) };
    const used = new Set<number>();
    for (const clock of CLOCKS) {
      for (const f of FACTS) {
        for (const level of [2, 3, 4])
          used.add((limitFor(numbered, clock, { ...f, level })?.amount ?? 0) - 1);
      }
    }
    const idle = POLICY.limits.filter((_, i) => !used.has(i)).map((r) => JSON.stringify(r));
    expect(idle).toEqual([]);
    expect(POLICY.limits.filter((r) => r.source === '')).toEqual([]);
  });

  it('the more urgent never has more time: U1 ≤ U2 in natural hours', () => {
    const f = { type: 'help', channel: 'phone', redo: false } as const;
    for (const clock of ['dispatch', 'sign', 'first_contact', 'return_window', 'final'] as const) {
      const of = (urgency: Urgency) => limitFor(POLICY, clock, { ...f, urgency })!;
      expect([of('U1').basis, of('U2').basis]).toEqual(['nh', 'nh']);
      expect(of('U1').amount).toBeLessThanOrEqual(of('U2').amount);
    }
  });
});

describe('the ladder of the seeded policy', () => {
  it('has exactly the rungs of the golden file', () => {
    const rungs = POLICY.ladder.flatMap((r) =>
      r.clocks.map((clock) => {
        const when = 'share' in r.at ? `${r.at.share * 100} %` : `+ ${r.at.after}`;
        return `${clock} ${r.step} ${when} ${r.level} ${r.action}`;
      }),
    );
    expect(rungs.toSorted()).toEqual(GOLDEN.rungs.toSorted());
    expect(new Set(rungs).size).toBe(rungs.length);
  });

  it('names each step of a clock once', () => {
    const steps = POLICY.ladder.flatMap((r) => r.clocks.map((c) => `${c} ${r.step}`));
    expect(steps).toHaveLength(new Set(steps).size);
    for (const r of POLICY.ladder)
      for (const c of r.clocks) expect(rungOf(POLICY, c, r.step)).toBe(r);
  });

  it('tells whom domain.md §2.7 names: 0 handler, 1 receiver and handler, 2 and 3 the leader', () => {
    const to = (step: string) => rungOf(POLICY, 'final', step)!.to;
    expect(to('half')).toContain('handler');
    expect(to('eighty')).toContain('handler');
    expect(to('due')).toContain('handler');
    expect(to('late1')).toEqual(expect.arrayContaining(['unit_receiver', 'handler']));
    expect(to('late3')).toContain('unit_leader');
    expect(to('late5')).toContain('unit_leader');
  });

  it('never sends before the due instant to a telephone', () => {
    for (const r of POLICY.ladder) if ('share' in r.at) expect(r.message).toBe(false);
  });

  it('opens supervision at the first redo (level 2) and at the second (level 3)', () => {
    expect(POLICY.triggers).toEqual([
      { on: 'redo', count: 1, level: 2, cause: 'redo' },
      { on: 'redo', count: 2, level: 3, cause: 'problem_order' },
    ]);
  });
});

describe('follow-up of the seeded policy', () => {
  it('3 tries on 2 days, a link open for 7 days, one consultation in ten', () => {
    expect(POLICY.followup).toEqual({
      attempts: 3,
      attemptDays: 2,
      linkDays: 7,
      attemptMinutes: 10,
      consultationSample: 10,
    });
  });
});

describe('a policy document', () => {
  const limits = [{ clock: 'final', amount: 1, basis: 'wd', source: '' }];
  const doc = (more: object) => policyDocument.safeParse({ ...(raw as object), ...more }).success;

  it.each([
    ['an empty list of limits', { limits: [] }],
    ['zero time', { limits: [{ ...limits[0], amount: 0 }] }],
    ['negative time', { limits: [{ ...limits[0], amount: -1 }] }],
    ['half a working day', { limits: [{ ...limits[0], amount: 0.5 }] }],
    ['more working days than ten years have', { limits: [{ ...limits[0], amount: 3_000 }] }],
    ['an unknown clock', { limits: [{ ...limits[0], clock: 'coffee' }] }],
    ['an unknown basis', { limits: [{ ...limits[0], basis: 'weeks' }] }],
    ['a share of nothing', { ladder: [{ ...POLICY.ladder[0], at: { share: 0 } }] }],
    ['a share of all', { ladder: [{ ...POLICY.ladder[0], at: { share: 1 } }] }],
    ['a step before the due instant', { ladder: [{ ...POLICY.ladder[0], at: { after: -1 } }] }],
    ['half a day after it', { ladder: [{ ...POLICY.ladder[0], at: { after: 0.5 } }] }],
    ['level 5', { ladder: [{ ...POLICY.ladder[0], level: 5 }] }],
    ['a step for nobody', { ladder: [{ ...POLICY.ladder[0], to: [] }] }],
    ['a step twice on one clock', { ladder: [POLICY.ladder[0], POLICY.ladder[0]] }],
    ['25 o’clock', { quiet: { ...POLICY.quiet, from: '25:00' } }],
  ])('refuses %s', (_what, more) => {
    expect(doc(more)).toBe(false);
  });

  it('takes itself, and one limit', () => {
    expect(doc({})).toBe(true);
    expect(doc({ limits })).toBe(true);
  });
});
