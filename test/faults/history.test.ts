/** The judge of the fault runs finds what it is there for, and nothing where all is well. */
import { describe, expect, it } from 'vitest';
import { judge } from './history.ts';
import type { History, Try } from './history.ts';

const PHONE = '13900000001';
const done = (more: Partial<Try> = {}): Try => ({ sentAt: 0, endedAt: 10, status: 201, ...more });

/** Two demands, one of them asked for twice, and two people who act on the first. */
const good = (): History => ({
  wishes: [
    {
      key: 'a',
      what: 'register',
      phone: PHONE,
      tries: [
        { sentAt: 0, endedAt: 5 },
        { sentAt: 20, endedAt: 30, status: 503, code: 'database_unavailable', retryAfter: true },
        done({ sentAt: 40, endedAt: 50, orderId: 'A' }),
      ],
    },
    { key: 'b', what: 'register', tries: [done({ orderId: 'B' })] },
    { key: 'x', what: 'act', orderId: 'A', base: 1, tries: [done({ status: 200, version: 2 })] },
    {
      key: 'y',
      what: 'act',
      orderId: 'A',
      base: 1,
      tries: [done({ status: 409, code: 'version_conflict', version: 2 })],
    },
  ],
  strikes: [
    { at: 10, inFlight: 1, recoveredAt: 50 },
    { at: 60, inFlight: 0, recoveredAt: 65 },
  ],
  stored: {
    orders: [
      { id: 'A', key: 'a', version: 2 },
      { id: 'B', key: 'b', version: 1 },
    ],
    acts: [
      { orderId: 'A', version: 1, act: 'register' },
      { orderId: 'A', version: 2, act: 'note', key: 'x' },
      { orderId: 'B', version: 1, act: 'register' },
    ],
    events: [
      { orderId: 'A', version: 1, type: 'work_order.registered' },
      { orderId: 'A', version: 2, type: 'work_order.noted' },
      { orderId: 'B', version: 1, type: 'work_order.registered' },
    ],
    left: 0,
    unarmed: [],
    steps: [{ id: 's', dueAt: 100, firedAt: 900, told: 1, effects: 1 }],
  },
  outside: {
    tries: [
      { id: 'm', key: 'm', to: PHONE, text: 'hello' },
      { id: 'm', key: 'm', to: PHONE, text: 'hello' },
    ],
    taken: [{ id: 'm', to: PHONE, at: 300 }],
  },
  limits: { refusal: 1_000, answer: 5_000, late: 1_000, effect: 1_000, recovery: 1_000 },
});

