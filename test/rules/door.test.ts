/** What a signature covers, when it is late, and what is told of a message that nobody could read. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fieldsOf, inWindow, isMessageId, leaseOf, speaksTo } from '../../src/door/rules.ts';
import { signatureOf, signedHeaders } from '../../src/door/signature.ts';

const NOW = new Date('2026-11-21T10:00:00.500Z');
const SECONDS = 1_795_255_200;

describe('a signature', () => {
  it('is the HMAC of instant, id and body, as another house computes it', () => {
    const own = createHmac('sha256', 'secret').update(`${SECONDS}.m-1.{"a":"停水"}`).digest('hex');
    expect(signatureOf('secret', String(SECONDS), 'm-1', '{"a":"停水"}')).toBe(`v1=${own}`);
    const m = { source: 'hotline', id: 'm-1', body: '{"a":"停水"}', at: NOW };
    expect(signedHeaders('secret', m)).toEqual({
      'content-type': 'application/json',
      'x-hotline-source': 'hotline',
      'x-hotline-timestamp': String(SECONDS),
      'x-hotline-id': 'm-1',
      'x-hotline-signature': `v1=${own}`,
    });
  });

  it.each([
    [SECONDS, true],
    [SECONDS - 299, true],
    [SECONDS - 301, false],
    [SECONDS + 300, true],
    [SECONDS + 301, false],
    ['', false],
    ['-1', false],
    [`${SECONDS}.0`, false],
    [` ${SECONDS}`, false],
    ['0x6b0', false],
    [SECONDS * 1000, false],
  ])('at %s is fresh: %s', (at, fresh) => expect(inWindow(String(at), NOW)).toBe(fresh));
});

it.each([
  ['a', true],
  ['c-1001-call.ended-1', true],
  ['x'.repeat(120), true],
  ['x'.repeat(121), false],
  ['', false],
  ['a b', false],
  ['电话', false],
  ['a\u0000', false],
])('%s may be an id: %s', (id, may) => expect(isMessageId(id)).toBe(may));

it.each([
  ['cti', 'cti', true],
  ['sms', 'sms_receipt', true],
  ['sms_receipt', 'sms', false],
  ['sms', 'smsx', false],
  ['cti', 'sms', false],
])('a source of %s at the door %s: %s', (source, door, may) =>
  expect(speaksTo(source, door)).toBe(may),
);

it('little is taken in advance: one at a time of small limits, a two-hundredth of large ones', () =>
  expect([1, 199, 200, 400, 60_000, 1_000_000].map(leaseOf)).toEqual([1, 1, 1, 2, 300, 5000]));

it('names fields of ours, three at most, and no key that somebody sent', () => {
  const issue = (...path: (string | number)[]) => ({ path, code: 'bad' });
  expect(fieldsOf([issue('legs', 2, 'at'), issue('张三', 'x'), issue('13800000000')])).toBe('legs.2.at:bad x:bad :bad'); // prettier-ignore
  expect(fieldsOf([issue('a'), issue('b'), issue('c'), issue('d')])).toBe('a:bad b:bad c:bad');
});
