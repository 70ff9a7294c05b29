/**
 * Emergencies, wishes for secrecy and ordinary demands in free words, by people who had not seen the
 * lexicon. At first sight the lexicon of the day caught 65 of 100, 31 of 40, 53 of 60, 55 of 60, 19 of 30,
 * 16 of 30 and 19 of 30 emergencies and 12 of 25, 13 of 15, 9 of 20, 26 of 40, 8 of 30, 10 of 25 and 5 of
 * 25 wishes for secrecy; these, not the floors of the sets tuned on, say how well it does on new words.
 * No word was added for the last set: it shows what the second net is for, which asks for no word of
 * danger or fear. Of what was missed there it let one of 11 emergencies and four of 20 wishes through at
 * first sight, and was mended for these.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmergencyTarget } from '../../src/kernel/words.ts';
import { createWorld, steps } from '../world.ts';
import type { World } from '../world.ts';
import { sentByPage, typedByOperator } from './door.ts';

interface Text {
  of: string;
  kind: 'emergency' | 'confidential' | 'ordinary';
  target: EmergencyTarget | null;
  text: string;
}

/** Lines that are right as well: who drives to the one drives to the other. */
const ALSO: Record<string, EmergencyTarget[]> = {
  T10: ['119', '120'],
  T12: ['110', '120'],
  T34: ['110'],
  'E-gas': ['119', '120'],
  'E-drown': ['119', '120'],
  'E-suicide': ['110', '120', '119'],
  'E-heart': ['120'],
  'E-crash': ['122', '120', '110', '119'],
  'E-violence': ['110', '119', '120'],
  'E-lift': ['119', '110', '120'],
};

/** What each set has to reach. */
const SETS = [
  { file: 'paraphrases', least: { caught: 1, target: 0.9, secret: 1 } },
  { file: 'paraphrases-2', least: { caught: 0.95, target: 0.85, secret: 0.9 } },
  { file: 'paraphrases-3', least: { caught: 0.95, target: 0.85, secret: 0.9 } },
  { file: 'paraphrases-5', least: { caught: 1, target: 0.9, secret: 1 } },
  { file: 'paraphrases-6', least: { caught: 1, target: 0.9, secret: 1 } },
  { file: 'paraphrases-7', least: { caught: 1, target: 0.9, secret: 1 } },
  // Not tuned on: hard words, of which the lexicon knows what it knew before.
  { file: 'paraphrases-8', least: { caught: 0.6, target: 0.6, secret: 0.4 } },
] as const;
/** False alarms that each set may have. */
const MOST = { emergency: 0.08, confidential: 0.05 };

