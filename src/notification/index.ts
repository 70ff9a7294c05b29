export { demoGatewayToken, demoMessages } from './demo-phone.ts';
export { demoPhoneRoutes } from './demo-phone.routes.ts';
export type { DemoMessage } from './demo-phone.ts';
export { httpGateway, noGateway } from './gateway.ts';
export type { Gateway } from './gateway.ts';
export { notificationRoutes } from './routes.ts';
export { SEND_TIMEOUT_SECONDS } from './rules.ts';
export { assigned, ratingLink, receipt, send, urged } from './service.ts';
export { dueDeliveries } from './delivery.store.ts';
