/** How units answer: the written bodies, and the one that fits an order. */
import { readTsv } from '../tsv.ts';
import type { Dice } from './random.ts';

export interface Body {
  /** Words of a demand that call for it, where the bodies of a class speak of two things. */
  calledBy: readonly string[];
  finding: string;
  measures: string;
  /** What the citizen reads. */
  told: string;
}

function written(): Record<string, Body[]> {
  const bodies: Record<string, Body[]> = {};
  for (const [key = '', words = '-', finding = '', measures = '', told = ''] of readTsv(
    'demo/fortnight/replies.tsv',
  )) {
    const calledBy = words === '-' ? [] : words.split(' ');
    (bodies[key] ??= []).push({ calledBy, finding, measures, told });
  }
  return bodies;
}

/** By the keys that the head of the file explains. */
export const REPLIES: Readonly<Record<string, readonly Body[]>> = written();

/** Answers of units that would rather not: the auditor sends such back. */
export const POOR: readonly Body[] = REPLIES.poor!;

/** What was said of a matter, as far as the answer hangs on it. */
interface Said {
  category: string;
  type: string;
  text: string;
}

/** The bodies fit for an order: of its class and type, of its type, of its class, of all that is left. */
export function repliesTo({ category, type }: Pick<Said, 'category' | 'type'>): readonly Body[] {
  return (
    REPLIES[`${category}:${type}`] ?? REPLIES[`*:${type}`] ?? REPLIES[category] ?? REPLIES['*']!
  );
}

/** The pairs of neighbouring Chinese characters of a text. */
function pairs(text: string): Set<string> {
  const runs = text.match(/\p{Script=Han}{2,}/gu) ?? [];
  return new Set(runs.flatMap((run) => [...run].slice(1).map((_, i) => run.slice(i, i + 2))));
}

/** By so many shared pairs of characters one body must speak more of the matter than the next. */
const CLEARLY = 2;

/** The body that speaks of what was said; where none clearly does, the dice decide. */
export function bodyFor(said: Said, d: Dice): Body {
  const bodies = repliesTo(said);
  if (bodies.some((body) => body.calledBy.length > 0)) {
    return (
      bodies.find(({ calledBy }) => calledBy.some((word) => said.text.includes(word))) ?? bodies[0]!
    );
  }
  const heard = pairs(said.text);
  const ranked = bodies
    .map((body) => ({
      body,
      shared: [...pairs(body.finding + body.measures + body.told)].filter((p) => heard.has(p))
        .length,
    }))
    .toSorted((one, other) => other.shared - one.shared);
  const chosen = d.pick(ranked);
  const [best, next] = ranked;
  return best && best.shared - (next?.shared ?? 0) >= CLEARLY ? best.body : chosen.body;
}
