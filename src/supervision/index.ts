export { supervisionRoutes } from './routes.ts';
export { urge } from './service.ts';
