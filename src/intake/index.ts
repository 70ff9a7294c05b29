export { CODE_LENGTH, SUBMIT_LIMIT } from './rules.ts';
export { intakeRoutes } from './routes.ts';
export { createIntake, proveByCode, queryCode } from './service.ts';
export type { Arrival, Intake } from './service.ts';
