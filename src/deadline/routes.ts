import { Hono } from 'hono';
import { calendarChange } from '../calendar/schema.ts';
import type { CalendarPreview } from '../calendar/schema.ts';
import { holds } from '../kernel/actor.ts';
import type { StaffActor } from '../kernel/actor.ts';
import { fail } from '../kernel/errors.ts';
import type { Role } from '../kernel/words.ts';
import type { Reader } from '../platform/db.ts';
import { staff } from '../platform/http/auth.ts';
import type { Env } from '../platform/http/auth.ts';
import { valid } from '../platform/http/validate.ts';
import type { Deps } from '../platform/unit-of-work.ts';
import { health, policies } from './policies.ts';
import { changeCalendar, previewCalendar, publishPolicy, withdrawPolicy } from './change.ts';
import { byOldDue } from './moves.ts';
import { publishPolicyInput, simulateInput } from './schema.ts';
import { simulate } from './view.ts';

/** Who reads policies and calendars, and who changes them. */
const READERS: readonly Role[] = ['supervisor', 'center_admin'];
/** Who asks until when an order would be due: also who registers and dispatches it. */
const ASKERS: readonly Role[] = [...READERS, 'operator', 'dispatcher'];
const only = (actor: StaffActor, ...roles: readonly Role[]) =>
  holds(actor, ...roles) ? actor : fail('not_allowed');

/** Numbers of orders; a clock itself runs for an opaque subject. */
type NosOf = (db: Reader, ids: readonly string[]) => Promise<Map<string, string>>;

/** What a change moves, or moved: its clocks named by their orders, the one due first in front. */
async function named(deps: Deps, nosOf: NosOf, preview: CalendarPreview): Promise<CalendarPreview> {
  const nos = await nosOf(
    deps.db,
    preview.samples.map((s) => s.orderId),
  );
  const samples = preview.samples.map((s) => ({ ...s, orderNo: nos.get(s.orderId) ?? '' }));
  return { ...preview, samples: byOldDue(samples) };
}

/** Policies, changes of calendars, the simulator, and whether the published days still suffice. */
export const deadlineRoutes = (deps: Deps, nosOf: NosOf) =>
  new Hono<Env>()
    .get('/policies', async (c) => {
      only(staff(c), ...READERS);
      return c.json({ items: await policies(deps.db) }, 200);
    })
    .post('/policies', valid('json', publishPolicyInput), async (c) => {
      const actor = only(staff(c), 'center_admin');
      const { document, note, validFrom } = c.req.valid('json');
      const input = { document, note, validFrom: validFrom ? new Date(validFrom) : null };
      return c.json(await publishPolicy(deps, actor, input, c.get('call')), 201);
    })
    .post('/policies/:version/withdraw', async (c) => {
      const actor = only(staff(c), 'center_admin');
      const version = Number(c.req.param('version'));
      if (!Number.isInteger(version) || version < 1 || version > 1e6) fail('not_found');
      return c.json(await withdrawPolicy(deps, actor, version, c.get('call')), 200);
    })
    .post('/deadlines/simulate', valid('json', simulateInput), async (c) => {
      only(staff(c), ...ASKERS);
      return c.json(await simulate(deps.db, c.req.valid('json')), 200);
    })
    .post('/calendars/preview', valid('json', calendarChange), async (c) => {
      const actor = only(staff(c), 'center_admin');
      const preview = await previewCalendar(deps, actor, c.req.valid('json'));
      return c.json(await named(deps, nosOf, preview), 200);
    })
    .post('/calendars', valid('json', calendarChange), async (c) => {
      const actor = only(staff(c), 'center_admin');
      const done = await changeCalendar(deps, actor, c.req.valid('json'), c.get('call'));
      return c.json(await named(deps, nosOf, done), 200);
    })
    .get('/clocks/health', async (c) => {
      only(staff(c), ...READERS);
      return c.json(await health(deps.db), 200);
    });
