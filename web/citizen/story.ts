import { CITY_OFFSET_MS, DAY_MS, cityDay } from '../../src/kernel/clock.ts';
import type { TextKey } from '../../src/kernel/i18n/index.ts';
import type { CitizenOrder } from '../../src/workorder/index.ts';
import type { Say } from './view.ts';

const MINUTE_MS = 60_000;

/** Midnight is the end of the day before; nobody should take it for a day more. */
const endOfDay = (at: Date): Date =>
  (at.getTime() + CITY_OFFSET_MS) % DAY_MS === 0 ? new Date(at.getTime() - MINUTE_MS) : at;

/** Stands in a sentence for what the page shows in its own way. */
export const HERE = '\u0000';

/** What stands at the top of an order's page. */
export interface Headline {
  title: string;
  /** With `HERE` where raising it again is offered. */
  sub: string;
  /** Until when an answer is promised. */
  by: Date | null;
}

const NOW: Record<Exclude<CitizenOrder['state'], 'closed' | 'archived'>, string> = {
  registered: 'received',
  awaiting_supplement: 'wants_more',
  pending_dispatch: 'received',
  in_conference: 'received',
  dispatched: 'sent',
  in_progress: 'doing',
  suspended: 'waits',
  pending_audit: 'checking',
  pending_callback: 'answered',
  pending_close: 'ending',
  merged: 'merged',
  transferred: 'moved',
};

/** What is going on, in the words of somebody who explains it at the door. */
export function headline(say: Say, when: (at: Date) => string, o: CitizenOrder): Headline {
  if (o.state === 'closed' || o.state === 'archived') return ended(say, when, o);
  const special = o.state === 'transferred' ? moved(say, o) : wanting(say, when, o);
  if (special) return special;
  const now = NOW[o.state];
  const unit = o.leadName ?? '';
  const title = now === 'doing' && o.round > 1 ? 'again' : now;
  const nobody = unit === '' && now === 'sent' ? '_nobody' : '';
  const sub = saysAlready(o)
    ? say('citizen.now.rated_sub')
    : say(`citizen.now.${now}_sub${nobody}` as TextKey, { unit });
  const by = o.replyBy && endOfDay(o.replyBy);
  return { title: say(`citizen.now.${title}` as TextKey), sub, by };
}

/** Passed to an emergency line: which one, and that one may call it oneself. */
function moved(say: Say, o: CitizenOrder): Headline | null {
  const target = o.transferTarget;
  if (!target) return null;
  const [title, sub] = ['citizen.now.moved_to', 'citizen.now.moved_to_sub'] as const;
  return { title: say(title, { target }), sub: say(sub, { target }), by: null };
}

/** Something is awaited from the citizen: until when. */
function wanting(say: Say, when: (at: Date) => string, o: CitizenOrder): Headline | null {
  const by = o.supplement?.dueAt;
  if (!by) return null;
  const sub = say('citizen.now.wants_more_by', { when: when(endOfDay(by)) });
  return { title: say('citizen.now.wants_more'), sub, by: null };
}

const saysAlready = (o: CitizenOrder): boolean =>
  o.state === 'pending_close' && o.steps.findLast((s) => s.act === 'evaluate') !== undefined;

function ended(say: Say, when: (at: Date) => string, o: CitizenOrder): Headline {
  const kind = o.closingType ?? 'answered';
  const again = say('citizen.end.again_sub', { again: HERE });
  const sub: Partial<Record<typeof kind, string>> = {
    rejected: say('citizen.end.rejected_sub'),
    withdrawn: again,
    no_substance: again,
    insufficient: again,
  };
  return {
    title: say(`citizen.end.${kind}`),
    sub: sub[kind] ?? say('citizen.end.sub', { when: when(o.closedAt ?? o.registeredAt) }),
    by: null,
  };
}

/** One line of the story. */
export interface Told {
  at: Date;
  title: string;
  /** The unit, where the title does not name it already. */
  unitName: string | null;
  texts: string[];
  /** The citizen's own demand, folded away: they know it. */
  isOwn?: boolean;
  /** Said beside the work, which it moves no further: an urge, a note. */
  isAside?: boolean;
  /** What its photos name: an act or an answer. */
  id: string;
}

type Step = CitizenOrder['steps'][number];

