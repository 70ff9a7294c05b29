/** Where the deciding words stand while the text goes on changing. */
import type { Span } from '../../../../src/understanding/schema.ts';

/** A stretch of the text; `of` undefined: nothing was decided by it. */
export interface Stretch {
  text: string;
  of: Span['of'] | undefined;
}

/** How many letters at the beginning and at the end are the same. */
function change(before: string, now: string): { head: number; tail: number } {
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === now[now.length - 1 - tail])
    tail++;
  return { head, tail };
}

/**
 * Spans of an earlier text in the present one: what stands before the change stays, what stands
 * behind it moves along, what the change touched is gone.
 */
export function moveSpans(spans: readonly Span[], before: string, now: string): Span[] {
  if (before === now) return [...spans];
  const { head, tail } = change(before, now);
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

/**
 * The parts of split words after the words were changed: a change within a part changes it, what is
 * said between parts or behind them is said of the part before. Null: the change goes across parts, so
 * the words are one matter again; nothing that was said is lost.
 */
export function carried(parts: readonly string[], before: string, now: string): string[] | null {
  if (now.trim() === '') return null;
  const { head, tail } = change(before, now);
  const until = before.length - tail;
  const come = now.slice(head, now.length - tail);
  const places = placesOf(parts, before);
  const within = places.findIndex((p) => p && p.from <= head && until <= p.to);
  if (within >= 0) {
    const at = head - places[within]!.from;
    const cut = (part: string) => part.slice(0, at) + come + part.slice(at + until - head);
    return parts.map((part, i) => (i === within ? cut(part) : part));
  }
  if (places.some((p) => p && p.from < until && head < p.to)) return null;
  // A part that a person has written anew stands somewhere before the next one that is known.
  const next = places.findIndex((p) => p && p.from >= until);
  const of = Math.max(0, (next < 0 ? parts.length : next) - 1);
  return parts.map((part, i) => (i === of ? part + come : part));
}

/** Where each part stands in the words; null where a person has written it anew. */
function placesOf(parts: readonly string[], words: string) {
  let after = 0;
  return parts.map((part) => {
    const from = words.indexOf(part, after);
    if (from < 0 || part === '') return null;
    after = from + part.length;
    return { from, to: after };
  });
}

const SENTENCE = /[^。！？!?；;\n]+[。！？!?；;\n]*/g;
/** What a caller says, sentence by sentence. */
export const sentencesOf = (text: string): string[] =>
  (text.match(SENTENCE) ?? []).map((s) => s.trim()).filter((s) => s !== '');
