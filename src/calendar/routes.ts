import { Hono } from 'hono';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { calendarQuery } from './schema.ts';
import { listCalendars, viewDays } from './service.ts';

/** Which days count; changing them belongs to the module that also moves the clocks. */
export const calendarRoutes = (deps: Deps) =>
  new Hono<Env>()
    .get('/calendars', async (c) => {
      staff(c);
      return c.json({ items: await listCalendars(deps.db) }, 200);
    })
    .get('/calendars/days', valid('query', calendarQuery), async (c) => {
      staff(c);
      return c.json(await viewDays(deps.db, c.req.valid('query')), 200);
    });
