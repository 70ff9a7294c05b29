/** Where the deciding words stand while the text goes on changing. */
import type { Span } from '../../../../src/understanding/schema.ts';

/** A stretch of the text; `of` undefined: nothing was decided by it. */
export interface Stretch {
  text: string;
  of: Span['of'] | undefined;
}

/**
 * Spans of an earlier text in the present one: what stands before the change stays, what stands
 * behind it moves along, what the change touched is gone.
 */
export function moveSpans(spans: readonly Span[], before: string, now: string): Span[] {
  if (before === now) return [...spans];
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail])
    tail++;
  const shift = now.length - before.length;
  return spans.flatMap((span) => {
    if (span.to <= head) return [span];
    if (span.from < before.length - tail) return [];
    return [{ ...span, from: span.from + shift, to: span.to + shift }];
  });
}

/** What is drawn where several speak of the same words: the more urgent one. */
const WEIGHT: Record<Span['of'], number> = {
  emergency: 6,
  flag: 5,
  urgency: 4,
  category: 3,
  area: 2,
  time: 1,
  type: 0,
};

/** The text cut into stretches without overlap; together they are the text, letter by letter. */
export function stretchesOf(text: string, spans: readonly Span[]): Stretch[] {
  const by: (Span['of'] | undefined)[] = Array.from({ length: text.length });
  const light = spans.toSorted((a, b) => WEIGHT[a.of] - WEIGHT[b.of]);
  for (const { from, to, of } of light)
    for (let i = Math.max(0, from); i < Math.min(to, text.length); i++) by[i] = of;
  const out: Stretch[] = [];
  for (let i = 0; i < text.length; i++) {
    const last = out.at(-1);
    if (last && last.of === by[i]) last.text += text[i];
    else out.push({ text: text[i] ?? '', of: by[i] });
  }
  return out;
}

/** What is written on at the end of the words is written at the end of this part of them, too. */
export function writtenOn(part: string, before: string, now: string): string {
  let head = 0;
  while (head < Math.min(before.length, now.length) && before[head] === now[head]) head++;
  const gone = before.slice(head);
  return part.endsWith(gone) ? part.slice(0, part.length - gone.length) + now.slice(head) : part;
}

const SENTENCE = /[^。！？!?；;\n]+[。！？!?；;\n]*/g;
/** What a caller says, sentence by sentence. */
export const sentencesOf = (text: string): string[] =>
  (text.match(SENTENCE) ?? []).map((s) => s.trim()).filter((s) => s !== '');
