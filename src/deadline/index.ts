export type { Start } from './again.ts';
export { readBook, readRulings } from './book.ts';
export type { Book, Rulings } from './book.ts';
export { countLamps, listClocks } from './figures.store.ts';
export type { ClockFilter, LampCount } from './figures.store.ts';
export { FIRE_BATCH, fireAll, fireDue } from './fire.ts';
export {
  BUCKET_MS,
  anyDue,
  clockOffset,
  disarm,
  nextStepAt,
  openBuckets,
  takeUnarmed,
} from './fire.store.ts';
export { lampOf } from './lamp.ts';
export { limitFor, rungOf } from './policy.ts';
export type { Facts } from './policy.ts';
export {
  documentOf,
  insertPolicy,
  lockPolicies,
  policyAt,
  policyByVersion,
  policyOf,
} from './policy.store.ts';
export { changeCalendar, previewCalendar, publishPolicy, withdrawPolicy } from './change.ts';
export { catchUp } from './recompute.ts';
export { deadlineRoutes } from './routes.ts';
export {
  extendClocks,
  moveClocks,
  pauseClocks,
  resumeClocks,
  startClocks,
  stopClocks,
} from './service.ts';
export type { Change } from './service.ts';
export { findDeadline, livingClocks, stepsOf } from './store.ts';
export type { DeadlineRow } from './store.ts';
export { clockViews, explainOrder, orderClocks, simulate, subjectClocks } from './view.ts';
