/** Decisions of the telephone, said a second time; and that a call's row never depends on the order of news. */
import { describe, expect, it } from 'vitest';
import { CALL_COMMANDS, SEAT_STATES } from '../../src/telephony/limits.ts';
import type { SeatState } from '../../src/telephony/limits.ts';
import { EXAMPLES } from '../../src/telephony/examples.ts';
import {
  afterOffer,
  bareNumber,
  callFacts,
  expectedWait,
  mayMove,
  plausible,
  seatsFor,
} from '../../src/telephony/rules.ts';
import type { Said, Told } from '../../src/telephony/rules.ts';
import { ctiEvent, routeAnswer, routeQuestion, switchCommand } from '../../src/telephony/schema.ts';

/** o: the operator may; s: the system may. Rows: from; columns in the order of SEAT_STATES. */
const TABLE: Record<SeatState, string> = {
  //          offline ready ringing talking wrap_up break
  offline: '  -       o     -       -       -       o',
  ready: '    os      -     s       s       -       os',
  ringing: '  s       s     -       s       -       s',
  talking: '  s       s     -       -       s       -',
  wrap_up: '  os      os    s       s       -       o',
  break: '    os      o     -       s       -       -',
};

describe('a seat', () => {
  it('changes as the table says and in no other way', () => {
    for (const from of SEAT_STATES) {
      const cells = TABLE[from].trim().split(/\s+/);
      for (const [i, to] of SEAT_STATES.entries()) {
        const said = `${mayMove(from, to, 'operator') ? 'o' : ''}${mayMove(from, to, 'system') ? 's' : ''}`;
        expect(said || '-', `${from} → ${to}`).toBe(cells[i]);
      }
    }
  });

  it('is taken for absent after as many silences as the policy says, in a row', () => {
    expect(afterOffer('no_answer', 0, 2)).toEqual({ to: 'ready', noAnswers: 1, breakReason: null });
    expect(afterOffer('no_answer', 1, 2)).toEqual({
      to: 'break',
      noAnswers: 0,
      breakReason: 'absent',
    });
    expect(afterOffer('unreachable', 1, 2).breakReason).toBe('unreachable');
    expect(afterOffer('busy', 1, 2)).toEqual({ to: 'ready', noAnswers: 0, breakReason: null });
    expect(afterOffer('declined', 1, 2).to).toBe('ready');
    expect(afterOffer('lost', 1, 2)).toEqual({ to: 'ready', noAnswers: 1, breakReason: null });
  });
});

describe('who is offered a call', () => {
  const rules = { widenSeconds: 30, tried: new Set<string>() };
  const call = (id: string, skill: Parameters<typeof seatsFor>[0]['skill'] = 'general', waited = 0) => ({ id, skill, waited }); // prettier-ignore
  const seatFor = (...given: Parameters<typeof seatsFor>) => seatsFor(...given)[0] ?? null;
  const a = { userId: 'a', skills: ['general'] };
  const b = { userId: 'b', skills: ['general', 'dialect'] };

  it('the longest idle who can', () => {
    expect(seatFor(call('1'), [], [a, b], rules)).toBe(a);
    expect(seatFor(call('1', 'dialect'), [], [a, b], rules)).toBe(b);
    expect(seatFor(call('1', 'enterprise'), [], [a, b], rules)).toBeNull();
    expect(seatFor(call('1', 'enterprise', 30), [], [a, b], rules)).toBe(a);
    expect(seatFor(call('1', 'emergency'), [], [a, b], rules)).toBe(a);
  });

  it('nobody, while those before take them all', () => {
    expect(seatFor(call('2'), [call('1')], [a], rules)).toBeNull();
    expect(seatFor(call('2'), [call('1')], [a, b], rules)).toBe(b);
    // One before who can take nobody takes nobody away.
    expect(seatFor(call('2'), [call('1', 'dialect')], [a], rules)).toBe(a);
    expect(seatFor(call('2'), [call('1', 'dialect')], [b], rules)).toBeNull();
    // Taken first by who comes first: the one that both could have.
    expect(seatFor(call('2'), [call('1', 'dialect')], [a, b], rules)).toBe(a);
  });

  it('another than before, where there is another', () => {
    const tried = { ...rules, tried: new Set(['a']) };
    expect(seatFor(call('1'), [], [a, b], tried)).toBe(b);
    expect(seatFor(call('1'), [], [a], tried)).toBe(a);
    // All that are left to it, in the order in which they are tried.
    const c = { userId: 'c', skills: ['general'] };
    expect(seatsFor(call('1'), [call('0')], [b, a, c], tried)).toEqual([c, a]);
  });

  it('nobody who was offered this call a moment ago, who meanwhile takes the next', () => {
    const resting = { ...call('1'), resting: new Set(['a']) };
    expect(seatFor(resting, [], [a], rules)).toBeNull();
    expect(seatFor(resting, [], [a, b], rules)).toBe(b);
    expect(seatFor({ ...resting, skill: 'emergency' }, [], [a], rules)).toBeNull();
    expect(seatFor(call('2'), [resting], [a], rules)).toBe(a);
    expect(seatFor(call('2'), [resting], [a, b], rules)).toBe(a);
  });
});