const read = (file: string): Text[] =>
  readFileSync(new URL(`../golden/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Text);

/** Ten at a time: as many as a morning brings at once. */
async function inTens<T, R>(list: readonly T[], each: (x: T, i: number) => Promise<R>) {
  const done: R[] = [];
  for (let i = 0; i < list.length; i += 10)
    done.push(...(await Promise.all(list.slice(i, i + 10).map((x, n) => each(x, i + n)))));
  return done;
}

interface End {
  state: string;
  emergency: EmergencyTarget | null;
  confidential: boolean;
  /** Acts of the system. */
  bySystem: string[];
}
interface Outcome {
  t: Text;
  /** Typed by the operator, after they did what the form offers. */
  typed: End;
  /** Of `accept` at the operator's form: 200, or the code of the refusal. */
  accept: string;
  /** Sent by the citizen's page, when the system had looked at it. */
  sent: End;
}

describe.each(SETS)('$file', ({ file, least }) => {
  const texts = read(file);
  const of = (kind: Text['kind']) => outcomes.filter((o) => o.t.kind === kind);
  let w: World;
  let s: ReturnType<typeof steps>;
  let outcomes: Outcome[] = [];

  beforeAll(async () => {
    // What the house says to people is others' matter.
    const without = [
      'notification.receipt',
      'notification.assigned',
      'notification.flagged',
    ] as const;
    w = await createWorld({ at: '2026-09-21T02:24:00Z', triage: true, without });
    s = steps(w);
    const made = await inTens(texts, async (t, i) => {
      const phone = `1390002${String(i).padStart(4, '0')}`;
      const requester = { kind: 'natural', name: '陈女士', phone };
      const typed = await typedByOperator(w, { content: t.text, channel: 'phone', requester });
      const { id: sent } = await sentByPage(w, { content: t.text, phone });
      return { t, typed, sent };
    });
    await w.settle();
    // An operator who sees no red panel takes what comes: only the house can stop it now.
    const classed = { type: 'help', categoryCode: '1608', urgency: 'U3' };
    const accepts = await inTens(made, async ({ typed }) => {
      const taken = await s.act('operator', typed, 'accept', classed);
      return taken.status === 200 ? '200' : taken.body.code;
    });
    await w.settle();
    const ends = await endsOf(made.flatMap(({ typed, sent }) => [typed, sent]));
    outcomes = made.map(({ t, typed, sent }, i) => ({
      t,
      accept: accepts[i]!,
      typed: ends.get(typed)!,
      sent: ends.get(sent)!,
    }));
  }, 300_000);
  afterAll(async () => {
    console.info(report(file, outcomes));
    await w?.close();
  });

  async function endsOf(ids: string[]): Promise<Map<string, End>> {
    const orders = await w.db
      .selectFrom('work_order')
      .select(['id', 'state', 'emergency', 'confidential'])
      .where('id', 'in', ids)
      .execute();
    const acts = await w.db
      .selectFrom('act')
      .select(['order_id', 'act'])
      .where('order_id', 'in', ids)
      .where('party', '=', 'system')
      .execute();
    const ends = new Map(
      orders.map(({ id, ...o }) => [id, { ...o, bySystem: [] } as unknown as End]),
    );
    for (const { order_id: id, act } of acts) ends.get(id)!.bySystem.push(act);
    return ends;
  }

  it('holds what it should', () => {
    expect(texts.length).toBeGreaterThan(70);
    expect(new Set(texts.map((t) => t.text)).size).toBe(texts.length);
  });

  it('no emergency reaches an ordinary queue by the house’s own hand', () => {
    const loose = of('emergency').filter(
      (o) => o.sent.state !== 'registered' || o.sent.bySystem.length > 0,
    );
    expect(loose.map((o) => o.t.text)).toEqual([]);
  });

  it('one that was caught cannot be taken on like a demand', () => {
    const caught = of('emergency').filter((o) => o.typed.emergency !== null);
    expect(caught.length).toBeGreaterThan(0);
    for (const o of caught)
      expect([o.accept, o.typed.state]).toEqual(['emergency_open', 'registered']);
  });

  it('both doors understand alike', () => {
    for (const o of outcomes) {
      expect([o.sent.emergency, o.sent.confidential], o.t.text).toEqual([
        o.typed.emergency,
        o.typed.confidential,
      ]);
    }
  });

  it('emergencies are caught', () => {
    const missed = of('emergency').filter((o) => o.typed.emergency === null);
    const rate = 1 - missed.length / of('emergency').length;
    expect(rate, missed.map((o) => o.t.text).join('\n')).toBeGreaterThanOrEqual(least.caught);
  });

  it('to a line that helps', () => {
    const right = of('emergency').filter((o) => fits(o));
    expect(right.length / of('emergency').length).toBeGreaterThanOrEqual(least.target);
  });

  it('what is to be kept secret is, and the system never dispatches it', () => {
    const list = of('confidential');
    const open = list.filter((o) => !o.typed.confidential);
    expect(
      1 - open.length / list.length,
      open.map((o) => o.t.text).join('\n'),
    ).toBeGreaterThanOrEqual(least.secret);
    const gone = list
      .flatMap((o) => [o.typed, o.sent])
      .filter((e) => e.bySystem.includes('dispatch'));
    expect(gone).toEqual([]);
  });

  it('ordinary demands are seldom held for either', () => {
    const list = of('ordinary');
    const alarms = list.filter((o) => o.typed.emergency !== null);
    const secret = list.filter((o) => o.typed.confidential);
    expect(alarms.length / list.length, alarms.map((o) => o.t.text).join('\n')).toBeLessThanOrEqual(
      MOST.emergency,
    );
    expect(secret.length / list.length, secret.map((o) => o.t.text).join('\n')).toBeLessThanOrEqual(
      MOST.confidential,
    );
  });
});

const fits = ({ t, typed }: Outcome): boolean =>
  typed.emergency !== null &&
  (typed.emergency === t.target || (ALSO[t.of] ?? []).includes(typed.emergency));

/** Figures for who reads the log: by kind, and what became of what was not caught. */
function report(file: string, all: readonly Outcome[]): string {
  const n = (list: readonly unknown[]) => list.length;
  const dangers = all.filter((o) => o.t.kind === 'emergency');
  const kinds = [...new Set(dangers.map((o) => o.t.of))].map((k) => {
    const list = dangers.filter((o) => o.t.of === k);
    return `${k} ${n(list.filter((o) => o.typed.emergency))}/${n(list)}`;
  });
  const missed = dangers.filter((o) => o.typed.emergency === null);
  const secrets = all.filter((o) => o.t.kind === 'confidential');
  const plain = all.filter((o) => o.t.kind === 'ordinary');
  return [
    `${file}: 紧急 ${n(dangers) - n(missed)}/${n(dangers)}（${kinds.join('，')}），转接对象合适 ${n(dangers.filter(fits))}`,
    `  系统自行放行的紧急诉求 ${n(dangers.filter((o) => o.sent.state !== 'registered'))}，未识别者停在登记台 ${n(missed.filter((o) => o.sent.state === 'registered'))}/${n(missed)}`,
    `  保密 ${n(secrets.filter((o) => o.typed.confidential))}/${n(secrets)}，系统派出 ${n(secrets.filter((o) => o.sent.bySystem.includes('dispatch')))}`,
    ...dangers
      .filter((o) => o.sent.state !== 'registered')
      .map((o) => `    ${o.sent.state} ${o.t.of} ${o.t.text}`),
    ...secrets
      .filter((o) => [...o.sent.bySystem, ...o.typed.bySystem].includes('dispatch'))
      .map((o) => `    ${o.sent.state} ${o.t.of} ${o.t.text}`),
    `  一般 ${n(plain)}：误报紧急 ${n(plain.filter((o) => o.typed.emergency))}，误报保密 ${n(plain.filter((o) => o.typed.confidential))}，系统派出 ${n(plain.filter((o) => o.sent.bySystem.includes('dispatch')))}`,
  ].join('\n');
}
