/** The doors of a switch: what it tells, and whom it asks for. */
import type { DoorHandler, DoorQuestion } from '../door/index.ts';
import { route } from './distribute.ts';
import { takeEvent } from './events.ts';
import { ctiEvent, routeQuestion } from './schema.ts';
import type { CtiEvent, RouteQuestion } from './schema.ts';

export const eventsDoor: DoorHandler<CtiEvent> = {
  door: 'cti',
  schema: ctiEvent,
  kindOf: (e) => e.type,
  urgent: (e) => e.type === 'call.ringing' && e.skill === 'emergency',
  take: takeEvent,
};

export const routeDoor: DoorQuestion<RouteQuestion> = {
  door: 'cti',
  schema: routeQuestion,
  urgent: (q) => q.skill === 'emergency',
  ask: (deps, from, q) => route(deps, from.source, q),
};
