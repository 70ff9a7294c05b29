/** The chained root of the staff API; the web takes one typed client per module from here. */
import { Hono } from 'hono';
import { calendarRoutes } from './calendar/index.ts';
import { catalogueRoutes } from './catalogue/index.ts';
import { chatRoutes } from './chat/index.ts';
import { deadlineRoutes } from './deadline/index.ts';
import { doorRoutes } from './door/index.ts';
import type { AnyHandler } from './door/index.ts';
import { followupRoutes } from './followup/index.ts';
import { identityRoutes } from './identity/index.ts';
import { intakeRoutes } from './intake/index.ts';
import type { Intake } from './intake/index.ts';
import { notificationRoutes } from './notification/index.ts';
import type { Env } from './platform/http/auth.ts';
import type { Deps } from './platform/unit-of-work.ts';
import { reportingRoutes } from './reporting/index.ts';
import { routingRoutes } from './routing/index.ts';
import { boardRoutes, supervisionRoutes } from './supervision/index.ts';
import { telephonyRoutes } from './telephony/index.ts';
import type { TelephonyOptions } from './telephony/index.ts';
import { attachmentRoutes, orderNosOf, workorderRoutes } from './workorder/index.ts';

/** Every staff route, below `/api`. */
export const createApi = (
  deps: Deps,
  intake: Intake,
  options: { trustProxy: number; handlers: readonly AnyHandler[]; telephony: TelephonyOptions },
) =>
  new Hono<Env>()
    .route('/', identityRoutes(deps, options))
    .route('/', doorRoutes(deps, options.handlers))
    .route('/', calendarRoutes(deps))
    .route('/', deadlineRoutes(deps, orderNosOf))
    .route('/', catalogueRoutes(deps))
    .route('/', routingRoutes(deps))
    .route('/', intakeRoutes(deps, intake))
    .route('/', chatRoutes(deps))
    .route('/', telephonyRoutes(deps, options.telephony))
    .route('/', supervisionRoutes(deps))
    .route('/', boardRoutes(deps))
    .route('/', followupRoutes(deps))
    .route('/', reportingRoutes(deps))
    .route('/', notificationRoutes(deps))
    .route('/', attachmentRoutes(deps))
    .route('/', workorderRoutes(deps));

export type IdentityApi = ReturnType<typeof identityRoutes>;
export type CatalogueApi = ReturnType<typeof catalogueRoutes>;
export type RoutingApi = ReturnType<typeof routingRoutes>;
export type DoorApi = ReturnType<typeof doorRoutes>;
export type IntakeApi = ReturnType<typeof intakeRoutes>;
export type ChatApi = ReturnType<typeof chatRoutes>;
export type BoardApi = ReturnType<typeof boardRoutes>;
export type SupervisionApi = ReturnType<typeof supervisionRoutes>;
export type FollowupApi = ReturnType<typeof followupRoutes>;
export type NotificationApi = ReturnType<typeof notificationRoutes>;
export type ReportingApi = ReturnType<typeof reportingRoutes>;
export type TelephonyApi = ReturnType<typeof telephonyRoutes>;
export type WorkorderApi = ReturnType<typeof workorderRoutes>;