describe('the expected wait', () => {
  const now = new Date('2026-09-18T02:00:00Z');
  const ago = (s: number) => new Date(now.getTime() - s * 1000);
  it('follows the pace of the newest answers', () => {
    expect(expectedWait(0, [ago(10), ago(30), ago(60)], now, 9)).toBe(20);
    expect(expectedWait(2, [ago(10), ago(30), ago(60)], now, 9)).toBe(60);
    // Those of long ago say nothing of now.
    expect(expectedWait(1, [ago(2000)], now, 4)).toBe(90);
    expect(expectedWait(0, [], now, 0)).toBe(180);
  });
});

describe('a number', () => {
  it.each([
    ['+8613800000000', '13800000000'],
    ['008613800000000', '13800000000'],
    ['05705551234', '05705551234'],
    ['', null],
    ['*#', null],
  ])('%s', (from, bare) => expect(bareNumber(from)).toBe(bare));
});

// ── What a call became ─────────────────────────────────────────────────────────────────────────

const T = Date.parse('2026-09-18T02:00:00Z');
let made = 0;
const told = (second: number, said: Said, userId: string | null = null): Told => ({
  at: new Date(T + second * 1000),
  receivedAt: new Date(T + second * 1000),
  fingerprint: `f${made++}`,
  userId,
  said,
});
const ring = (s = 0, more: object = {}) =>
  told(s, { type: 'call.ringing', from: '13800000000', to: '12345', ...more });
const answer = (s: number, target: string) =>
  told(s, { type: 'call.answered', legId: `leg-${target}`, target }, `user-${target}`);
const transfer = (s: number, target: string, userId: string | null = null) =>
  told(s, { type: 'call.transferred', target, legId: `leg-${target}`, mode: 'blind' }, userId);
const end = (s: number, by: 'caller' | 'operator' | 'switch' = 'caller') =>
  told(s, { type: 'call.ended', by });

