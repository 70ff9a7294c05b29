export { catalogueRoutes } from './routes.ts';
export { checkCodes, reference, wrongCodes } from './service.ts';
export { areaChain, areaNames, categoryNames, rowsInForce } from './store.ts';
export type { CatalogueRow } from './store.ts';
