/** The API of supervision: boards, what stands behind their numbers, supervision orders. */
import type { Channel, Lamp, SupervisionState, Urgency, Verdict } from '../../../src/contract.ts';
import type {
  BoardItem,
  BoardView,
  EscalationView,
  Stage,
  SuperviseInput,
  SupervisionView,
} from '../../../src/supervision/schema.ts';
import type { ActResult, Page } from '../../../src/workorder/schema.ts';
import { call } from './client.ts';

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});
const PAGE = 50;

/** Which orders of a board; what is left out is not asked for. */
export interface BoardFilter {
  organizationId?: string | undefined;
  stage?: Stage | undefined;
  lamps?: readonly Lamp[] | undefined;
  unitId?: string | undefined;
  urgency?: Urgency | undefined;
  channel?: Channel | undefined;
}

/** The filter as the address of a page and of the API write it. */
export const filterQuery = (filter: BoardFilter): Record<string, string | undefined> => ({
  organizationId: filter.organizationId,
  stage: filter.stage,
  lamp: filter.lamps?.join(','),
  unitId: filter.unitId,
  urgency: filter.urgency,
  channel: filter.channel,
});

/** @param organizationId null: the widest scope the viewer may see. */
export const board = (organizationId: string | null, signal?: Signal) =>
  call<BoardView>('GET', '/board', {
    query: { organizationId: organizationId ?? undefined },
    ...on(signal),
  });
export const boardOrders = (
  filter: BoardFilter,
  cursor: string | undefined,
  limit = PAGE,
  signal?: Signal,
) =>
  call<Page<BoardItem>>('GET', '/board/orders', {
    query: { ...filterQuery(filter), cursor, limit },
    ...on(signal),
  });
export const escalations = (organizationId: string | null, limit: number, signal?: Signal) =>
  call<Page<EscalationView>>('GET', '/board/escalations', {
    query: { organizationId: organizationId ?? undefined, limit },
    ...on(signal),
  });

export const supervisions = (
  filter: {
    state?: SupervisionState | undefined;
    orderId?: string | undefined;
    organizationId?: string | undefined;
    id?: string | undefined;
  },
  cursor: string | undefined,
  limit = PAGE,
  signal?: Signal,
) =>
  call<Page<SupervisionView>>('GET', '/supervisions', {
    query: { ...filter, cursor, limit },
    ...on(signal),
  });
export const supervise = (orderId: string, input: SuperviseInput, key: string) =>
  call<ActResult>('POST', `/orders/${orderId}/supervisions`, { body: input, key });
export const replySupervision = (id: string, version: number, text: string, key: string) =>
  call<ActResult>('POST', `/supervisions/${id}/reply`, { body: { version, text }, key });
export const judgeSupervision = (
  id: string,
  version: number,
  input: { verdict: Verdict; note: string },
  key: string,
) => call<ActResult>('POST', `/supervisions/${id}/verdict`, { body: { version, ...input }, key });
