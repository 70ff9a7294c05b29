export { catalogueRoutes } from './routes.ts';
export { checkCodes, gazetteerOf, reference, wrongCodes } from './service.ts';
export {
  areaChain,
  areaNames,
  categoryNames,
  gazetteerStamp,
  listPlaces,
  rowsInForce,
} from './store.ts';
export type { CatalogueRow, PlaceRow } from './store.ts';
