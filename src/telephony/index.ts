export { externalCallOf } from './around.ts';
export {
  eraseCalls,
  eraseRecordings,
  leaveSeat,
  neededByCalls,
  sweepSeats,
  telephonyDue,
} from './due.ts';
export { eventsDoor, routeDoor } from './doors.ts';
export { telephonyFigures } from './figures.ts';
export { ctiDocument } from './openapi.ts';
export { eraseRestrictions } from './restricted.ts';
export { telephonyRoutes } from './routes.ts';
export type { TelephonyOptions } from './routes.ts';