describe('a call', () => {
  it('that was answered', () => {
    const f = callFacts([ring(), answer(7, '8001'), end(60)]);
    expect(f).toMatchObject({
      state: 'ended',
      outcome: 'answered',
      operatorId: 'user-8001',
      speakerId: null,
    });
    expect(f.answeredAt).toEqual(new Date(T + 7000));
    expect(f.legs).toHaveLength(1);
  });
  it('that nobody answered', () => {
    expect(callFacts([ring(), told(9, { type: 'call.abandoned' })]).outcome).toBe('abandoned');
    expect(callFacts([ring(), end(9)]).outcome).toBe('abandoned');
    expect(callFacts([ring(), end(9, 'switch')]).outcome).toBe('missed');
    const over = told(9, { type: 'own.overflowed' });
    expect(callFacts([ring(), over])).toMatchObject({ state: 'ended', outcome: 'missed' });
    expect(callFacts([ring(), over, end(12)])).toMatchObject({
      outcome: 'missed',
      endedBy: 'caller',
    });
  });
  it('that goes from hand to hand', () => {
    const f = callFacts([
      ring(),
      answer(5, '8001'),
      transfer(20, '8002', 'user-8002'),
      answer(24, '8002'),
    ]);
    expect(f).toMatchObject({ state: 'talking', operatorId: 'user-8002', speakerId: 'user-8002' });
    expect(f.legs.map((l) => [l.kind, l.target])).toEqual([
      ['operator', '8001'],
      ['extension', '8002'],
    ]);
    expect(f.answeredAt).toEqual(new Date(T + 5000));
    const police = callFacts([ring(), answer(5, '8001'), transfer(20, '110')]);
    expect(police).toMatchObject({ state: 'talking', operatorId: 'user-8001', speakerId: null });
    expect(police.legs.at(-1)).toMatchObject({
      kind: 'emergency',
      target: '110',
      legId: 'leg-110',
    });
    const picked = told(24, { type: 'call.answered', legId: 'other', target: '110' });
    const pickedUp = callFacts([ring(), answer(5, '8001'), transfer(20, '110'), picked]);
    expect(pickedUp.legs.map((l) => l.legId)).toEqual(['leg-8001', 'leg-110']);
    expect(
      callFacts([ring(), answer(5, '8001'), transfer(20, '05705551234')]).legs.at(-1)!.kind,
    ).toBe('outside');
  });
  it('that is held', () => {
    const hold = (s: number, on: boolean) => told(s, { type: 'call.held', on });
    expect(callFacts([ring(), answer(5, '8001'), hold(9, true)]).state).toBe('held');
    expect(callFacts([ring(), answer(5, '8001'), hold(9, true), hold(12, false)]).state).toBe(
      'talking',
    );
    expect(
      callFacts([ring(), answer(5, '8001'), hold(9, true), transfer(12, '8002', 'user-8002')])
        .state,
    ).toBe('talking');
  });
  it('that was refused passes when it is an emergency', () => {
    const refused = told(1, { type: 'own.refused' });
    expect(callFacts([ring(), refused])).toMatchObject({ state: 'ended', outcome: 'refused' });
    const key = told(5, {
      type: 'own.asked',
      from: '13800000000',
      to: '12345',
      skill: 'emergency',
    });
    expect(callFacts([ring(), refused, key])).toMatchObject({
      state: 'waiting',
      outcome: null,
      skill: 'emergency',
    });
  });
  it('is over when it is over', () => {
    const late = told(30, { type: 'call.held', on: true });
    const f = callFacts([ring(), answer(5, '8001'), end(9), late]);
    expect(f).toMatchObject({
      state: 'ended',
      operatorId: 'user-8001',
      endedAt: new Date(T + 9000),
    });
    // Who was given the caller had them: the end is not before.
    const moved = callFacts([ring(), answer(5, '8001'), end(9), transfer(30, '8002', 'user-8002')]);
    expect(moved).toMatchObject({ operatorId: 'user-8002', endedAt: new Date(T + 30_000) });
    const gaveUp = callFacts([ring(), told(3, { type: 'call.abandoned' }), answer(5, '8001'), end(9)]); // prettier-ignore
    expect(gaveUp).toMatchObject({ outcome: 'abandoned', endedAt: new Date(T + 3000) });
    // News of an end that never came with a ringing is a call all the same.
    expect(callFacts([end(9, 'switch')])).toMatchObject({
      state: 'ended',
      outcome: 'missed',
      from: '',
    });
  });
});

/** A generator of small numbers, the same for the same seed. */
function dice(seed: number) {
  let x = seed;
  return (n: number) => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * n);
  };
}

/** A list that a switch may tell: every kind of event, sometimes several at one instant. */
function legal(roll: (n: number) => number): Told[] {
  let second = 0;
  const later = () => (second += roll(3));
  const list = [ring(), ...(roll(2) ? [told(later(), { type: 'own.asked', from: '', to: '12345', skill: 'dialect' })] : [])]; // prettier-ignore
  if (roll(4) === 0) return [...list, told(later(), { type: 'call.abandoned' }), end(later())];
  list.push(answer(later() + 1, '8001'));
  second += 1;
  for (let i = roll(5); i > 0; i--) {
    const kind = roll(4);
    if (kind < 2) list.push(told(later(), { type: 'call.held', on: kind === 0 }));
    if (kind === 2) list.push(transfer(later(), '8002', 'user-8002'), answer(later(), '8002'));
    if (kind === 3) list.push(transfer(later(), ['110', '119', '05705551234'][roll(3)]!));
  }
  if (roll(3) > 0) list.push(end(later(), (['caller', 'operator', 'switch'] as const)[roll(3)]!));
  return list;
}

/** Some of what a switch says has an instant that cannot be, and some comes late. */
const wild = (roll: (n: number) => number, list: Told[]): Told[] =>
  list.map((t) => {
    const receivedAt = new Date(t.at.getTime() + roll(2) * roll(900) * 1000);
    const at = [t.at, new Date(0), new Date('2099-01-01T00:00:00Z'), t.at][roll(4)]!;
    return { ...t, at, receivedAt };
  });

