/**
 * 提交前自查: what the records and the written text show for certain. What only a reader can judge is
 * not ticked here, it is named to be read once more.
 */
import type { Solved } from '../../../../src/contract.ts';
import type { AssignmentView, OrderDetail } from '../../../../src/workorder/schema.ts';
import { likeness } from '../../lib/alike.ts';
import { isReachable } from './returned.ts';
import type { ReplyFields } from './reply-fields.ts';

export const POINTS = [
  'first_contact',
  'finding',
  'measures_dated',
  'photo',
  'not_a_copy',
  'no_numbers',
  'public_version',
  'solved_consistent',
  'co_handlers_in',
] as const;
export type Point = (typeof POINTS)[number];
export interface Checked {
  point: Point;
  ok: boolean;
  /** What was found: how alike (0–1), or the number that should not be there. */
  found?: string;
}

/** A date as people write it in a measure: 9月27日, 2026-9-27, 9-27, 9.27前, 月底前; 5.5米 and 1-3层 are none. */
const HAS_DATE = new RegExp(
  [
    /\d{1,2}\s*月\s*(\d|底|初|中|上|下|前|内)/,
    /\d{4}\s*[-/.]\s*\d{1,2}/,
    /(?<![\d.])(0?[1-9]|1[0-2])[-/](0?[1-9]|[12]\d|3[01])(?![\d层楼号栋幢室米万元人户%])/,
    /(?<![\d.])(0?[1-9]|1[0-2])\.(0?[1-9]|[12]\d|3[01])\s*[日号前]/,
    /[日周月年]底?前|[一二三四五六七八九十\d]+\s*个?(工作)?(日|天|周|月)(之)?内|[今明]日|[今明]天|即日/,
  ]
    .map((pattern) => pattern.source)
    .join('|'),
);
/** From here on two replies say the same in other punctuation. */
const ALIKE_MAX = 0.8;
/** Mobile numbers, identity cards, bank cards; an office's own line is no secret. */
const NUMBERS = [
  /(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/,
  /(?<!\d)\d{17}[\dXx](?![\dXx])/,
  /(?<!\d)\d{16}(?:\d{3})?(?!\d)/,
];
/** Words that contradict what was chosen. */
const CONTRADICTS: Record<Solved, RegExp | null> = {
  solved: /(尚未|还没有?|未能|无法|暂时?不能|没有)(得到)?(解决|完成|办结|修复|整改)/,
  partly_solved: null,
  not_solved: /(?<!未|没|无法|尚未|未能)(已经?|全部)(解决|办结|完成整改|恢复正常)/,
};
/** Demands that ask for something at a place; the others need no photo. */
const ON_SITE = new Set(['complaint', 'help', 'report']);

/** The first telephone, identity or card number of a text. */
export const numberIn = (text: string): string | undefined =>
  NUMBERS.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);

/** How alike the public version is to the most alike earlier reply of the order; null: there is none. */
export function mostAlike(
  order: OrderDetail,
  text: string,
  draftId: string | undefined,
): number | null {
  const earlier = order.assignments
    .flatMap((a) => a.replies)
    .filter((r) => r.state !== 'draft' && r.kind === 'lead' && r.id !== draftId);
  if (earlier.length === 0) return null;
  return Math.max(...earlier.map((reply) => likeness(reply.publicVersion, text)));
}

/** Every point that can be checked of this reply; one that does not apply is not in the list. */
export function selfCheck(
  order: OrderDetail,
  assignment: AssignmentView,
  f: ReplyFields,
): Checked[] {
  const co = order.assignments.filter((a) => a.kind === 'co' && a.round === order.round);
  const alike = mostAlike(order, f.publicVersion, undefined);
  const number = numberIn(f.publicVersion);
  const written = `${f.finding}\n${f.measures}\n${f.publicVersion}`;
  const onSite = ON_SITE.has(order.type ?? '') && order.address !== '';
  const against = f.solved && CONTRADICTS[f.solved];
  const point = (name: Point, ok: boolean, found?: string): Checked => ({
    point: name,
    ok,
    ...(found !== undefined && { found }),
  });
  return [
    ...(assignment.firstContactAt || isReachable(order)
      ? [point('first_contact', assignment.firstContactAt !== null)]
      : []),
    point('finding', f.finding.trim() !== ''),
    point('measures_dated', HAS_DATE.test(f.measures)),
    ...(onSite
      ? [
          point(
            'photo',
            f.files.some((file) => file.width !== null),
          ),
        ]
      : []),
    ...(alike === null || f.publicVersion.trim() === ''
      ? []
      : [point('not_a_copy', alike < ALIKE_MAX, alike.toFixed(2))]),
    point('public_version', f.publicVersion.trim() !== ''),
    ...(f.publicVersion.trim() === '' ? [] : [point('no_numbers', number === undefined, number)]),
    point('solved_consistent', f.solved !== undefined && !(against && against.test(written))),
    ...(co.length > 0
      ? [
          point(
            'co_handlers_in',
            co.every((a) => a.waived || a.submittedAt !== null),
          ),
        ]
      : []),
  ];
}
