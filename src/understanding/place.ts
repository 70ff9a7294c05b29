/** Where a text speaks of: names of areas and places, and words that tell an address. */
import { createMatcher, fold, inOriginal } from './matcher.ts';
import type { Folded, Matcher } from './matcher.ts';
import type { Guess, Span } from './schema.ts';

/** What the gazetteer is built from. */
export interface GazetteerData {
  areas: readonly { code: string; parentCode: string | null; name: string }[];
  places: readonly { name: string; areaCode: string; kind: string }[];
}

interface Name {
  name: string;
  areaCode: string;
  score: number;
  /** A place is an address; an area alone is not. */
  place: boolean;
  /** The name says where and never what: a school's tells of schooling, a street's of nothing. */
  bare: boolean;
}

export interface Gazetteer {
  names: Name[];
  matcher: Matcher;
  parents: Map<string, string | null>;
}

/** Kinds of place whose name tells nothing of the matter. */
const BARE_KINDS: readonly string[] = ['community', 'village', 'road'];
/** How sure each kind of name is. */
const SCORE = { place: 0.95, area: 0.9, district: 0.85, short: 0.6 };
/** Endings people leave out. */
const AREA_ENDING = /(?:街道|开发区|[镇乡区县])$/;

function areaEntries(a: GazetteerData['areas'][number]): Name[] {
  const one = (name: string, score: number): Name => ({
    name,
    areaCode: a.code,
    score,
    place: false,
    bare: true,
  });
  const full = one(a.name, a.parentCode === null ? SCORE.district : SCORE.area);
  const short = a.name.replace(AREA_ENDING, '');
  const zone = a.name.endsWith('开发区') ? ['开发区', '经开区', '高新区'] : [];
  return [
    full,
    ...(short.length >= 2 && short !== a.name ? [one(short, SCORE.short)] : []),
    ...zone.map((z) => one(z, SCORE.short + 0.1)),
  ];
}

/** Builds the index of names once. */
export function createGazetteer(data: GazetteerData): Gazetteer {
  const names = [
    ...data.areas.flatMap(areaEntries),
    ...data.places.map((p) => ({
      name: p.name,
      areaCode: p.areaCode,
      score: SCORE.place,
      place: true,
      bare: BARE_KINDS.includes(p.kind),
    })),
  ].map((n) => ({ ...n, name: n.name.replace(/[()|~*]/g, '') }));
  return {
    names,
    matcher: createMatcher(names.map((n) => n.name)),
    parents: new Map(data.areas.map((a) => [a.code, a.parentCode])),
  };
}

interface Found extends Name {
  from: number;
  to: number;
}

/** Names in a text; one that lies within a longer one is not meant. */
function namesIn(g: Gazetteer, f: Folded): Found[] {
  const all = g.matcher
    .find(f)
    .hits.map((h): Found => ({ ...g.names[h.term]!, from: h.from, to: h.to }))
    .toSorted((a, b) => a.from - b.from || b.to - a.to);
  let reach = -1;
  let start = -1;
  return all.filter((n) => {
    if (n.to < reach || (n.to === reach && n.from > start)) return false;
    [reach, start] = [n.to, n.from];
    return true;
  });
}

export interface Where {
  areas: Guess<string>[];
  address: string | null;
  spans: Span[];
  /** Stretches of the content that name a place, in its own offsets, for the title. */
  names: Pick<Found, 'from' | 'to' | 'name' | 'place'>[];
  /** Names that say where and never what, also those no gazetteer has; without house and flat. */
  bare: { from: number; to: number }[];
}

/** House, building, flat, floor, what comes after a name. */
const TAIL =
  /^(?:[东南西北]?[0-9一二三四五六七八九十百]{1,4}(?:号楼|号线|[幢栋弄号座组期室]|单元|[楼层](?![上下道顶梯]))(?:[0-9]{1,4}(?:室|(?![0-9号幢栋弄座层组期单室]|楼(?![上下道顶梯]))))?|[东南西北]门|[a-z][幢栋座区])+/;
/** An address told by its ending, in words no gazetteer has. */
const ADDRESS =
  /[\u4e00-\u9fa5a-z0-9]{2,7}?(?:小区|花园|花苑|公寓|新村|家园|大厦|大道|公路|大街|名邸|名城|雅苑|[路弄巷]|街(?!道)|村(?!委))(?:[0-9一二三四五六七八九十百]{1,4}(?:号楼|[号弄幢栋座组室]|单元|[楼层](?![上下道顶梯])))*/g;