describe('the clock of a switch', () => {
  const received = new Date(T);
  it.each([
    ['1970-01-01T00:00:00Z', -300],
    ['2099-01-01T00:00:00Z', 300],
    ['2026-09-18T01:57:00Z', -180],
    ['2026-09-18T02:04:59Z', 299],
  ])('%s', (at, second) =>
    expect(plausible(new Date(at), received)).toEqual(new Date(T + second * 1000)),
  );

  it('never makes a wait or a talk of less than nothing, or of years', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const roll = dice(seed);
      const list = wild(roll, legal(roll));
      const f = callFacts(list);
      const order = [f.enteredAt, ...f.legs.map((l) => l.beganAt)];
      if (f.answeredAt) expect(order).toContainEqual(f.answeredAt);
      const all = [...order, f.endedAt ?? order.at(-1)!].map(Number);
      expect(all, `seed ${seed}`).toEqual(all.toSorted((a, b) => a - b));
      const known = list.map((t) => t.receivedAt.getTime());
      expect(all[0]).toBeGreaterThanOrEqual(Math.min(...known) - 300_000);
      expect(all.at(-1)).toBeLessThanOrEqual(Math.max(...known) + 300_000);
      if (list.some((t) => t.said.type === 'call.answered')) expect(f.outcome).toBe('answered');
    }
  });

  it('keeps the order of what comes late', () => {
    const late = (t: Told, s: number) => ({ ...t, receivedAt: new Date(T + s * 1000) });
    const hold = (s: number, on: boolean) => told(s, { type: 'call.held', on });
    const f = callFacts([
      late(hold(12, false), 3600),
      late(hold(9, true), 3601),
      late(answer(5, '8001'), 3602),
      late(ring(), 3603),
    ]);
    expect(f).toMatchObject({ state: 'talking', enteredAt: new Date(T + 3_303_000) });
  });
});

describe('news in any order, any number of times', () => {
  it('make the same call', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const roll = dice(seed);
      const tame = legal(roll);
      const list = seed % 2 ? tame : wild(roll, tame);
      const expected = callFacts(list);
      for (let i = 0; i < 10; i++) {
        const repeats = Array.from({ length: roll(4) }, () => list[roll(list.length)]!);
        const shuffled = [...list, ...repeats]
          .map((t) => ({ t, key: roll(1_000_000) }))
          .toSorted((p, q) => p.key - q.key)
          .map(({ t }) => t);
        expect(callFacts(shuffled), `seed ${seed}`).toEqual(expected);
      }
    }
  });
});

describe('the examples of the contract', () => {
  const all = (examples: object) => Object.entries(examples);
  it('are messages', () => {
    for (const [name, e] of all(EXAMPLES.events))
      expect(ctiEvent.safeParse(e).success, name).toBe(true);
    for (const [name, e] of all(EXAMPLES.questions))
      expect(routeQuestion.safeParse(e).success, name).toBe(true);
    for (const [name, e] of all(EXAMPLES.answers))
      expect(routeAnswer.safeParse(e).success, name).toBe(true);
    for (const [name, e] of all(EXAMPLES.commands))
      expect(switchCommand.safeParse(e).success, name).toBe(true);
  });
  it('leave out no event, no answer', () => {
    const types = new Set(Object.values(EXAMPLES.events).map((e) => e.type));
    expect([...types].toSorted()).toEqual([
      'call.abandoned', 'call.answered', 'call.ended', 'call.held', 'call.ringing',
      'call.transferred', 'recording.ready',
    ]); // prettier-ignore
    expect(Object.keys(EXAMPLES.answers)).toEqual(['offer', 'wait', 'refuse', 'overflow']);
    expect(CALL_COMMANDS).toContain('consult');
  });
  it('refuse what is none', () => {
    const { ringing } = EXAMPLES.events;
    for (const bad of [
      { ...ringing, at: 'yesterday' },
      { ...ringing, callId: '' },
      { ...ringing, callId: 'x'.repeat(201) },
      { ...ringing, from: "1'; drop table call" },
      { ...ringing, skill: 'singing' },
      { ...ringing, type: 'call.sang' },
      { ...EXAMPLES.events.recordingReady, uri: 'file:///etc/passwd' },
      { ...EXAMPLES.events.ended, reason: 'free text with a name' },
    ])
      expect(ctiEvent.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  });
});
