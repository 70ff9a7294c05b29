/** A short title made from the place and the matter, never from a greeting. */
import type { Folded } from './matcher.ts';
import type { Proposal } from '../kernel/words.ts';
import type { Mark, Reading } from './evidence.ts';
import type { EmergencyGuess } from './schema.ts';

/** As long as a title may be, place included. */
export const TITLE_MAX = 24;
/** Less than this says nothing. */
const TITLE_MIN = 4;

/** A stretch of the folded text. */
interface Stretch {
  from: number;
  to: number;
}

const PUNCTUATION = /[\s,.、:。!?;…~“”"'‘’「」『』()（）【】《》<>·—-]/g;
/** What may be cut off the ends of a clause without changing what it says. */
const HEAD =
  /^(?:我们|我家|我要|我想|咱们|咱|俺|我|你们|你好|您好|喂|请问|这里|这边|那边|就是|说是|因为|所以|但是|可是|不过|而且|然后|结果|现在|目前|已经|反正|还有|还|也|又|都|就|是|说|在|的|了|个|把|从|到|那个|这个|啊|呀|吧|嘛|呢|哦|嗯|唉|哎|跟|至今|一直|才|却|则|第一|第二)+/;
const TAIL =
  /(?:了|啊|呀|吧|吗|呢|嘛|哦|的|地|得|就|都|也|还|在|是|把|又|和|跟|到|从|说|我|你|一个|个|而|但|且|并|很|太|去|来|被|给|对|向|为|于|至今|现在|一直)$/;
/** The longest of them. */
const TAIL_MAX = 2;
/** A longer clause is an account. */
const READABLE = 14;
/** What no title begins with, or holds. */
const UNREADABLE =
  /^(?:你|他|她|它|伊|俺|我|[爸妈爹娘]|老公|老婆|儿子|女儿|爷爷|奶奶|人家|人在|有个|有人|没|不|要|叫|让|给|找|问|去|来|能|会|想|拿|被|而|并|如|因|所|但|可|自己|一|那|这|哪|什么|怎么|本|该|听|当|每|再|别)|我|你|他|她|伊|[0-9]{4}|勿|哉|嘞|恁|咋|侬|阿拉|[?!]|[0-9一二三四五六七八九十两几半个只条块讲说叫喊趟]$|想法|那[^那]{1,4}$|[订买租]的[^的]{1,6}$|(?:了|着|过|把|被|给|在|和|跟|到|从|就|但|而)$|(?:业主|住户|居民|村民|市民|家长)$/;
/** What a clause may end in beyond the words of a title. */
const PARTICLE = /[了啊呀吧吗呢嘛哦呗啦的]$/;
/** After these characters a clause may be cut when it is too long. */
const BREAK = /[了着过的吗呢啊吧]/;

/** The words of a stretch without what is to be left out. */
function without(f: Folded, s: Stretch, dropped: Uint8Array): string {
  let out = '';
  for (let i = s.from; i < s.to; i++) if (dropped[i] === 0) out += f.text[i]!;
  return trimmed(out.replace(PUNCTUATION, ''));
}

/** One by one from the end: a pattern for all at once would begin anew at each character of a long run. */
function withoutEnd(words: string, end: RegExp, longest: number): string {
  let to = words.length;
  for (;;) {
    const length = end.exec(words.slice(Math.max(0, to - longest), to))?.[0].length ?? 0;
    if (length === 0) return words.slice(0, to);
    to -= length;
  }
}

const trimmed = (words: string): string => withoutEnd(words.replace(HEAD, ''), TAIL, TAIL_MAX);

function clauses(f: Folded): Stretch[] {
  const list: Stretch[] = [];
  for (let i = 0; i < f.text.length; i++) {
    const last = list.at(-1);
    if (last && f.clause[i] === f.clause[last.from]) last.to = i + 1;
    else list.push({ from: i, to: i + 1 });
  }
  return list;
}

/** Cuts a clause to `max` characters so that the deciding words stay in it. */
function cut(words: string, deciding: string, max: number): string {
  if (words.length <= max) return words;
  const at = Math.max(0, words.indexOf(deciding));
  const from = at + deciding.length <= max ? 0 : startNear(words, at, max - deciding.length);
  const part = words.slice(from, from + max);
  const end = Math.max(at - from + deciding.length, TITLE_MIN);
  for (let i = part.length - 1; i >= end; i--)
    if (BREAK.test(part[i]!)) return trimmed(part.slice(0, i + 1)) || part;
  return trimmed(part) || part;
}

/** Where to begin so that the deciding words fit: after a break, else as near as there is room. */
function startNear(words: string, at: number, room: number): number {
  const earliest = Math.max(0, at - Math.max(0, room));
  for (let i = earliest; i < at; i++) if (i > 0 && BREAK.test(words[i - 1]!)) return i;
  return Math.max(earliest, at - 4);
}

/** What a title calls an emergency that is told in no words fit for one. */
export const ALARMED: Readonly<Record<EmergencyGuess['kind'], string>> = {
  fire: '起火',
  gas: '燃气泄漏',
  drowning: '有人落水',
  violence: '暴力伤害',
  threat: '极端情绪求助',
  fraud: '疑似诈骗',
  medical: '急病求救',
  traffic: '交通事故',
  trapped: '有人被困',
  collapse: '坍塌',
  other: '紧急求助',
};

export interface TitleQuestion {
  reading: Reading;
  /** Marks of what was decided, strongest first. */
  deciding: readonly Mark[];
  place: string | null;
  /** Names of places in the text; they stand in front already. */
  names: readonly Stretch[];
  /** What the lexicon calls the matter, if the category has a name for it. */
  matter: string | null;
  asks: boolean;
  suggests: boolean;
  /** What else there is to do than to dispatch it, in one word. */
  act: Proposal;
  orderNoTail: string | null;
}

/** Whether the words are the clause's own to its very end, with nothing left out between them. */
function unbroken(f: Folded, s: Stretch, words: string): boolean {
  const told = f.text.slice(s.from, s.to).replace(PUNCTUATION, '');
  return withoutEnd(told, PARTICLE, 1).endsWith(withoutEnd(words, PARTICLE, 1));
}

interface Clause {
  words: string;
  deciding: string;
  whole: boolean;
}

/** The clause that says most of the matter; the first that says anything, where nothing was decided. */
function best(q: TitleQuestion, drop: readonly Stretch[]): Clause {
  const f = q.reading.folded;
  const dropped = new Uint8Array(f.text.length);
  for (const d of drop) dropped.fill(1, d.from, d.to);
  const scored = clauses(f).map((s, i) => {
    const inside = q.deciding.filter((m) => m.from >= s.from && m.from < s.to);
    const weight = Math.max(0, ...inside.map((m) => m.weight));
    const words = without(f, s, dropped);
    return {
      words,
      deciding: inside.find((m) => m.whole)?.words ?? '',
      whole: unbroken(f, s, words),
      // Of equals the earlier one; what is too short to read counts for little.
      score:
        weight * 2 + Math.min(words.length, 8) * 0.1 - i * 0.2 - (words.length < TITLE_MIN ? 3 : 0),
    };
  });
  return (
    scored.toSorted((a, b) => b.score - a.score)[0] ?? { words: '', deciding: '', whole: false }
  );
}

/** A clause that reads as a title: it tells the matter, is whole, and speaks of no “I” and “they”. */
const reads = ({ words, deciding, whole }: Clause, room: number): boolean =>
  whole &&
  deciding !== '' &&
  words.includes(deciding) &&
  words.length >= TITLE_MIN &&
  words.length <= Math.min(room, READABLE) &&
  !UNREADABLE.test(words);

/** Acts whose title is the same whatever was said. */
const PLAIN: Partial<Record<Proposal, string>> = {
  abuse: '辱骂，无具体诉求',
  close_no_substance: '无实质内容',
};
/** What the matter is followed by, by act. */
const ENDING: Partial<Record<Proposal, string>> = { append: '仍未解决', redo: '回复后仍未解决' };
/** Names of a field rather than of what went wrong in it. */
const FIELD =
  /(?:服务|管理|质量|交易|保险|公积金|保障|公交|供[水电气热]|排水|事务|建设|药品|幼儿园|收费|绿化|道路|卫生|补偿|[水电]费|物业费|费用|施工|养护|秩序|待遇|认定|入学|培训|房|宽带|套餐|线路|使用|缴纳|办理|网约车|河道|生产|作风|与土地|与理财)$/;
/** What one may suggest something for. */
const SUGGESTED = new RegExp(`${FIELD.source}|时间$`);
/** Of outages one says that they last. */
const OUTAGE = /^停[水电气]$/;

function named(q: TitleQuestion): string | null {
  if (!q.matter) return null;
  if (q.asks) return `${q.matter}咨询`;
  // Who suggests complains of nothing: what is broken is not the name of it.
  if (q.suggests) return SUGGESTED.test(q.matter) ? `${q.matter}建议` : null;
  const ending = ENDING[q.act] ?? (FIELD.test(q.matter) ? '问题' : '');
  return q.matter + (ending && OUTAGE.test(q.matter) ? '仍未恢复' : ending);
}

/** A title of at most 24 characters; empty text gives an empty one. */
export function titleOf(q: TitleQuestion): string {
  const plain = PLAIN[q.act];
  if (plain) return plain;
  if (q.act === 'progress_answer')
    return q.orderNoTail ? `查询尾号${q.orderNoTail}进度` : '查询办理进度';
  const place = q.place && q.place.length <= TITLE_MAX / 2 ? q.place : '';
  const leave = q.reading.marks.filter((m) => m.domain === 'strip' || m.domain === 'time');
  const clause = best(q, [...leave, ...q.names]);
  const name = named(q);
  const room = TITLE_MAX - place.length;
  const told = !q.asks && !ENDING[q.act] && reads(clause, room);
  if (!told && name && name.length <= room) return place + name;
  const words = cut(clause.words, clause.deciding, room);
  if (words.length >= 2) return place + words;
  return place || plainTitle(q.reading.folded);
}

/** The first words of the text as they stand. */
const plainTitle = (f: Folded): string => f.text.replace(PUNCTUATION, '').slice(0, TITLE_MAX);
