/**
 * A telephone network on loopback: SIPp's citizens call 12345 through Kamailio, the platform picks the
 * operator, telephones answer with voice, both api processes are killed in the middle. Afterwards the
 * platform's records say of every call what SIPp says of it. `SIP_CALLS=200 SIP_AT_ONCE=20` widens it.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quiet, until } from '../processes.ts';
import { callRecords, openTelephoneHouse } from './house.ts';
import type { CallRecord, TelephoneHouse } from './house.ts';
import { caller, handedOver } from './scenarios.ts';
import type { Sipp } from './sipp.ts';
import { openNetwork, toneFile, withoutTelephones } from './telephones.ts';
import type { Network } from './telephones.ts';

const CALLS = Number(process.env.SIP_CALLS ?? 30);
const AT_ONCE = Number(process.env.SIP_AT_ONCE ?? 6);
const LIMIT_MS = 90_000 + CALLS * 2_000;
/** Citizens who give up, and who are handed over to 110. */
const HASTY = Math.round(CALLS / 5);
const IN_NEED = 2;

const numbers = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(8, '0')}`);
/** Of those who talk: every fifth is hung up on by the operator, every fifth is held for a moment. */
const talkers = (count: number): string[] =>
  numbers('136', count).map((n, i) => n.replace('136', { 1: '137', 2: '138' }[i % 5] ?? '136'));

/** How the switch names a call whose Call-ID is not plain. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Of each call its last word: what became of it, and who ended it. */
function turns(runs: Sipp[]): Map<string, string[]> {
  const of = new Map<string, string[]>();
  for (const [callId = '', ...words] of runs.flatMap((r) => r.log()))
    of.set(callId, [...(of.get(callId) ?? []), words.join(' ')]);
  return of;
}

describe.skipIf(withoutTelephones)('a telephone network', () => {
  let house: TelephoneHouse;
  let network: Network;
  let operators: Sipp;
  const kills: number[] = [];

  beforeAll(async () => {
    house = await openTelephoneHouse();
    network = await openNetwork(house.apis);
    // More than talk at once: whoever is writing up a call is not there for the next.
    const extensions = Array.from({ length: AT_ONCE * 2 }, (_, i) => String(8001 + i));
    operators = await network.phones('operators', extensions);
    await network.phones('busy', ['8901']);
    await network.phones('absent', ['8902']);
    for (const extension of [...extensions, '8901', '8902']) await house.sit(extension);
  });
  afterAll(async () => {
    await network?.close();
    await house?.close();
  });

  it(
    'calls, and both api processes are killed meanwhile',
    async () => {
      const talk = { patienceMs: 60_000, talkMs: 1_200, audio: toneFile(network.dir) };
      const share = (part: number) => Math.max(1, Math.round(AT_ONCE * part));
      const talking = await network.callers(
        'talkers',
        caller(talk),
        talkers(CALLS - HASTY - IN_NEED),
        {
          atOnce: share(0.7),
          perSecond: share(0.7),
        },
      );
      const hasty = await network.callers(
        'hasty',
        caller({ patienceMs: 250, talkMs: 400 }),
        numbers('135', HASTY),
        { atOnce: share(0.2), perSecond: share(0.2) },
      );
      const inNeed = await network.callers(
        'in-need',
        handedOver({ talkMs: 300 }),
        numbers('139', IN_NEED),
        { atOnce: 1, perSecond: 1 },
      );
      const runs = [talking, hasty, inNeed];
      const over = () => [...turns(runs).values()].filter((t) => t.length > 0).length;
      for (const which of [0, 1] as const) {
        await until('some calls', () => over() >= (CALLS * (which + 1)) / 4, LIMIT_MS);
        const at = performance.now();
        await house.killApi(which);
        kills.push(Math.round(performance.now() - at));
      }
      const codes = await Promise.all(runs.map((r) => r.ended));
      const said = runs.map((r) => r.errors()).join('\n');
      expect(codes, said + network.kamailio.output()).toEqual([0, 0, 0]);

      const sippSays = turns(runs);
      expect(sippSays.size).toBe(CALLS);
      const sum = (name: string) => runs.reduce((n, r) => n + Number(r.figures()[name]), 0);
      expect([sum('SuccessfulCall(C)'), sum('FailedCall(C)')]).toEqual([CALLS, 0]);
      const phones = new Map(
        operators
          .log()
          .flatMap(([id = '', ext = '', what]) => (what === 'answered' ? [[id, ext]] : [])),
      );
      const done = async () => {
        const records = await callRecords(house.owner);
        return (
          records.size >= CALLS &&
          [...records.values()].every((r) => r.state === 'ended') &&
          records
        );
      };
      const records = (await until('every call ended', done, 30_000)) as Map<string, CallRecord>;
      const differences = [...sippSays].flatMap(([id, words]) => {
        const record = records.get(id);
        const wanted = {
          outcome: words[0] === 'answered' ? 'answered' : 'abandoned',
          target: phones.get(id),
          endedBy: words.at(-1) === 'ended operator' ? 'operator' : 'caller',
        };
        const found = {
          outcome: record?.outcome,
          target: record?.legs[0]?.target,
          endedBy: record?.ended_by,
        };
        const same =
          found.outcome === wanted.outcome &&
          found.target === wanted.target &&
          (wanted.outcome === 'abandoned' || found.endedBy === wanted.endedBy) &&
          record?.ordered;
        return same ? [] : [{ id, words, wanted, found, record }];
      });
      expect(differences).toEqual([]);
      expect(records.size).toBe(CALLS);

      const moved = [...records].filter(([, r]) => r.legs.some((l) => l.kind === 'emergency'));
      expect(moved.map(([id]) => id).sort()).toEqual(
        inNeed
          .log()
          .filter((l) => l[1] === 'answered')
          .map((l) => l[0])
          .sort(),
      );
      for (const [id, r] of moved)
        expect(r.legs.at(-1)).toMatchObject({ target: '110', leg_id: digest(`leg///${id}`) });
    },
    LIMIT_MS,
  );

  it('leaves no offer open, and every seat as its operator would find it', async () => {
    await quiet(house.owner);
    const one = async (query: string) => (await house.owner.query(query)).rows;
    expect(await one('select id from call_offer where result is null')).toEqual([]);
    expect(await one(`select id from door_message where state = 'dead'`)).toEqual([]);
    await until('seats at rest', async () => {
      const states = await one(`select distinct state from seat`);
      return states.every((s) => ['ready', 'break'].includes(s.state));
    });
    // Nobody is on a break but whom two offers running found silent: the empty desk; also who was
    // offered a call by a process that was killed before the switch heard of it.
    const onBreak = await one(`select s.extension, s.break_reason, (select count(*)::int
        from call_offer o where o.user_id = s.user_id and o.result in ('no_answer', 'unreachable'))
        as silent from seat s where state = 'break'`);
    expect(onBreak.filter((s) => s.silent < 2 || s.break_reason === 'rest')).toEqual([]);
    const seats = (await one('select extension from seat')).length;
    expect(onBreak.length, JSON.stringify(onBreak)).toBeLessThan(seats / 2);
  });

  it('carries voice', () => {
    const { streams } = network.ear;
    const spoke = streams.size;
    expect(spoke).toBeGreaterThanOrEqual(Math.floor(CALLS / 2));
    // A second of talk is fifty packets; who is hung up on, or is held, speaks less.
    expect(network.ear.packets() / spoke).toBeGreaterThan(10);
    console.log(
      `${CALLS} calls, ${AT_ONCE} at once; api processes back after ${kills.join(' and ')} ms;` +
        ` ${network.ear.packets()} RTP packets of ${spoke} callers`,
    );
  });
});
