import { beforeEach, describe, expect, it, vi } from 'vitest';
import { normalizeCode } from '../../src/intake/rules.ts';
import { phone } from '../../src/intake/schema.ts';
import { isOrderNo, isId, luhnDigit, newId, orderNo, orderNoText } from '../../src/kernel/ids.ts';
import { digitsOf } from '../../src/kernel/typed.ts';

describe('newId: UUID of version 7', () => {
  // The module counts inside a millisecond; each test starts its own count.
  let fresh: typeof newId;
  beforeEach(async () => {
    vi.resetModules();
    ({ newId: fresh } = await import('../../src/kernel/ids.ts'));
  });
  const msOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

  it('has the form, version and variant of RFC 9562', () => {
    for (let i = 0; i < 100; i++) {
      expect(newId()).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('begins with the milliseconds of its instant', () => {
    // RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z is 0x017F22E279B0.
    expect(fresh(1_645_557_742_000)).toMatch(/^017f22e2-79b0-7/);
    expect(msOf(fresh(1_645_557_742_000.9))).toBe(1_645_557_742_000);
  });

  it('takes the real time of now', () => {
    const before = Date.now() - 1;
    const ms = msOf(fresh());
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('20,000 ids are unique and sort by creation', () => {
    const ids = Array.from({ length: 20_000 }, () => fresh());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort());
  });

  it('goes on into the next millisecond when one is full', () => {
    const ids = Array.from({ length: 10_000 }, () => fresh(1_000_000));
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
    expect(msOf(ids[0]!)).toBe(1_000_000);
    // 12 bits count 4,096; the first id of a millisecond starts below 1,024.
    expect(msOf(ids.at(-1)!)).toBe(1_000_002);
  });

  it('keeps the order when the clock of the host is set back', () => {
    const [a, b, c] = [fresh(2_000_000), fresh(1_000_000), fresh(2_000_000)];
    expect([a, b, c]).toEqual([a, b, c].toSorted());
    expect(msOf(b)).toBe(2_000_000);
  });
});

describe('isId', () => {
  it.each(['0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b', '550e8400-e29b-41d4-a716-446655440000'])(
    'takes %s',
    (text) => expect(isId(text)).toBe(true),
  );
  it.each([
    ['nothing', ''],
    ['a number', '2026112000001'],
    ['upper case', '0190A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B'],
    ['a nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['a foreign variant', '0190a1b2-c3d4-7e5f-ca6b-7c8d9e0f1a2b'],
    ['braces', '{0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b}'],
    ['a line after it', '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b\n'],
    ['SQL', "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b' or 1=1"],
  ])('refuses %s', (_what, text) => expect(isId(text)).toBe(false));
});

describe('order number', () => {
  // The first two are the examples of the ISO/IEC 7812 literature, the others were added by hand.
  it.each([
    ['7992739871', '3'],
    ['453201511283036', '6'],
    ['0', '0'],
    ['1', '8'],
    ['5', '9'],
    ['18', '2'],
    ['', '0'],
  ])('the Luhn digit of "%s" is %s', (digits, digit) => expect(luhnDigit(digits)).toBe(digit));

  // 20261120 00001: doubled from the right 1→2, 2→4, 1→2, 2→4, 2→4 = 16, plus 1+6 = 23 → 7.
  it('is the day, five digits and the Luhn digit', () => {
    expect(orderNo('20261120', 1)).toBe('20261120000017');
    expect(orderNo('20261120', 99_999)).toMatch(/^2026112099999\d$/);
    expect(orderNo('20260101', 883)).toMatch(/^2026010100883\d$/);
  });

  const valid = (no: string) => luhnDigit(no.slice(0, -1)) === no.at(-1);
  const samples = ['20260101000018', '20261120000017', orderNo('20251231', 54_321)];

  it('every single wrong digit is caught', () => {
    for (const no of samples.filter(valid)) {
      for (let i = 0; i < no.length; i++) {
        for (const d of '0123456789') {
          const typed = no.slice(0, i) + d + no.slice(i + 1);
          expect(valid(typed), `${no} typed as ${typed}`).toBe(d === no[i]);
        }
      }
    }
    expect(samples.filter(valid).length).toBeGreaterThan(1);
  });

  it('two neighbours swapped are caught, except 09 and 90', () => {
    const no = orderNo('20251231', 54_321);
    for (let i = 0; i + 1 < no.length; i++) {
      const [a, b] = [no[i]!, no[i + 1]!];
      const harmless = a === b || `${a}${b}` === '09' || `${a}${b}` === '90';
      expect(valid(no.slice(0, i) + b + a + no.slice(i + 2)), `${a}${b} at ${i}`).toBe(harmless);
    }
  });

  it('different sequences of a day give different numbers', () => {
    const all = Array.from({ length: 5000 }, (_, i) => orderNo('20261120', i + 1));
    expect(new Set(all).size).toBe(5000);
    expect(all.every((no) => no.length === 14 && valid(no))).toBe(true);
  });
});

describe('isOrderNo', () => {
  it('takes the numbers of any day, also the hundred thousandth', () => {
    for (const sequence of [1, 42, 99_999, 100_000, 1_234_567]) {
      expect(isOrderNo(orderNo('20260921', sequence))).toBe(true);
    }
  });
  it('refuses a wrong check digit, too few and too many digits', () => {
    for (const no of ['20260921000018', '2026092100001', '20260921123456789', '']) {
      expect(isOrderNo(no)).toBe(no === orderNo('20260921', 1));
    }
  });
});

describe('what people type', () => {
  it('is read in full-width digits too, as Chinese keyboards give them', () => {
    expect(digitsOf('２０２６１１２２－０００４５２')).toBe('20261122000452');
    expect(phone.parse('＋８６　１３８（００００）－１２３４')).toBe('13800001234');
    expect(phone.safeParse('１３八').success).toBe(false);
    expect(normalizeCode('ａｂ c－３４７')).toBe('ABC347');
  });

  it('is an order number as it is shown', () =>
    expect(digitsOf(orderNoText('20261122000452'))).toBe('20261122000452'));
});
