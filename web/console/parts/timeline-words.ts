/** The codes of an act's detail as words. What is not known here stays out of sight. */
import type { TimelineItem } from '../../../src/workorder/schema.ts';
import { useReference } from '../data/queries.ts';
import { useWords, type Words } from '../lib/text.ts';

/** Detail fields whose value is a code of one word list. */
const LISTS: Record<string, string> = {
  type: 'type',
  urgency: 'urgency',
  ground: 'ground',
  mode: 'mode',
  method: 'method',
  result: 'attempt',
  truth: 'truth',
  solved: 'solved',
  closingType: 'closing',
  reason: 'give_up',
  identifiedBy: 'identified',
  cause: 'cause',
};

type Naming = (id: string) => string | undefined;
type Reader = (value: unknown, words: Words, naming: Naming) => string | undefined;

const codes = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];

const READERS: Record<string, Reader> = {
  leadId: (v, { say }, naming) => {
    const unit = naming(String(v));
    return unit && say('timeline.lead', { unit });
  },
  coIds: (v, { say, list }, naming) => {
    const units = codes(v).flatMap((id) => naming(id) ?? []);
    return units.length > 0 ? say('timeline.co', { units: list(units) }) : undefined;
  },
  reached: (v, { say }) => say(v === true ? 'timeline.reached' : 'timeline.not_reached'),
  missing: (v, { list, word, say }) =>
    codes(v).length > 0
      ? say('timeline.missing', {
          items: list(codes(v).map((c) => word(`check.${c}`, word(`missing.${c}`)))),
        })
      : undefined,
  checklist: (v, { say }) =>
    codes(v).length > 0 ? say('timeline.checked', { n: codes(v).length }) : undefined,
  satisfaction: (v, { word }) =>
    typeof v === 'number' ? word(`satisfaction.${v}`, String(v)) : undefined,
  reasons: (v, { list, word, say }) =>
    codes(v).length > 0
      ? say('timeline.because', { items: list(codes(v).map((c) => word(`reason.${c}`))) })
      : undefined,
  add: (v, { list, word, say }) =>
    codes(v).length > 0
      ? say('timeline.flags_on', { items: list(codes(v).map((c) => word(`flag.${c}`))) })
      : undefined,
  remove: (v, { list, word, say }) =>
    codes(v).length > 0
      ? say('timeline.flags_off', { items: list(codes(v).map((c) => word(`flag.${c}`))) })
      : undefined,
  target: (v, { say }) => say('timeline.handed_to', { target: String(v) }),
  parts: (v, { say }) => say('timeline.parts', { n: codes(v).length }),
  level: (v, { say }) => (typeof v === 'number' ? say('timeline.level', { n: v }) : undefined),
  verdict: (v, { word }) => word(`supervision.verdict_${String(v)}`, '') || undefined,
  contacted: (v, { say }) =>
    v === true ? say('eval.contacted_yes') : v === false ? say('eval.contacted_no') : undefined,
};

/** The fields that are told, in this order. */
const FIELDS = [
  'type',
  'urgency',
  'ground',
  'leadId',
  'coIds',
  'mode',
  'method',
  'reached',
  'result',
  'contacted',
  'truth',
  'solved',
  'satisfaction',
  'reasons',
  'missing',
  'checklist',
  'target',
  'parts',
  'add',
  'remove',
  'level',
  'cause',
  'verdict',
  'closingType',
  'reason',
  'identifiedBy',
];

function phrase(
  field: string,
  item: TimelineItem,
  words: Words,
  naming: Naming,
): string | undefined {
  const value = item.detail[field];
  if (value === null || value === undefined) return undefined;
  // Whether it is solved says the citizen in an evaluation, the unit in a reply.
  const list = field === 'solved' && item.act === 'evaluate' ? 'eval' : LISTS[field];
  if (!list) return READERS[field]?.(value, words, naming);
  const key = `${list}.${String(value)}`;
  const found = words.word(key);
  return found === key ? undefined : found;
}

/** Phrases for one act of the timeline. */
export function useDetailWords(item: TimelineItem | undefined): string[] {
  const words = useWords();
  const units = useReference().data?.units;
  const naming: Naming = (id) => {
    const unit = units?.find((u) => u.id === id);
    return unit && words.name(unit);
  };
  if (!item) return [];
  return FIELDS.flatMap((field) => phrase(field, item, words, naming) ?? []);
}
