/** What the system may decide alone, said a second time over every combination of facts. */
import { describe, expect, it } from 'vitest';
import { FLAGS, PROPOSALS, WAIT_REASONS } from '../../src/kernel/words.ts';
import type { Flag, Proposal, Urgency, WaitReason } from '../../src/kernel/words.ts';
import { mayAccept, mayDispatch } from '../../src/routing/rules.ts';
import type { AcceptFacts, DispatchFacts } from '../../src/routing/rules.ts';

/** Every value of every fact; the first of each is the one that holds nothing back. */
const VALUES = {
  emergency: [false, true],
  round: [1, 2],
  supplemented: [false, true],
  confidential: [false, true],
  wary: [false, true],
  duplicate: [false, true],
  unitsAble: [true, false],
  flag: [null, 'repeat', 'group', 'safety'] as (Flag | null)[],
  proposal: ['dispatch', 'direct_answer', 'transfer_emergency'] as Proposal[],
  score: [0.8, 0.79],
  chosenUrgency: ['U3', 'U1'] as Urgency[],
  understoodUrgency: ['U3', 'U1'] as Urgency[],
  category: ['same', 'other', 'not_chosen', 'not_understood', 'neither'],
  suggestion: [
    'lead',
    'area_unknown',
    'transfer_target',
    'answer_directly',
    'no_row',
    'none',
    'co_nowhere',
  ],
} as const;
type World = { [K in keyof typeof VALUES]: (typeof VALUES)[K][number] };

function* worlds(): Generator<World> {
  const keys = Object.keys(VALUES) as (keyof World)[];
  const sizes = keys.map((k) => VALUES[k].length);
  const total = sizes.reduce((a, b) => a * b, 1);
  for (let n = 0; n < total; n++) {
    let rest = n;
    yield Object.fromEntries(
      keys.map((k, i) => {
        const value = VALUES[k][rest % sizes[i]!];
        rest = Math.floor(rest / sizes[i]!);
        return [k, value];
      }),
    ) as World;
  }
}

const categoryOf = (w: World, side: 'chosen' | 'understood'): string | null => {
  if (w.category === 'neither') return null;
  if (side === 'chosen') return w.category === 'not_chosen' ? null : '0205';
  if (w.category === 'not_understood') return null;
  return w.category === 'other' ? '0203' : '0205';
};

const factsOf = (w: World): DispatchFacts => ({
  emergency: w.emergency,
  round: w.round,
  supplemented: w.supplemented,
  confidential: w.confidential,
  wary: w.wary,
  duplicate: w.duplicate,
  unitsAble: w.unitsAble,
  flags: w.flag ? ['vulnerable', w.flag] : ['vulnerable'],
  threshold: 0.8,
  understood: {
    type: 'help',
    categoryCode: categoryOf(w, 'understood'),
    urgency: w.understoodUrgency,
    proposal: w.proposal,
    score: w.score,
  },
  chosen: { type: 'help', categoryCode: categoryOf(w, 'chosen'), urgency: w.chosenUrgency },
  suggestion:
    w.suggestion === 'none'
      ? null
      : {
          hasLead: HAS_LEAD.includes(w.suggestion),
          steps: ['row_category', ...stepFor(w.suggestion)],
        },
});
/** `co_nowhere`: the lead is known, a co-handler is the unit of a place that is not. */
const HAS_LEAD: readonly string[] = ['lead', 'co_nowhere'];
const stepFor = (s: World['suggestion']): string[] => {
  if (s === 'lead' || s === 'none') return [];
  return [s === 'co_nowhere' ? 'area_unknown' : s];
};

/** The reasons as domain.md, the issue and the look say them, one by one. */
function expected(w: World): WaitReason[] {
  const out: WaitReason[] = [];
  if (w.emergency) out.push('emergency');
  if (w.chosenUrgency === 'U1' || w.understoodUrgency === 'U1') out.push('most_urgent');
  if (w.confidential) out.push('confidential');
  else if (w.wary) out.push('wary');
  if (w.category === 'neither' || w.suggestion === 'none') out.push('not_understood');
  if (w.score === 0.79) out.push('low_score');
  if (w.category === 'other' || w.category === 'not_understood') out.push('differs');
  if (w.flag === 'group' || w.flag === 'safety') out.push('flagged');
  if (w.suggestion === 'area_unknown' || w.suggestion === 'co_nowhere') out.push('area_unknown');
  if (w.suggestion === 'no_row') out.push('no_row');
  if (w.suggestion === 'transfer_target') out.push('transfer_target');
  if (w.suggestion === 'answer_directly') out.push('answer_directly');
  if (w.proposal !== 'dispatch') out.push('proposal');
  if (w.duplicate) out.push('possible_duplicate');
  if (w.round === 2) out.push('redone');
  if (w.supplemented) out.push('supplemented');
  if ((w.suggestion === 'lead' || w.suggestion === 'co_nowhere') && !w.unitsAble)
    out.push('unit_unable');
  return out;
}

