import { describe, expect, it, vi } from 'vitest';
import { SUBSCRIPTIONS } from '../../src/subscriptions.ts';
import { TELLS_CENTER, TELLS_UNIT, readsNotices, tellsOf } from '../../web/console/data/noticed.ts';
import { orderNoText } from '../../web/console/lib/order-no.ts';

/** Consumers that put notices into the house; the others write to citizens. */
const NOTICES = [
  'notification.assigned',
  'notification.urged',
  'notification.supervised',
  'notification.flagged',
  'notification.returned',
  'supervision.escalate',
];

describe('when the list of notices is read again', () => {
  it('whenever one may have come, and told the socket', () => {
    const tells = Object.entries(SUBSCRIPTIONS)
      .filter(([, consumers]) => consumers.some((c) => NOTICES.includes(c)))
      .map(([type]) => type);
    expect([...TELLS_UNIT].sort()).toEqual([...tells, 'escalation.recorded'].sort());
    for (const type of TELLS_UNIT)
      expect(SUBSCRIPTIONS[type as keyof typeof SUBSCRIPTIONS]).toContain('realtime');
    expect([...TELLS_CENTER].filter((type) => !TELLS_UNIT.has(type))).toEqual([]);
  });

  it('not in the whole centre for what happens to every order', () => {
    const heard = (room: string) =>
      Object.keys(SUBSCRIPTIONS).filter((type) => tellsOf({ room, type })).length;
    for (const type of ['work_order.registered', 'work_order.dispatched', 'work_order.closed'])
      for (const room of ['center', 'org:1', 'order:1'])
        expect([type, tellsOf({ room, type })]).toEqual([type, false]);
    expect(tellsOf({ room: 'center', type: 'assignment.created' })).toBe(false);
    expect(tellsOf({ room: 'org:1', type: 'assignment.created' })).toBe(true);
    expect(tellsOf({ room: 'center', type: 'work_order.flagged' })).toBe(true);
    expect(heard('center')).toBe(TELLS_CENTER.size);
  });
});

it('the notice is written after the news: the list is read at once, and once more', () => {
  vi.useFakeTimers();
  let read = 0;
  const heard = readsNotices(() => (read += 1));
  heard();
  expect(read).toBe(1);
  vi.advanceTimersByTime(2_000);
  heard();
  heard();
  expect(read).toBe(3);
  vi.advanceTimersByTime(60_000);
  expect(read).toBe(4);
  vi.useRealTimers();
});

it('an order is named with its stroke, wherever a sentence names it', () => {
  expect(orderNoText('20260921004127')).toBe('20260921-004127');
  expect(orderNoText('4127')).toBe('4127');
});
