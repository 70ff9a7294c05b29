/** What stands beside the auditor's points: from records and the text, never more than is there. */
import { describe, expect, it } from 'vitest';
import type {
  AssignmentView,
  AttachmentView,
  OrderDetail,
  ReplyView,
} from '../../src/workorder/schema.ts';
import { buckPassingIn, evidenceOf } from '../../web/console/desks/audit/evidence.ts';

const GOOD: Partial<ReplyView> = {
  id: 'r2',
  kind: 'lead',
  state: 'submitted',
  truth: 'true',
  solved: 'solved',
  finding: '进水总管破裂。',
  measures: '9月21日15:00前抢修完毕。',
  basis: '',
  publicVersion: '您好，总管已经修好，恢复供水。',
};
function seen(change: Partial<ReplyView> = {}, more: object = {}) {
  const reply = { ...GOOD, ...change } as ReplyView;
  const lead = {
    kind: 'lead',
    round: 1,
    firstContactAt: '2026-09-21T02:00:00Z',
    replies: [reply],
    ...('earlier' in more ? { replies: [more.earlier, reply] } : {}),
  } as unknown as AssignmentView;
  const order = {
    round: 1,
    type: 'complaint',
    address: '翠竹苑3幢',
    attachments: [],
    ...more,
    assignments: [lead, ...(('co' in more ? more.co : []) as AssignmentView[])],
  } as unknown as OrderDetail;
  return evidenceOf(order, lead, reply);
}
const PHOTO = { id: 'p', replyId: 'r2', width: 800 } as AttachmentView;
const bad = (found: ReturnType<typeof seen>) =>
  Object.entries(found)
    .filter(([, e]) => !e.ok)
    .map(([item, e]) => [item, e.fact]);

describe('evidence beside the points', () => {
  it('finds nothing to look at in a good reply with a photo', () => {
    const found = seen({}, { attachments: [PHOTO] });
    expect(bad(found)).toEqual([]);
    expect(found.photo).toEqual({ ok: true, fact: 'photos', values: { n: 1 } });
    // Nothing to compare with and nobody else asked: nothing is said.
    expect(found.not_a_copy).toBeUndefined();
    expect(found.co_handlers_in).toBeUndefined();
    expect(found.all_matters).toBeUndefined();
  });
  it('misses the photo of a place, but not of a question', () => {
    expect(bad(seen())).toEqual([['photo', 'no_photo']]);
    expect(seen({}, { type: 'consult' }).photo).toBeUndefined();
  });
  it('a photo of another reply is none of this one', () => {
    expect(bad(seen({}, { attachments: [{ ...PHOTO, replyId: 'r1' }] }))).toEqual([
      ['photo', 'no_photo'],
    ]);
  });
  it('compares with what was sent before, never with itself', () => {
    const earlier = { ...GOOD, id: 'r1', state: 'failed' };
    const copy = seen({}, { earlier, attachments: [PHOTO] });
    expect(copy.not_a_copy).toEqual({ ok: false, fact: 'alike', values: { n: 100 } });
    const other = seen({ publicVersion: '阀门井也已加固，夜间有人值守。' }, { earlier });
    expect(other.not_a_copy?.ok).toBe(true);
  });
  it.each([
    ['measures_dated', { measures: '尽快处理。' }, 'undated'],
    ['no_buck_passing', { finding: '该问题不属于我公司职责范围。' }, 'buck'],
    ['no_third_party_data', { publicVersion: '已联系李先生13805774471。' }, 'number'],
    ['solved_consistent', { publicVersion: '目前尚未解决，请谅解。' }, 'solved_differs'],
    ['basis', { solved: 'not_solved' }, 'basis_missing'],
    ['public_version', { publicVersion: '' }, 'missing'],
  ] as const)('%s', (item, change, fact) => {
    expect(seen(change, { attachments: [PHOTO] })[item]).toMatchObject({ ok: false, fact });
  });
  it('waits for co-handlers of this round alone', () => {
    const co = (change: object) => ({
      kind: 'co',
      round: 1,
      waived: false,
      replies: [],
      ...change,
    });
    const open = co({ submittedAt: null });
    expect(seen({}, { co: [open] }).co_handlers_in?.ok).toBe(false);
    expect(seen({}, { co: [co({ submittedAt: null, waived: true })] }).co_handlers_in?.ok).toBe(
      true,
    );
    expect(seen({}, { co: [{ ...open, round: 2 }] }).co_handlers_in).toBeUndefined();
  });
});

describe('words that pass the matter on', () => {
  it.each([
    '该事项不归我们管',
    '建议您向物业公司反映',
    '我单位无权处理',
    '请市民自行与开发商协商解决',
  ])('%s', (text) => expect(buckPassingIn(text)).toBeTruthy());
  it.each(['已向物业公司核实', '请您放心使用', '抢修队已到现场处理', '由市水务集团负责维修'])(
    'not in: %s',
    (text) => expect(buckPassingIn(text)).toBeUndefined(),
  );
});
