export { externalCallOf } from './around.ts';
export { eraseCalls, eraseRecordings, leaveSeat, sweepSeats, telephonyDue } from './due.ts';
export { eventsDoor, routeDoor } from './doors.ts';
export { telephonyFigures } from './figures.ts';
export { ctiDocument } from './openapi.ts';
export { telephonyRoutes } from './routes.ts';
export type { TelephonyOptions } from './routes.ts';