/** Words that are no part of a name, so what stands before them is cut off. */
const BEFORE =
  /.*(?:[的了在到从是跟与住去来往把被给有我你他她们这那个条家里边离上下过进出走每整就都也还让找说局问像因把]|[天月年周]前|位于|附近|旁边|对面|因为|我们|你们|他们|地址|举报|投诉|反映|表扬|建议|咨询|求助|曝光|催办)/;
/** Endings that name a kind of place and no place. */
const GENERIC =
  /^(?:本|该|一|两|几|多|各|农|城|马|公|铁|大|小|进|修|断|半|让|带|问|思|出|网|道|套|新|旧|隔壁|附近|边)?[个条座]?(?:小区|花园|公寓|新村|家园|大厦|大道|公路|大街|[路街弄巷村])$/;

/** The words that tell an address where no name is known. */
function addressWords(text: string): { text: string; from: number } | null {
  for (const m of text.matchAll(ADDRESS)) {
    const cut = BEFORE.exec(m[0])?.[0].length ?? 0;
    const words = m[0].slice(cut);
    if (words.length >= 3 && !GENERIC.test(words.replace(/[0-9].*$/, '')))
      return { text: words, from: m.index + cut };
  }
  return null;
}

/** The name alone of an address told by its words. */
const bareOf = ({ text, from }: { text: string; from: number }) => ({
  from,
  to: from + text.replace(/[0-9一二三四五六七八九十百]+(?:号楼|[号弄幢栋]|单元|组).*$/, '').length,
});

function placeAddress(f: Folded, found: readonly Found[]): { text: string; to: number } | null {
  const place = found.find((n) => n.place);
  if (!place) return null;
  const tail = TAIL.exec(f.text.slice(place.to, place.to + 24))?.[0] ?? '';
  return { text: place.name + tail, to: place.to + tail.length };
}

/** Best score per area; a finer area that agrees with a coarser one stands for both. */
function areasOf(g: Gazetteer, found: readonly (Found & { typed: boolean })[]): Guess<string>[] {
  const best = new Map<string, Guess<string>>();
  for (const [i, n] of found.entries()) {
    const parent = g.parents.get(n.areaCode) ?? null;
    const agrees = found.some((o) => o.areaCode === parent);
    const score = Math.min(0.98, n.score + (agrees ? 0.05 : 0) + (n.typed ? 0.03 : 0)) - i * 0.002;
    const known = best.get(n.areaCode);
    if (!known || known.score < score)
      best.set(n.areaCode, {
        value: n.areaCode,
        score,
        because: [...(known?.because ?? []), n.name],
      });
  }
  const finest = [...best.values()].filter(
    (a) => ![...best.keys()].some((code) => g.parents.get(code) === a.value),
  );
  const typed = new Set(found.filter((n) => n.typed).map((n) => n.areaCode));
  const rivals = finest.length - 1;
  return finest
    .map((a) => ({ ...a, score: rivals > 0 && !typed.has(a.value) ? a.score * 0.7 : a.score }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 3);
}

/** What ends a name and says no more than what kind of place it is. */
const KIND = /^(?:街道|新村|[镇乡县区村路街巷弄塘坑])+$/;

/** Whether a stretch only ends the name of a place: 村 of 江畔新村 is no village's affair, 公路 is one of roads. */
export const endsName = (f: Folded, where: Where, s: { from: number; to: number }): boolean =>
  where.bare.some((n) => n.from < s.from && s.to <= n.to && KIND.test(f.text.slice(s.from, n.to)));

/** Everything a text and the typed address say of the place. */
export function whereIs(g: Gazetteer, content: Folded, typedAddress: string): Where {
  const typedFold = fold(typedAddress);
  const typed = namesIn(g, typedFold).map((n) => ({ ...n, typed: true }));
  const told = namesIn(g, content);
  const place = placeAddress(content, told);
  const words = place ? null : addressWords(content.text);
  const span = (from: number, to: number): Span => ({
    ...inOriginal(content, from, to),
    of: 'area',
  });
  return {
    areas: areasOf(g, [...typed, ...told.map((n) => ({ ...n, typed: false }))]),
    address: typedAddress.trim() || place?.text || words?.text || null,
    spans: [
      ...told.map((n) => span(n.from, n.to)),
      ...(words ? [span(words.from, words.from + words.text.length)] : []),
    ],
    names: told,
    bare: [...told.filter((n) => n.bare), ...(words ? [bareOf(words)] : [])],
  };
}
