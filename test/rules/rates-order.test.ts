/** In which order the units of the rates desk stand. */
import { expect, it } from 'vitest';
import { RATES } from '../../src/contract.ts';
import { figureOf } from '../../src/reporting/service.ts';
import type { RateRow, RatesView } from '../../src/reporting/schema.ts';
import { ratesAddress, readPlace, unitsOf } from '../../web/console/desks/rates/address.ts';
import type { UnitOrder } from '../../web/console/desks/rates/address.ts';

const count = (code: string, n: number) => ({
  organizationId: 'x',
  month: '2026-11',
  code,
  n,
  strict: 0,
  policyOnly: 0,
});

/** A unit with so many met and missed of every rate. */
function unit(code: string, met: number, missed: number): RateRow {
  const counts = [
    ...(met ? [count('met', met)] : []),
    ...(missed ? [count('missed', missed)] : []),
  ];
  const all = Object.fromEntries(RATES.map((r) => [r, figureOf(r, counts)])) as RateRow['all'];
  return { unit: { id: code, code } as NonNullable<RateRow['unit']>, months: [all], all };
}

const view = {
  months: ['2026-11'],
  units: [
    unit('half', 20, 20),
    unit('good', 30, 1),
    unit('middling', 20, 5),
    unit('few-bad', 2, 6),
    unit('none', 0, 0),
    unit('few-good', 8, 0),
  ],
} as unknown as RatesView;

const inOrder = (order?: UnitOrder) =>
  unitsOf(view, {
    month: undefined,
    by: order && { rate: 'satisfaction', order },
  }).map((row) => row.unit!.code);

it('the most orders first, unless one asks otherwise', () =>
  expect(inOrder()).toEqual(['half', 'good', 'middling', 'few-bad', 'few-good', 'none']));

it('worst first and best first, what is too few to compare behind the others', () => {
  expect(inOrder('worst')).toEqual(['half', 'middling', 'good', 'few-bad', 'few-good', 'none']);
  expect(inOrder('best')).toEqual(['good', 'middling', 'half', 'few-good', 'few-bad', 'none']);
});

it('most missed first, however few there are', () =>
  expect(inOrder('missed')).toEqual(['half', 'few-bad', 'middling', 'good', 'few-good', 'none']));

it('stands in the address, and nothing else is taken from there', () => {
  const place = readPlace(new URLSearchParams('by=solved.worst&rate=response'));
  expect(place.by).toEqual({ rate: 'solved', order: 'worst' });
  expect(ratesAddress(place)).toContain('by=solved.worst');
  for (const bad of ['', 'solved', 'solved.', 'nothing.worst', 'solved.__proto__'])
    expect(readPlace(new URLSearchParams({ by: bad })).by).toBeUndefined();
});
