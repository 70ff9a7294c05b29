export { demoGatewayToken, demoMessages, demoMessagesAfter } from './demo-phone.ts';
export { demoPhoneRoutes } from './demo-phone.routes.ts';
export type { DemoMessage } from './demo-phone.ts';
export { httpGateway, noGateway } from './gateway.ts';
export type { Gateway } from './gateway.ts';
export { notificationRoutes } from './routes.ts';
export { SEND_TIMEOUT_SECONDS } from './rules.ts';
export {
  assigned,
  closedEarly,
  returned,
  flagged,
  ratingLink,
  receipt,
  send,
  supplementAsked,
  supplementReminded,
  urged,
} from './service.ts';
export { climbed, supervised } from './supervised.ts';
export { dueDeliveries, nextDelivery } from './delivery.store.ts';
