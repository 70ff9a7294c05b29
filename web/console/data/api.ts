/** The staff API, one function per endpoint. */
import type { WaitReason } from '../../../src/contract.ts';
import type { Reference } from '../../../src/catalogue/schema.ts';
import type {
  AttemptInput,
  CallbackItem,
  CloseInput,
  EvaluationInput,
  EvaluationView,
  RedoInput,
} from '../../../src/followup/schema.ts';
import type { DemoAccount, Me } from '../../../src/identity/schema.ts';
import type { CallerHistory, Registered, RegisterInput } from '../../../src/intake/schema.ts';
import type { DeliveryView, NotificationView } from '../../../src/notification/schema.ts';
import type { RoutingSuggestion, SuggestInput } from '../../../src/routing/schema.ts';
import type { UrgeInput } from '../../../src/supervision/schema.ts';
import type {
  ActResult,
  AssignmentActInput,
  InboxFacet,
  InboxItem,
  OrderActInput,
  OrderCounts,
  OrderDetail,
  OrderListItem,
  OrderQueue,
  Page,
  ReplyInput,
  splitInput,
} from '../../../src/workorder/schema.ts';
import { call } from './client.ts';
import type { z } from 'zod';

type Signal = AbortSignal | undefined;
const on = (signal: Signal) => (signal ? { signal } : {});
const PAGE = 50;

/** As it is sent; what is left out is filled in there. */
type SplitBody = z.input<typeof splitInput>;
export type ReplyText = Omit<ReplyInput, 'replyVersion'>;
export type CallbackQueue = 'call' | 'link' | 'redo_proposed' | 'done';

// identity
export const signIn = (login: string, password: string) =>
  call<Me>('POST', '/session', { body: { login, password } });
export const whoAmI = (signal?: Signal) => call<Me>('GET', '/session', on(signal));
export const signOut = () => call<void>('DELETE', '/session');
export const activate = (token: string, password: string) =>
  call<void>('POST', '/activation', { body: { token, password } });
export const demoAccounts = (signal?: Signal) =>
  call<DemoAccount[]>('GET', '/demo/accounts', on(signal));

// catalogue, routing
export const reference = (signal?: Signal) => call<Reference>('GET', '/reference', on(signal));
export const suggest = (input: SuggestInput, signal?: Signal) =>
  call<RoutingSuggestion>('POST', '/routing/suggest', { body: input, ...on(signal) });
export const orderRouting = (orderId: string, signal?: Signal) =>
  call<RoutingSuggestion>('GET', `/orders/${orderId}/routing`, on(signal));

// intake
export const register = (input: RegisterInput, key: string) =>
  call<Registered>('POST', '/orders', { body: input, key });
export const callerHistory = (phone: string, signal?: Signal) =>
  call<CallerHistory>('POST', '/callers/lookup', { body: { phone }, ...on(signal) });

// work orders
export const orders = (queue: OrderQueue, cursor: string | undefined, signal?: Signal) =>
  call<Page<OrderListItem>>('GET', '/orders', {
    query: { queue, cursor, limit: PAGE },
    ...on(signal),
  });
export const triage = (wait: WaitReason | undefined, cursor: string | undefined, signal?: Signal) =>
  call<Page<OrderListItem>>('GET', '/orders', {
    query: { queue: 'triage', wait, cursor, limit: PAGE },
    ...on(signal),
  });
export const orderCounts = (signal?: Signal) =>
  call<OrderCounts>('GET', '/orders/counts', on(signal));
export const findOrders = (q: string, signal?: Signal) =>
  call<OrderListItem[]>('GET', '/orders/find', { query: { q }, ...on(signal) });
export const order = (id: string, signal?: Signal) =>
  call<OrderDetail>('GET', `/orders/${id}`, on(signal));
export const actOnOrder = (id: string, input: OrderActInput, key: string) =>
  call<ActResult>('POST', `/orders/${id}/acts`, { body: input, key });
export const splitOrder = (id: string, version: number, input: SplitBody, key: string) =>
  call<ActResult>('POST', `/orders/${id}/split`, { body: { version, input }, key });
export const inbox = (facet: InboxFacet, cursor: string | undefined, signal?: Signal) =>
  call<Page<InboxItem>>('GET', '/inbox', { query: { facet, cursor, limit: PAGE }, ...on(signal) });
export const inboxCounts = (signal?: Signal) =>
  call<Record<InboxFacet, number>>('GET', '/inbox/counts', on(signal));
export const actOnAssignment = (id: string, input: AssignmentActInput, key: string) =>
  call<ActResult>('POST', `/assignments/${id}/acts`, { body: input, key });
/** @param replyVersion the draft that was edited; null: there was none. */
export const saveReply = (assignmentId: string, text: ReplyText, replyVersion: number | null) =>
  call<{ replyId: string; version: number }>('PUT', `/assignments/${assignmentId}/reply`, {
    body: { ...text, replyVersion },
  });
export const sendBackReply = (
  assignmentId: string,
  input: { replyVersion: number; reason: string },
  key: string,
) => call<ActResult>('POST', `/assignments/${assignmentId}/reply/send-back`, { body: input, key });
export const reveal = (orderId: string, reason: string) =>
  call<{ name: string | null; phone: string | null }>(
    'POST',
    `/orders/${orderId}/requester/reveal`,
    { body: { reason } },
  );

// supervision, follow-up
export const urge = (orderId: string, input: UrgeInput, key: string) =>
  call<ActResult>('POST', `/orders/${orderId}/urges`, { body: input, key });
export const callbacks = (queue: CallbackQueue, cursor: string | undefined, signal?: Signal) =>
  call<Page<CallbackItem>>('GET', '/callbacks', {
    query: { queue, cursor, limit: PAGE },
    ...on(signal),
  });
export const callbackCounts = (signal?: Signal) =>
  call<Record<CallbackQueue, number>>('GET', '/callbacks/counts', on(signal));
export const evaluations = (orderId: string, signal?: Signal) =>
  call<EvaluationView[]>('GET', `/orders/${orderId}/evaluations`, on(signal));
export const recordAttempt = (taskId: string, input: AttemptInput, key: string) =>
  call<ActResult>('POST', `/callbacks/${taskId}/attempts`, { body: input, key });
export const recordEvaluation = (taskId: string, input: EvaluationInput, key: string) =>
  call<ActResult>('POST', `/callbacks/${taskId}/evaluation`, { body: input, key });
export const redo = (orderId: string, input: RedoInput, key: string) =>
  call<ActResult>('POST', `/orders/${orderId}/redo`, { body: input, key });
export const close = (orderId: string, input: CloseInput, key: string) =>
  call<ActResult>('POST', `/orders/${orderId}/close`, { body: input, key });

// notification
export const notifications = (signal?: Signal) =>
  call<Page<NotificationView>>('GET', '/notifications', on(signal));
export const redrive = (id: string) => call<void>('POST', `/deliveries/${id}/redrive`);
export const deliveries = (orderId: string, signal?: Signal) =>
  call<Page<DeliveryView>>('GET', '/deliveries', { query: { orderId }, ...on(signal) });
