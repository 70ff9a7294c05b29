/**
 * Signed doors of other systems, on one screen: path → who takes what is brought there. They lie
 * outside `/api`: nobody who knocks has a session, everybody has a secret.
 */
import { Hono } from 'hono';
import { signedDoor, signedQuestion } from './door/index.ts';
import type { AnyHandler, AnyQuestion } from './door/index.ts';
import { inboundDoor, receiptDoor } from './notification/index.ts';
import type { Env } from './platform/http/auth.ts';
import type { Deps } from './platform/unit-of-work.ts';
import { eventsDoor, routeDoor } from './telephony/index.ts';

/** A path and what is done there. */
export interface Doors {
  messages: Readonly<Record<string, AnyHandler>>;
  questions: Readonly<Record<string, AnyQuestion>>;
}

export const DOORS: Doors = {
  messages: {
    '/cti/v1/events': eventsDoor,
    '/sms/v1/inbound': inboundDoor,
    '/sms/v1/receipts': receiptDoor,
  },
  questions: {
    '/cti/v1/route': routeDoor,
  },
};

/** Where other systems knock. Nothing there rides on a cookie, and each limits its bodies itself. */
export const isDoor = (path: string): boolean => /^\/(?:cti|sms)\/v\d+\//.test(path);

export const handlersOf = (doors: Doors): readonly AnyHandler[] => Object.values(doors.messages);

/** The routes of the doors. */
export function doorsApp(deps: Deps, doors: Doors): Hono<Env> {
  const app = new Hono<Env>();
  for (const [path, handler] of Object.entries(doors.messages)) {
    app.post(path, signedDoor(deps, handler));
  }
  for (const [path, question] of Object.entries(doors.questions)) {
    app.post(path, signedQuestion(deps, question));
  }
  return app;
}
