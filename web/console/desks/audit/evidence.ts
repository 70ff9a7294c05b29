/**
 * What the records and the written reply show of the twelve points, by the same code that the unit
 * checks itself with. It is shown beside a point and marks nothing: the auditor judges.
 */
import type { ChecklistItem } from '../../../../src/contract.ts';
import type { AssignmentView, OrderDetail, ReplyView } from '../../../../src/workorder/schema.ts';
import { mostAlike, numberIn, selfCheck, type Point } from '../inbox/self-check.ts';
import type { ReplyFields } from '../inbox/reply-fields.ts';

export interface Evidence {
  ok: boolean;
  /** Which sentence says it, with its values. */
  fact:
    | 'contact'
    | 'written'
    | 'missing'
    | 'basis_missing'
    | 'dated'
    | 'undated'
    | 'photos'
    | 'no_photo'
    | 'alike'
    | 'buck'
    | 'no_buck'
    | 'number'
    | 'no_number'
    | 'co'
    | 'solved_fits'
    | 'solved_differs';
  values?: Record<string, string | number>;
}

/** Words that send a citizen away instead of doing something. */
const BUCK_PASSING =
  /不(?:属于?|在|归)[^，。；]{0,12}(?:职责|管辖|管理|范围|负责|管)|无权(?:处理|管理|过问)|(?:请|建议)(?:您|你|其|市民|诉求人)?(?:自行|另行|联系|咨询|找|向)[^，。；]{0,16}(?:协商|解决|反映|咨询|部门|单位|处理)|与(?:本|我)(?:单位|局|公司|街道)无关/;

/** The first words of a text that pass the matter on. */
export const buckPassingIn = (text: string): string | undefined => BUCK_PASSING.exec(text)?.[0];

const fieldsOf = (order: OrderDetail, reply: ReplyView): ReplyFields => ({
  truth: reply.truth ?? undefined,
  finding: reply.finding,
  measures: reply.measures,
  basis: reply.basis,
  solved: reply.solved ?? undefined,
  contactMade: reply.contactMade ?? undefined,
  publicVersion: reply.publicVersion,
  waiverReason: '',
  files: order.attachments.filter((file) => file.replyId === reply.id),
});

/** From here on two replies say the same (self-check.ts). */
const ALIKE_MAX = 0.8;

/** Evidence for the points of which the platform knows something. */
export function evidenceOf(
  order: OrderDetail,
  lead: AssignmentView,
  reply: ReplyView,
): Partial<Record<ChecklistItem, Evidence>> {
  const fields = fieldsOf(order, reply);
  const holds = new Map(selfCheck(order, lead, fields).map((c) => [c.point, c.ok]));
  const whether = (point: Point, yes: Evidence['fact'], no: Evidence['fact']) => {
    const ok = holds.get(point);
    return ok === undefined ? undefined : { ok, fact: ok ? yes : no };
  };
  const photos = fields.files.filter((file) => file.width !== null).length;
  const seen: Partial<Record<ChecklistItem, Evidence | undefined>> = {
    first_contact: { ok: lead.firstContactAt !== null, fact: 'contact' },
    finding: whether('finding', 'written', 'missing'),
    basis:
      reply.basis.trim() === '' && (reply.truth === 'untrue' || reply.solved === 'not_solved')
        ? { ok: false, fact: 'basis_missing' }
        : undefined,
    measures_dated: whether('measures_dated', 'dated', 'undated'),
    photo:
      photos > 0
        ? { ok: true, fact: 'photos', values: { n: photos } }
        : whether('photo', 'photos', 'no_photo'),
    not_a_copy: alikeTo(order, reply),
    no_buck_passing: buckOf(fields),
    no_third_party_data: numberOf(fields),
    co_handlers_in: coOf(order),
    solved_consistent: whether('solved_consistent', 'solved_fits', 'solved_differs'),
    public_version: whether('public_version', 'written', 'missing'),
  };
  return Object.fromEntries(Object.entries(seen).filter(([, found]) => found !== undefined));
}

function alikeTo(order: OrderDetail, reply: ReplyView): Evidence | undefined {
  const alike = mostAlike(order, reply.publicVersion, reply.id);
  if (alike === null) return undefined;
  return { ok: alike < ALIKE_MAX, fact: 'alike', values: { n: Math.round(alike * 100) } };
}

function buckOf({ finding, measures, publicVersion }: ReplyFields): Evidence {
  const words = buckPassingIn(`${finding}\n${measures}\n${publicVersion}`);
  return words === undefined
    ? { ok: true, fact: 'no_buck' }
    : { ok: false, fact: 'buck', values: { words } };
}

function numberOf({ publicVersion }: ReplyFields): Evidence | undefined {
  if (publicVersion.trim() === '') return undefined;
  const found = numberIn(publicVersion);
  return found === undefined
    ? { ok: true, fact: 'no_number' }
    : { ok: false, fact: 'number', values: { number: found } };
}

function coOf(order: OrderDetail): Evidence | undefined {
  const co = order.assignments.filter((a) => a.kind === 'co' && a.round === order.round);
  if (co.length === 0) return undefined;
  const open = co.filter((a) => !a.waived && a.submittedAt === null);
  return { ok: open.length === 0, fact: 'co', values: { n: co.length } };
}