const PLAIN: DispatchFacts = {
  emergency: false,
  round: 1,
  supplemented: false,
  confidential: false,
  wary: false,
  duplicate: false,
  unitsAble: true,
  flags: [],
  threshold: 0.8,
  understood: {
    type: 'help',
    categoryCode: '0205',
    urgency: 'U3',
    proposal: 'dispatch',
    score: 0.8,
  },
  chosen: { type: 'help', categoryCode: '0205', urgency: 'U3' },
  suggestion: { hasLead: true, steps: ['row_category'] },
};

describe('what the system may dispatch', () => {
  it('is held back by every reason, and by no other, over the product of facts', () => {
    const seen = new Set<WaitReason>();
    let free = 0;
    let n = 0;
    for (const w of worlds()) {
      const want = expected(w).toSorted();
      const got = mayDispatch(factsOf(w)).toSorted();
      if (String(got) !== String(want)) expect.soft(got, JSON.stringify(w)).toEqual(want);
      for (const r of got) seen.add(r);
      if (got.length === 0) free += 1;
      n += 1;
    }
    expect(n).toBe(430_080);
    // Peril is looked at before: what a person accepted has been read. Reports have a case below.
    expect([...seen, 'peril', 'report'].toSorted()).toEqual([...WAIT_REASONS].toSorted());
    expect(free).toBeGreaterThan(0);
  });

  it('is free where all is plain, at the threshold itself too', () => {
    expect(mayDispatch(PLAIN)).toEqual([]);
    expect(mayDispatch({ ...PLAIN, threshold: 0.81 })).toEqual(['low_score']);
  });

  it('is never a report, chosen or understood', () => {
    const understood = { ...PLAIN.understood!, type: 'report' } as const;
    expect(mayDispatch({ ...PLAIN, chosen: { ...PLAIN.chosen, type: 'report' } })).toEqual([
      'report',
    ]);
    expect(mayDispatch({ ...PLAIN, chosen: { ...PLAIN.chosen, type: null }, understood })).toEqual([
      'report',
    ]);
    expect(mayDispatch({ ...PLAIN, understood })).toEqual([]);
  });

  it('is never what nothing is known of', () => {
    expect(mayDispatch({ ...PLAIN, understood: null })).toEqual(['not_understood']);
  });

  it.each(FLAGS)('with the mark %s', (flag) => {
    const held = ['group', 'media', 'bouncing', 'false_completion', 'threat', 'safety'];
    const secret = ['confidential', 'whistleblower'];
    expect(mayDispatch({ ...PLAIN, flags: [flag] })).toEqual(
      held.includes(flag) ? ['flagged'] : secret.includes(flag) ? ['confidential'] : [],
    );
  });

  it.each(PROPOSALS)('with the proposal %s', (proposal) => {
    const understood = { ...PLAIN.understood!, proposal };
    const want = proposal === 'dispatch' ? [] : ['proposal'];
    expect(mayDispatch({ ...PLAIN, understood })).toEqual(want);
    expect(mayAccept({ ...PLAIN, peril: false, understood })).toEqual(want);
  });
});

describe('what the system may accept', () => {
  const untouched: AcceptFacts = {
    ...PLAIN,
    peril: false,
    chosen: { type: null, categoryCode: null, urgency: null },
  };
  it.each<[string, Partial<AcceptFacts>, WaitReason[]]>([
    ['nothing chosen, all understood', {}, []],
    ['an emergency', { emergency: true }, ['emergency']],
    ['a class in which a danger may hide', { peril: true }, ['peril']],
    ['a low score', { threshold: 0.9 }, ['low_score']],
    ['nothing understood', { understood: null }, ['not_understood']],
    ['no type', { understood: { ...PLAIN.understood!, type: null } }, ['not_understood']],
    [
      'no category',
      { understood: { ...PLAIN.understood!, categoryCode: null } },
      ['not_understood'],
    ],
    ['no urgency', { understood: { ...PLAIN.understood!, urgency: null } }, ['not_understood']],
    ['the same chosen', { chosen: PLAIN.chosen }, []],
    ['another type chosen', { chosen: { ...PLAIN.chosen, type: 'complaint' } }, ['differs']],
    ['another category chosen', { chosen: { ...PLAIN.chosen, categoryCode: '02' } }, ['differs']],
    ['another urgency chosen', { chosen: { ...PLAIN.chosen, urgency: 'U1' } }, ['differs']],
    ['a second round', { round: 2 }, ['redone']],
    ['a supplement', { supplemented: true }, ['supplemented']],
    // Accepting tells nobody outside: what is secret or most urgent waits for its dispatcher.
    ['the most urgent', { understood: { ...PLAIN.understood!, urgency: 'U1' } }, []],
  ])('%s', (_name, change, want) => {
    expect(mayAccept({ ...untouched, ...change })).toEqual(want);
  });
});
