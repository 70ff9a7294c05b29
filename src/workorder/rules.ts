import type { Visibility } from '../kernel/words.ts';

/** “陈女士” → “陈**”: the first character stays, so that people can be addressed. */
export const maskName = (name: string): string => (name === '' ? '' : `${[...name][0]}**`);

/** “13805774471” → “138****4471”; short numbers keep the last two digits. */
export const maskPhone = (phone: string): string =>
  phone.length >= 9
    ? `${phone.slice(0, 3)}****${phone.slice(-4)}`
    : `${'*'.repeat(Math.max(phone.length - 2, 0))}${phone.slice(-2)}`;

/** Who reads a text: its visibility, the unit it belongs to, and where the reader stands. */
export function mayReadText(
  text: { visibility: Visibility; organizationId: string | null },
  reader: { kind: 'citizen' | 'staff' | 'system'; center: boolean; reach: ReadonlySet<string> },
): boolean {
  if (text.visibility === 'public' || reader.kind === 'system') return true;
  if (reader.kind === 'citizen') return false;
  if (text.visibility === 'staff') return true;
  // A text of the centre may be addressed to one unit, which reads it too.
  if (text.visibility === 'center' && reader.center) return true;
  return text.organizationId !== null && reader.reach.has(text.organizationId);
}
