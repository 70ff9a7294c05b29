/** What the unit's desk may tick for certain before a reply is sent, and how it compares two texts. */
import { describe, expect, it } from 'vitest';
import type { AssignmentView, OrderDetail } from '../../src/workorder/schema.ts';
import { difference, likeness } from '../../web/console/lib/alike.ts';
import { numberIn, selfCheck } from '../../web/console/desks/inbox/self-check.ts';
import type { ReplyFields } from '../../web/console/desks/inbox/reply-fields.ts';

const EMPTY: ReplyFields = {
  truth: undefined,
  finding: '',
  measures: '',
  basis: '',
  solved: undefined,
  contactMade: undefined,
  publicVersion: '',
  waiverReason: '',
  files: [],
};
const order = (change: object = {}) =>
  ({
    round: 1,
    type: 'complaint',
    address: '',
    assignments: [],
    requester: { kind: 'natural', name: null, phone: '138****4471', hidden: false },
    ...change,
  }) as unknown as OrderDetail;
const assignment = (change: object = {}) =>
  ({ firstContactAt: null, ...change }) as unknown as AssignmentView;
const missing = (o: OrderDetail, a: AssignmentView, f: Partial<ReplyFields>) =>
  selfCheck(o, a, { ...EMPTY, ...f })
    .filter(({ ok }) => !ok)
    .map(({ point }) => point);

describe('likeness', () => {
  it('is 1 for the same words in other punctuation, 0 where nothing is common', () => {
    expect(likeness('已经处理完毕。', '已经处理，完毕')).toBe(1);
    expect(likeness('已经处理完毕', '换了新的水管')).toBe(0);
    expect(likeness('', '换了新的水管')).toBe(0);
  });
  it('tells a copy with two words changed from another reply', () => {
    const before = '您好，我局已派人到现场核实处理，感谢您的监督和支持。';
    expect(
      likeness(before, '您好，我局已派员到现场核实处理，感谢您的监督与支持。'),
    ).toBeGreaterThan(0.8);
    expect(
      likeness(before, '9月21日换了新的总管，15:00恢复供水，明天再来查一遍水压。'),
    ).toBeLessThan(0.2);
  });
});

describe('difference', () => {
  const shown = (a: string, b: string) =>
    difference(a, b)
      .map(({ kind, text }) => ({ same: text, added: `+${text}`, gone: `-${text}` })[kind])
      .join('|');
  it('goes clause by clause and loses nothing', () => {
    expect(shown('到场核实，属实。', '到场核实，9月21日换管，属实。')).toBe(
      '到场核实，|+9月21日换管，|属实。',
    );
    expect(shown('甲。乙。', '乙。丙。')).toBe('-甲。|乙。|+丙。');
    expect(shown('', '甲。')).toBe('+甲。');
    expect(shown('甲。', '甲。')).toBe('甲。');
  });
  it('puts together both texts again', () => {
    const [a, b] = ['一，二；三！四。五', '零，二；三！六。五，七'];
    const pieces = difference(a, b);
    const of = (kind: string) =>
      pieces
        .filter((p) => p.kind !== kind)
        .map((p) => p.text)
        .join('');
    expect(of('added')).toBe(a);
    expect(of('gone')).toBe(b);
  });
});

describe('numbers of people', () => {
  it.each([
    '打 13800138000 问',
    '138 0013 8000',
    '330102199001011234',
    '33010219900101123X',
    '6222021234567890123',
  ])('finds one in %s', (text) => expect(numberIn(text)).toBeDefined());
  it.each([
    '打 12345',
    '办公电话 0577-88881234',
    '单号 20260921000010',
    '9月21日15:00',
    '共 1380013800 元',
  ])('finds none in %s', (text) => expect(numberIn(text)).toBeUndefined());
});

describe('the check', () => {
  it('of an empty reply names what is missing, and nothing that cannot be known', () => {
    expect(missing(order(), assignment(), {})).toEqual([
      'first_contact',
      'finding',
      'measures_dated',
      'public_version',
      'solved_consistent',
    ]);
  });
  const whole: Partial<ReplyFields> = {
    finding: '总管破裂。',
    measures: '9月21日15:00前修好。',
    solved: 'solved',
    publicVersion: '您好，总管已经修好。',
  };
  const contacted = assignment({ firstContactAt: '2026-09-21T02:00:00Z' });
  it('of a whole one finds nothing', () => expect(missing(order(), contacted, whole)).toEqual([]));
  it.each([
    ['尽快处理', false],
    ['9月27日前', true],
    ['2026-9-27', true],
    ['月底前', true],
    ['3个工作日内', true],
    ['三日内', true],
    ['9.27前', true],
    ['约5.5米', false],
    ['1-3层已清理', false],
    ['投入2.5万元', false],
  ])('date of the measure “%s”: %s', (measures, dated) =>
    expect(missing(order(), contacted, { ...whole, measures }).includes('measures_dated')).toBe(
      !dated,
    ),
  );
  it('asks for a photo where something is at a place, and a paper is none', () => {
    const placed = order({ address: '银杏路 22 号' });
    const paper = [{ width: null }] as ReplyFields['files'];
    const picture = [{ width: 800 }] as ReplyFields['files'];
    expect(missing(placed, contacted, whole)).toEqual(['photo']);
    expect(missing(placed, contacted, { ...whole, files: paper })).toEqual(['photo']);
    expect(missing(placed, contacted, { ...whole, files: picture })).toEqual([]);
    expect(missing(order({ address: '银杏路', type: 'consultation' }), contacted, whole)).toEqual(
      [],
    );
  });
  it('sees a choice that the words contradict', () => {
    const said = { ...whole, publicVersion: '您好，漏水尚未修复，9月28日再来。' };
    expect(missing(order(), contacted, said)).toEqual(['solved_consistent']);
    expect(missing(order(), contacted, { ...said, solved: 'not_solved' })).toEqual([]);
    expect(
      missing(order(), contacted, {
        ...whole,
        solved: 'not_solved',
        publicVersion: '已经全部解决。',
      }),
    ).toEqual(['solved_consistent']);
  });
  it('compares with replies of this order that were sent, not with the draft itself', () => {
    const reply = (state: string) => ({
      kind: 'lead',
      state,
      id: state,
      publicVersion: whole.publicVersion,
    });
    const copied = order({ assignments: [{ kind: 'lead', round: 1, replies: [reply('failed')] }] });
    const drafted = order({ assignments: [{ kind: 'lead', round: 1, replies: [reply('draft')] }] });
    expect(missing(copied, contacted, whole)).toEqual(['not_a_copy']);
    expect(missing(drafted, contacted, whole)).toEqual([]);
  });
  it('waits for co-handlers of this round who were not waived', () => {
    const co = (change: object) => ({
      kind: 'co',
      round: 1,
      waived: false,
      submittedAt: null,
      replies: [],
      ...change,
    });
    expect(missing(order({ assignments: [co({})] }), contacted, whole)).toEqual(['co_handlers_in']);
    expect(missing(order({ assignments: [co({ waived: true })] }), contacted, whole)).toEqual([]);
    expect(missing(order({ assignments: [co({ round: 0 })] }), contacted, whole)).toEqual([]);
  });
});
