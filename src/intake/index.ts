export { CODE_LENGTH, SUBMIT_LIMIT } from './rules.ts';
export { giveAccess, proveByCode, queryCode } from './codes.ts';
export { expireSupplement } from './expire.ts';
export { listen } from './listen.ts';
export { intakeRoutes } from './routes.ts';
export { createIntake } from './service.ts';
export type { Arrival, Intake } from './service.ts';
export { triage } from './triage.ts';
export { classifierOf } from './understand.ts';
