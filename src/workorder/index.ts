export { adoptClocks } from './adopt.ts';
export { ROUND_MAX } from './effects.ts';
export { orderRow } from './lifecycle.ts';
export { heldBy, supervisedBy } from './order-effects.ts';
export { actAt, handsOfOrders, supervisionActs } from './supervised.store.ts';
export type { SupervisionAct } from './supervised.store.ts';
export { orderItems, ordersOfRequesters } from './lists.ts';
export { pageOf, readCursor } from './page.ts';
export { keepIdentities, openIdentity } from './requester.ts';
export { signersOf } from './units.store.ts';
export { visibleOrder, whoSees } from './visible.ts';
export { createMany } from './register.ts';
export type { Incoming } from './register.ts';
export { workorderRoutes } from './routes.ts';
export { act, doAct, draftReply, doAssignmentAct, maySee, publicResult } from './service.ts';
export { assignmentsOf, findOrder, findOrderByNo, lockOrder } from './store.ts';
export type { AssignmentRow, OrderRow } from './store.ts';
export { citizenOrder } from './citizen-view.ts';
export type { CitizenOrder } from './citizen-view.ts';
export {
  commentsOf,
  countRedoProposed,
  finalSolved,
  giveUpReason,
  listRedoProposed,
} from './read.store.ts';
