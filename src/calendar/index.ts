export * from './rules.ts';
export { applyChange, publish } from './change.ts';
export type { AppliedChange, Publication } from './change.ts';
export { calendarRoutes } from './routes.ts';
export {
  calendarAt,
  calendarById,
  calendarsFor,
  calendarsIn,
  currentVersion,
  editionNow,
  publishedUntil,
} from './service.ts';
export type { Edition, NamedCalendar } from './service.ts';
export { lockChanges } from './store.ts';
