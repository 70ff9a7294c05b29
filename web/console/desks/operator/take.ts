/** What a suggestion would fill, and whether it stands in the form already. Nothing fills itself. */
import type { Advice } from '../../../../src/intake/schema.ts';
import type { Understanding } from '../../../../src/understanding/schema.ts';
import type { OperatorFields, PartFields } from './form.ts';

type Change = Partial<OperatorFields>;

/** Type and category; one verdict, taken together. */
export function classOf(u: Understanding): Change {
  const [type] = u.types;
  const [category] = u.categories;
  return {
    ...(type ? { type: type.value } : {}),
    ...(category ? { categoryCode: category.value, subjectKind: u.subjectKind ?? undefined } : {}),
  };
}

export const urgencyOf = (u: Understanding): Change => ({ urgency: u.urgency.value });

/** Where and when, in the words of the text; the area as the gazetteer knows it. */
export function placeOf(u: Understanding): Change {
  const [area] = u.areas;
  return {
    ...(u.address ? { address: u.address } : {}),
    ...(area ? { areaCode: area.value } : {}),
    ...(u.occurred ? { occurred: u.occurred } : {}),
  };
}

export const partsOf = (advice: Advice): PartFields[] | undefined =>
  advice.understanding.proposal.parts?.map((part) => ({
    content: part.content,
    title: part.title,
    type: part.type ?? undefined,
    categoryCode: part.categoryCode ?? undefined,
    urgency: part.urgency ?? undefined,
    subjectKind: part.subjectKind ?? undefined,
  }));

export const isTaken = (change: Change, f: OperatorFields): boolean =>
  (Object.keys(change) as (keyof OperatorFields)[]).every((field) => f[field] === change[field]);
export const isEmptyChange = (change: Change): boolean => Object.keys(change).length === 0;
