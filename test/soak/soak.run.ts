/**
 * The full house under steady load for a long time: what each process takes is printed every minute, and
 * what does not stay flat fails the run. `npm run soak -- --minutes 60`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../processes.ts';
import type { Backend } from '../processes.ts';
import { rose } from './flat.ts';
import type { Allowed, Point } from './flat.ts';
import { inTurn, lost, openCrew, openFullHouse, work } from './house.ts';
import type { FullHouse, Place } from './house.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 60);
const BACKEND = (process.env.SOAK_BACKEND ?? 'postgres') as Backend;
const PEOPLE = 4;
const SCREENS = 20;
/** How long each person waits between two rounds, in milliseconds. */
const EVERY_MS = 500;
/** A look a minute; more often where the run is short, so that a line can be drawn. */
const LOOK_MS = Math.min(60_000, (MINUTES * 60_000) / 10);

/** What may rise, and by how much, over the measured part of the run. */
const FLAT: Record<string, Allowed> = {
  rssMb: { share: 0.15, much: 30 },
  heapMb: { share: 0.25, much: 25 },
  lagMs: { share: 0.5, much: 20 },
  connections: { share: 0, much: 3 },
  outboxSeconds: { share: 0.5, much: 5 },
};

let full: FullHouse;
beforeAll(async () => {
  full = await openFullHouse(BACKEND, { LOG_LEVEL: 'error' });
});
afterAll(() => full?.close());

/** A figure of one process, as Prometheus reads it. @throws where it is missing or no number. */
function figure(place: Place, text: string, name: string): number {
  const said = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  const value = Number(said ?? NaN);
  if (!Number.isFinite(value))
    throw new Error(`${place.name}: ${name} is ${said ?? 'missing from /metrics'}`);
  return value;
}

interface Look {
  [figure: string]: number;
}

async function lookAt(place: Place): Promise<Look> {
  const text = await (await fetch(`${place.status}/metrics`)).text();
  const read = (name: string) => figure(place, text, name);
  return {
    rssMb: read('process_resident_memory_bytes') / 2 ** 20,
    heapMb: read('nodejs_heap_size_used_bytes') / 2 ** 20,
    lagMs: read('nodejs_eventloop_lag_p99_seconds') * 1_000,
    ...(place.name.startsWith('workers') && {
      outboxSeconds: read('hotline_outbox_oldest_seconds'),
    }),
  };
}

it('stays flat', async () => {
  const people = await inTurn(PEOPLE, () => signIn(full.front.url, 'operator'));
  const seats = await inTurn(SCREENS, () => full.sit('supervisor'));
  const load = work(people, EVERY_MS, await openCrew(full.front.url));
  const series = new Map<string, Point[]>();
  const begun = performance.now();
  const note = (name: string, minute: number, value: number) =>
    series.set(name, [...(series.get(name) ?? []), [minute, value]]);
  const row = (cells: (string | number)[]) =>
    process.stdout.write(`${cells.map((c) => String(c).padStart(11)).join(' ')}\n`);
  row(['minute', 'process', 'rss MB', 'heap MB', 'lag p99 ms', 'outbox s', 'connections', 'answered', 'failed']); // prettier-ignore
  while (performance.now() - begun < MINUTES * 60_000) {
    await sleep(LOOK_MS);
    const minute = (performance.now() - begun) / 60_000;
    // What the screens heard is of no use here, and would fill this process.
    for (const { screen } of seats) screen.heard.length = 0;
    const { rows } = await full.house.owner.query(
      'select count(*)::int as n from pg_stat_activity where datname = current_database()',
    );
    note('all connections', minute, rows[0].n);
    for (const place of full.places) {
      const look = await lookAt(place);
      for (const [name, value] of Object.entries(look))
        note(`${place.name} ${name}`, minute, value);
      const { answered, failed } = load.said;
      row([
        minute.toFixed(1),
        place.name,
        look.rssMb!.toFixed(0),
        look.heapMb!.toFixed(0),
        look.lagMs!.toFixed(1),
        look.outboxSeconds?.toFixed(1) ?? '',
        ...(place === full.places[0] ? [rows[0].n, answered, failed.length] : []),
      ]);
    }
  }
  const said = await load.stop();
  const { failed, answered, orders, signed } = said;
  await full.house.quiet(120_000);
  const missing = await lost(full, said);
  const rising = [...series].flatMap(
    ([name, points]) => rose(name, points, FLAT[name.split(' ').at(-1)!]!) ?? [],
  );
  const line = { soak: MINUTES, backend: BACKEND, answered, orders: orders.length, signed: signed.length, lost: missing, failed: failed.length, rising }; // prettier-ignore
  process.stdout.write(`${JSON.stringify(line)}\n`);
  expect({ failed, rising, missing }).toEqual({ failed: [], rising: [], missing: 0 });
  // What was watched is a house at work.
  expect(signed.length).toBeGreaterThan(0);
});
