export { routingRoutes } from './routes.ts';
export { FLAGS_HELD, mayAccept, mayDispatch } from './rules.ts';
export type { AcceptFacts, Chosen, DispatchFacts, Understood } from './rules.ts';
export { recordDecision, suggest } from './service.ts';
export {
  clearWait,
  dispatchedBySystem,
  findDecision,
  keepWait,
  ordersBySystem,
  waitsOf,
} from './store.ts';