/** Which sentence tells an act, where it depends on who did it. */
const BY_CITIZEN: Record<string, string> = {
  evaluate: 'evaluate',
  withdraw: 'withdraw',
  urge: 'urge',
  note: 'note',
  supplement: 'supplement',
};
const BY_OTHERS: Record<string, string> = {
  evaluate: 'evaluate_call',
  withdraw: 'withdraw_call',
  urge: 'urge_staff',
  note: 'note_staff',
  supplement: 'supplement_call',
};
const ASIDE = new Set(['urge', 'note']);
const WITH_UNIT = new Set(['dispatch', 'sign', 'first_contact']);
const PLAIN = new Set([
  'register',
  'accept',
  'direct_answer',
  'reject',
  'redo',
  'close',
  'ask_supplement',
  'expire_supplement',
  'split',
  'close_no_substance',
  'propose_redo',
]);

function told(say: Say, o: CitizenOrder, step: Step): Told {
  const texts = step.texts.map((t) => t.body);
  const line = (title: string, more: Partial<Told> = {}): Told => ({
    id: step.id,
    at: step.at,
    title,
    unitName: null,
    texts,
    ...more,
  });
  if (step.act === 'register') {
    const own = [o.content, o.address].filter((t) => t !== '');
    return line(say('citizen.step.register'), { texts: own, isOwn: true });
  }
  const who = (step.party === 'citizen' ? BY_CITIZEN : BY_OTHERS)[step.act];
  if (who) return line(say(`citizen.step.${who}` as TextKey), { isAside: ASIDE.has(step.act) });
  if (WITH_UNIT.has(step.act)) {
    const { unitName } = step;
    const key = unitName ? step.act : `${step.act}_nobody`;
    return line(say(`citizen.step.${key}` as TextKey, { unit: unitName ?? '' }));
  }
  if (step.act === 'transfer_emergency') {
    const target = o.transferTarget ?? '110';
    return line(say('citizen.step.transfer_emergency', { target }));
  }
  // The open question stands at the head of the page.
  const isOpen = step === o.steps.findLast((s) => s.act === 'ask_supplement');
  if (isOpen && o.supplement) return line(say('citizen.step.ask_supplement'), { texts: [] });
  if (PLAIN.has(step.act)) return line(say(`citizen.step.${step.act}` as TextKey));
  // News from a unit speaks for itself; an act this page does not know yet tells its words.
  const [first, ...rest] = texts;
  const title = first ?? say('citizen.step.other');
  return line(title, { unitName: step.unitName, texts: rest });
}

/** The answer that counts: none while it is being done, or done again. */
export const currentAnswer = (o: CitizenOrder): CitizenOrder['answers'][number] | undefined =>
  ['pending_callback', 'pending_close', 'closed', 'archived'].includes(o.state)
    ? o.answers.at(-1)
    : undefined;

/** Everything that may be told, newest first; answers stand where they were given. */
export function story(say: Say, o: CitizenOrder): Told[] {
  const last = currentAnswer(o);
  const answers = o.answers
    // A direct answer is an act with a line of its own.
    .filter((a) => a.unitName !== null || a !== last)
    .map((a): Told => ({
      id: a.id,
      at: a.at,
      title: a.unitName
        ? say('citizen.step.answer', { unit: a.unitName })
        : say('citizen.step.answer_nobody'),
      unitName: null,
      // The answer that counts stands at the head of the page.
      texts: a === last ? [] : [a.publicVersion],
    }));
  return [...o.steps.map((s) => told(say, o, s)), ...answers]
    .map((t, i) => ({ t, i }))
    .sort((a, b) => b.t.at.getTime() - a.t.at.getTime() || b.i - a.i)
    .map(({ t }) => t);
}

/** Characters of story on one page; with the longest answer a page stays below 40 kB. */
const PAGE_CHARS = 2500;
const LINE_CHARS = 40;

/** What a photo takes of a page, in characters. */
const PHOTO_CHARS = 60;

/** A page of the story from the `from`th line on: at least one line, then as many as fit. */
export function storyPage(
  lines: readonly Told[],
  from: number,
  photosAt: (id: string) => number = () => 0,
): { shown: Told[]; next: number } {
  let left = PAGE_CHARS;
  let next = from;
  while (next < lines.length) {
    const line = lines[next]!;
    left -= LINE_CHARS + line.title.length + line.texts.join('').length;
    left -= PHOTO_CHARS * photosAt(line.id);
    if (left < 0 && next > from) break;
    next += 1;
  }
  return { shown: lines.slice(from, next), next: next < lines.length ? next : 0 };
}

/** The citizen's own urges: how often, when last, and whether that was today: one a day counts. */
export function urgesOf(o: CitizenOrder): { count: number; last: Date | null; today: boolean } {
  const own = o.steps.filter((s) => s.act === 'urge' && s.party === 'citizen');
  const last = own.at(-1)?.at ?? null;
  return {
    count: own.length,
    last,
    today: last !== null && cityDay(last) === cityDay(o.asOf),
  };
}