describe('the judge', () => {
  it('finds nothing where all is well', () => {
    expect(judge(good())).toEqual({
      acknowledged: 3,
      stored: 3,
      lost: 0,
      doubled: 0,
      late: 0,
      faults: 2,
      faultsInFlight: 1,
      slowestRecoveryMs: 40,
      violations: [],
    });
  });

  const spoilt: [string, (h: History) => unknown, RegExp][] = [
    ['an order is gone', (h) => h.stored.orders.pop(), /^lost: b was acknowledged/],
    ['another order than was told', (h) => (h.stored.orders[1]!.id = 'C'), /^lost: b as B/],
    [
      'one demand, two orders',
      (h) => h.stored.orders.push({ id: 'C', key: 'b', version: 0 }),
      /^doubled: b is 2 orders/,
    ],
    [
      'two tries were told two orders',
      (h) => h.wishes[0]!.tries.push(done({ orderId: 'B' })),
      /^a was told 2 orders/,
    ],
    [
      'told a failure, stored',
      (h) => (h.wishes[1]!.tries[0]!.status = 409),
      /^told a failure and stored: b/,
    ],
    [
      'an order of nobody',
      (h) => h.stored.orders.push({ id: 'C', key: undefined, version: 0 }),
      /^nobody asked for the order C/,
    ],
    ['an act is gone', (h) => h.stored.acts.splice(1, 1), /^lost: act x was acknowledged/],
    [
      'an act stands twice',
      (h) => h.stored.acts.push({ orderId: 'A', version: 3, act: 'note', key: 'x' }),
      /^doubled: act x stands 2 times/,
    ],
    [
      'an act at another version',
      (h) => (h.wishes[2]!.tries[0]!.version = 3),
      /^act x was told version 3/,
    ],
    [
      'an act on what it did not see',
      (h) => (h.wishes[2]!.base = 0),
      /^act x was decided on version 0/,
    ],
    ['two winners', (h) => (h.wishes[3]!.tries = [done()]), /^doubled: 2 won A at 1/],
    ['no winner', (h) => void h.wishes[2]!.tries.splice(0), /^nobody won A at 1/],
    [
      'a loser who is not told the state',
      (h) => void delete h.wishes[3]!.tries[0]!.version,
      /^the loser of A at 1 was not told/,
    ],
    ['a fork', (h) => (h.stored.acts[1]!.version = 1), /^the acts of A are 1,1 at version 2/],
    ['an act without its event', (h) => h.stored.events.splice(1, 1), /^lost: the event of A at 2/],
    [
      'an event told twice',
      (h) => h.stored.events.push(h.stored.events[1]!),
      /^doubled: an event of A/,
    ],
    ['a duty that nobody did', (h) => (h.stored.left = 2), /^lost: 2 duties that nobody did/],
    [
      'a clock without steps',
      (h) => h.stored.unarmed.push('B'),
      /^lost: the steps of a clock of B/,
    ],
    [
      'a wish that nobody served',
      (h) => {
        for (const w of h.wishes)
          if (w.what === 'register')
            w.tries = [{ sentAt: 1, endedAt: 2, status: 503, retryAfter: true }];
      },
      /^never done: \S+, in the end 503/,
    ],
    [
      'a loser that hears something else',
      (h) => {
        for (const w of h.wishes)
          for (const t of w.tries) if (t.code === 'version_conflict') t.code = 'state_conflict';
      },
      /^the loser of .* heard 409 state_conflict/,
    ],
    [
      'a refusal that took too long',
      (h) => {
        h.limits.refusal = 5_000;
        h.wishes[0]!.tries.unshift({
          sentAt: 0,
          endedAt: 5_100,
          status: 503,
          code: 'database_unavailable',
          retryAfter: true,
        });
      },
      /^503 database_unavailable after 5100 ms/,
    ],
    ['a step that never fired', (h) => void delete h.stored.steps[0]!.firedAt, /^lost: step s/],
    ['a step that nobody was told of', (h) => (h.stored.steps[0]!.told = 0), /^lost: step s/],
    [
      'a step told twice',
      (h) => (h.stored.steps[0]!.told = 2),
      /^doubled: step s was told 2 times/,
    ],
    [
      'a step before its time',
      (h) => (h.stored.steps[0]!.firedAt = 99),
      /^step s fired before it was due/,
    ],
    ['a step that was late', (h) => (h.stored.steps[0]!.firedAt = 1_101), /^late: step s/],
    [
      'a step without effect',
      (h) => (h.stored.steps[0]!.effects = 0),
      /^lost: the effect of step s/,
    ],
    ['a step with two', (h) => (h.stored.steps[0]!.effects = 2), /^doubled: the effect of step s/],
    ['a message that never came', (h) => void h.outside!.taken.pop(), /^lost: the message of a/],
    [
      'a message under two ids',
      (h) => h.outside!.taken.push({ id: 'n', to: PHONE, at: 300 }),
      /^doubled: the message of a/,
    ],
    [
      'a message that was late',
      (h) => (h.outside!.taken[0]!.at = 1_061),
      /^late: the message of a/,
    ],
    [
      'a message to nobody',
      (h) => h.outside!.taken.push({ id: 'n', to: '1', at: 0 }),
      /^nobody expects the message n/,
    ],
    [
      'a try without its id',
      (h) => (h.outside!.tries[1]!.key = 'n'),
      /^message m went without its id/,
    ],
    ['a message that changed', (h) => (h.outside!.tries[1]!.text = 'bye'), /^message m changed/],
    [
      'an answer that is nobody’s fault',
      (h) => (h.wishes[0]!.tries[1]!.status = 500),
      /^answered 500/,
    ],
    [
      'a refusal that says not when',
      (h) => (h.wishes[0]!.tries[1]!.retryAfter = false),
      /^503 without Retry-After: a/,
    ],
    [
      'a try that hung',
      (h) => (h.wishes[0]!.tries[0]!.endedAt = 6_000),
      /^no answer {2}after 6000 ms: a/,
    ],
    [
      'a slow refusal',
      (h) => Object.assign(h.wishes[0]!.tries[1]!, { code: 'busy', endedAt: 1_100 }),
      /^503 busy after 1080 ms: a/,
    ],
    ['no recovery', (h) => void delete h.strikes[0]!.recoveredAt, /^never recovered from fault 1/],
    ['a slow recovery', (h) => (h.strikes[0]!.recoveredAt = 2_000), /^recovered after 1990 ms/],
  ];

  it.each(spoilt)('says so: %s', (_, spoil, says) => {
    const h = good();
    spoil(h);
    expect(judge(h).violations).toContainEqual(expect.stringMatching(says));
  });
});
