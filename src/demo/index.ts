export { demoPages } from './routes.ts';
export { mendPlay } from './service.ts';
