/** The written lexicon as it is shipped: readable files under `seed/lexicon`, combined to one document. */
import { lexiconDocument, shipLexicon } from '../src/understanding/index.ts';
import type { LexiconDocument } from '../src/understanding/index.ts';
import { appNow } from '../src/platform/db.ts';
import type { DbTx } from '../src/platform/db.ts';
import { readJson, readTsv } from './tsv.ts';

type Terms = Record<string, number>;

/** Weights of the three columns of `categories.tsv`. */
const STRONG = 4;
const PLAIN = 2;
const WEAK = 1;
/** One character alone never decides. */
const SINGLE = 0.5;

const split = (cell: string): string[] => cell.split(' ').filter(Boolean);

const weighed = (cell: string, weight: number): Terms =>
  Object.fromEntries(
    split(cell).map((t) => [t, t.length === 1 ? Math.min(weight, SINGLE) : weight]),
  );

/** Rows `key, weight, terms` by key; rows of one key add to each other. */
function byKey(file: string): Record<string, Terms> {
  const all: Record<string, Terms> = {};
  for (const [key = '', weight = '', terms = ''] of readTsv(`lexicon/${file}`))
    all[key] = { ...all[key], ...weighed(terms, Number(weight)) };
  return all;
}

const plain = (file: string): string[] => [
  ...new Set(readTsv(`lexicon/${file}`).flatMap(([cell = '']) => split(cell))),
];

/** Names of matters by category, in the order in which they are asked. */
function mattersBy(): Map<string, { name: string; words: string[] }[]> {
  const all = new Map<string, { name: string; words: string[] }[]>();
  for (const [code = '', name = '', words = ''] of readTsv('lexicon/matters.tsv'))
    all.set(code, [...(all.get(code) ?? []), { name, words: words.split('|') }]);
  return all;
}

function categories(): Record<string, unknown> {
  const subjects: Record<string, Record<string, Terms>> = {};
  for (const [code = '', kind = '', terms = ''] of readTsv('lexicon/subjects.tsv'))
    subjects[code] = { ...subjects[code], [kind]: weighed(terms, PLAIN) };
  const matters = mattersBy();
  return Object.fromEntries(
    readTsv('lexicon/categories.tsv').map(
      ([code = '', , lean, urgency, site, strong = '', usual = '', weak = '']) => [
        code,
        {
          lean,
          urgency,
          site: site === '1',
          terms: { ...weighed(weak, WEAK), ...weighed(usual, PLAIN), ...weighed(strong, STRONG) },
          subjects: subjects[code] ?? {},
          matters: matters.get(code) ?? [],
        },
      ],
    ),
  );
}

function emergencies(): unknown[] {
  const terms = byKey('danger.tsv');
  return readTsv('lexicon/emergencies.tsv').map(([kind = '', target, also = '', categoryCode]) => ({
    kind,
    target,
    also: split(also),
    categoryCode,
    terms: terms[kind] ?? {},
  }));
}

/** Keys `reject:N04` of `acts.tsv` as a record of their own, without what stands before the colon. */
function below(all: Record<string, Terms>, act: string): Record<string, Terms> {
  const own = Object.entries(all).filter(([k]) => k.startsWith(`${act}:`));
  return Object.fromEntries(own.map(([k, t]) => [k.slice(act.length + 1), t]));
}

/** Classes of words; rows of one class add to each other. */
function signs(): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const [name = '', cell = ''] of readTsv('lexicon/signs.tsv'))
    all[name] = [...new Set([...(all[name] ?? []), ...split(cell)])];
  return all;
}

/** Rows `danger:kind` or `flag:mark`, weight, classes; a class after `!` must not be found. */
function scenes(): unknown[] {
  const known = signs();
  return readTsv('lexicon/scenes.tsv').map(([what = '', weight = '', cell = '']) => {
    const [of = '', key = ''] = what.split(':');
    const names = split(cell);
    const none = names.filter((n) => n.startsWith('!')).map((n) => n.slice(1));
    const all = names.filter((n) => !n.startsWith('!'));
    for (const n of [...all, ...none]) if (!known[n]) throw new Error(`scenes.tsv: no class ${n}`);
    return { of, key, weight: Number(weight), all, none };
  });
}

/**
 * The shipped document.
 * @throws ZodError when a file was written wrongly.
 */
export function shippedLexicon(): LexiconDocument {
  const acts = byKey('acts.tsv');
  const { split: splits = {}, ...rest } = Object.fromEntries(
    Object.entries(acts).filter(([k]) => !k.includes(':')),
  );
  return lexiconDocument.parse({
    categories: categories(),
    types: byKey('types.tsv'),
    urgency: byKey('urgency.tsv'),
    flags: byKey('flags.tsv'),
    emergencies: emergencies(),
    cues: byKey('cues.tsv'),
    acts: rest,
    grounds: below(acts, 'reject'),
    targets: below(acts, 'transfer_out'),
    splits,
    signs: signs(),
    scenes: scenes(),
    void: plain('void.tsv'),
    strip: plain('strip.tsv'),
    times: plain('times.tsv'),
    thresholds: readJson('lexicon/thresholds.json'),
    peril: readJson('lexicon/peril.json'),
  });
}

/** Brings the shipped lexicon in; a changed one becomes a further version. Safe to repeat. */
export async function seedLexicon(db: DbTx): Promise<void> {
  await shipLexicon({ db, at: await appNow(db) }, shippedLexicon());
}
