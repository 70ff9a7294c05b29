export { ROUND_MAX } from './effects.ts';
export {
  keepIdentities,
  openIdentity,
  orderItems,
  ordersOfRequesters,
  pageOf,
  readCursor,
  visibleOrder,
} from './read.ts';
export { createMany } from './register.ts';
export type { Incoming } from './register.ts';
export { workorderRoutes } from './routes.ts';
export { act, doAct, draftReply, doAssignmentAct, maySee, publicResult } from './service.ts';
export { assignmentsOf, findOrder, findOrderByNo } from './store.ts';
export type { AssignmentRow, OrderRow } from './store.ts';
export { citizenOrder } from './citizen-view.ts';
export type { CitizenOrder } from './citizen-view.ts';
export { commentsOf, countRedoProposed, finalSolved, listRedoProposed } from './read.store.ts';
