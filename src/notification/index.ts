export { demoGatewayToken, demoMessages, demoMessagesAfter, demoWritten } from './demo-phone.ts';
export { demoPhoneRoutes } from './demo-phone.routes.ts';
export type { DemoMessage } from './demo-phone.ts';
export { httpGateway, noGateway, providerGateway } from './gateway.ts';
export { inboundDoor } from './inbound.ts';
export { readProvider } from './provider-file.ts';
export type { Provider } from './provider.ts';
export { receiptDoor } from './receipts.ts';
export { realInstant, send, sendAll } from './sending.ts';
export { providerRoutes } from './sms.routes.ts';
export type { Gateway } from './gateway.ts';
export { notificationRoutes } from './routes.ts';
export { SEND_TIMEOUT_SECONDS } from './rules.ts';
export {
  answered,
  assigned,
  closedEarly,
  returned,
  flagged,
  ratingLink,
  receipt,
  supplementAsked,
  supplementReminded,
  urged,
} from './service.ts';
export { climbed, supervised } from './supervised.ts';
export { dueDeliveries, nextDelivery } from './delivery.store.ts';
export { eraseWords } from './sms.store.ts';
