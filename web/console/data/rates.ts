/** The three rates and the orders behind them. */
import { useQuery } from '@tanstack/react-query';
import type { Rate } from '../../../src/contract.ts';
import type { RateItem, RateOrdersQuery, RatesView } from '../../../src/reporting/schema.ts';
import type { Page } from '../../../src/workorder/schema.ts';
import { call } from './client.ts';
import { usePages } from './queries.ts';

export type RatePart = RateOrdersQuery['part'];
export type RateReason = NonNullable<RateOrdersQuery['reason']>;

/** Which orders: of one rate, one month or several, one unit or all of the scope. */
export interface Behind {
  rate: Rate;
  part: RatePart;
  reason?: RateReason | undefined;
  /** First month, where there are several; `month` is the last. */
  from?: string | undefined;
  month: string;
  unitId?: string | undefined;
  organizationId?: string | undefined;
}

const PAGE = 50;

export const useRates = (organizationId: string | undefined, months: number) =>
  useQuery<RatesView>({
    queryKey: ['rates', organizationId ?? '', months],
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) =>
      call<RatesView>('GET', '/rates', { query: { organizationId, months }, signal }),
  });

/** @param behind undefined: nothing was chosen, nothing is asked. */
export const useBehind = (behind: Behind | undefined) =>
  usePages(
    ['rate-orders', behind],
    (cursor, signal) =>
      call<Page<RateItem>>('GET', '/rates/orders', {
        query: { ...behind, cursor, limit: PAGE },
        signal,
      }),
    behind !== undefined,
  );
