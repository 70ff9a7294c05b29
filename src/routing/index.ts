export { routingRoutes } from './routes.ts';
export { recordDecision, suggest } from './service.ts';
export { findDecision } from './store.ts';
