export { followupRoutes } from './routes.ts';
export { proposesRedo } from './rules.ts';
export {
  conclude,
  evaluateByLink,
  adoptLink,
  expireLinks,
  open,
  ratingToken,
  ratingTokenFor,
  rateNewest,
  readLink,
} from './service.ts';
export type { Rated } from './service.ts';
export { findLink, nextLinkEnd } from './store.ts';
