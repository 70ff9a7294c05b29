/** The lamp said in SQL (figures.store.ts) against the lamp said in TypeScript, row by row. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countLamps, lampOf } from '../../src/deadline/index.ts';
import type { Lamp } from '../../src/kernel/words.ts';
import { LAMPS } from '../../src/kernel/words.ts';
import { newId } from '../../src/kernel/ids.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const NOW = new Date('2026-09-21T02:24:00.000Z');
const SEED = 20_260_921;
const ROWS = 600;

/** Mulberry32: the same numbers on every machine. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Row {
  unit: string;
  state: 'running' | 'paused';
  dueAt: Date | null;
  soonAt: Date | null;
  todayAt: Date | null;
  provisional: boolean;
}

let w: World;
let given: { calendar: string; policy: number };
beforeAll(async () => {
  w = await createWorld();
  const calendar = await sql<{ id: string }>`select id from calendar
    where organization_id is null`.execute(w.db);
  const policy = await sql<{ version: number }>`select version from deadline_policy
    order by version limit 1`.execute(w.db);
  given = { calendar: calendar.rows[0]!.id, policy: policy.rows[0]!.version };
});
afterAll(() => w.close());

/** Each row is held by a unit of its own, so that counts by unit tell each row's lamp. */
async function insert(rows: readonly Row[]): Promise<void> {
  await w.db
    .insertInto('deadline')
    .values(
      rows.map((r) => ({
        id: newId(),
        subject_id: newId(),
        order_id: newId(),
        clock: 'final',
        organization_id: r.unit,
        state: r.state,
        basis: 'wd',
        policy_version: given.policy,
        calendar_id: given.calendar,
        calendar_version: 1,
        started_at: new Date(NOW.getTime() - 86_400_000),
        due_at: r.dueAt,
        soon_at: r.soonAt,
        today_at: r.todayAt,
        provisional: r.provisional,
      })),
    )
    .execute();
}

const lampsAt = async (rows: readonly Row[], now: Date) => {
  const units = rows.map((r) => r.unit);
  const { cells, next, at } = await countLamps(
    w.db,
    { clocks: ['final'], organizationIds: units },
    now,
  );
  expect(at).toEqual(now);
  return { lamps: new Map(cells.filter((c) => c.by === 'unit').map((c) => [c.key, c.lamp])), next };
};
const expected = (rows: readonly Row[], now: Date) =>
  new Map(rows.map((r) => [r.unit, lampOf(r, now)]));
const plus = (at: Date, ms: number) => new Date(at.getTime() + ms);

describe('lamps in SQL', () => {
  it(`are those of lampOf, over ${ROWS} random rows at many instants (seed ${SEED})`, async () => {
    const next = random(SEED);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    // Close together, so that instants meet each other and the present.
    const instant = () => plus(NOW, pick([-90_000, -1, 0, 1, 2, 1_000, 60_000, 90_000]));
    const rows = Array.from({ length: ROWS }, (): Row => {
      const state = pick(['running', 'running', 'running', 'paused'] as const);
      return {
        unit: newId(),
        state,
        dueAt: state === 'paused' && next() < 0.8 ? null : instant(),
        soonAt: next() < 0.3 ? null : instant(),
        todayAt: next() < 0.5 ? null : instant(),
        provisional: next() < 0.3,
      };
    });
    await insert(rows);
    const seen = new Set<Lamp>();
    for (const ms of [-100_000, -90_000, -1, 0, 1, 2, 3, 1_000, 1_001, 60_000, 60_001, 100_000]) {
      const now = plus(NOW, ms);
      const counted = await lampsAt(rows, now);
      const should = expected(rows, now);
      expect(counted.lamps).toEqual(should);
      for (const lamp of should.values()) seen.add(lamp);
      // Nothing changes by itself before the instant that is told, and nothing after the last one.
      const before = counted.next && Math.max(now.getTime(), counted.next.getTime() - 1);
      if (before) expect(expected(rows, new Date(before))).toEqual(should);
      else expect(expected(rows, plus(now, 1e9))).toEqual(should);
    }
    expect([...seen].sort()).toEqual([...LAMPS].sort());
  });

  it('change at their instants, and overdue is strictly after the due one', async () => {
    const row: Row = {
      unit: newId(),
      state: 'running',
      soonAt: plus(NOW, 1_000),
      todayAt: plus(NOW, 2_000),
      dueAt: plus(NOW, 3_000),
      provisional: false,
    };
    await insert([row]);
    const told: [number, Lamp, number | null][] = [];
    for (const ms of [999, 1_000, 1_999, 2_000, 2_999, 3_000, 3_001]) {
      const { lamps, next } = await lampsAt([row], plus(NOW, ms));
      told.push([ms, lamps.get(row.unit)!, next && next.getTime() - NOW.getTime()]);
    }
    expect(told).toEqual([
      [999, 'roomy', 1_000],
      [1_000, 'soon', 2_000],
      [1_999, 'soon', 2_000],
      [2_000, 'today', 3_000],
      [2_999, 'today', 3_000],
      [3_000, 'today', 3_000],
      [3_001, 'overdue', null],
    ]);
  });

  it('of a paused clock wait for nothing', async () => {
    const row: Row = {
      unit: newId(),
      state: 'paused',
      dueAt: null,
      soonAt: plus(NOW, 1_000),
      todayAt: plus(NOW, 2_000),
      provisional: true,
    };
    await insert([row]);
    const { lamps, next } = await lampsAt([row], NOW);
    expect([lamps.get(row.unit), next]).toEqual(['paused', null]);
  });
});
