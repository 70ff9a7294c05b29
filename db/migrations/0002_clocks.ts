/** Calendars, policies, clocks with their ledger, the ladder and the board. Imports nothing of src. */
export const name = '0002_clocks';

export const sql = /* sql */ `
-- How far the one clock was moved, so that whoever waits notices a jump.
create function app_offset_ms() returns bigint language sql stable parallel safe as
  $$ select offset_ms from app_clock $$;

-- calendar -------------------------------------------------------------------------------------
-- The city's calendar (no organization) and those of units that differ from it.
create table calendar (
  id uuid primary key,
  organization_id uuid unique references organization (id),
  name text not null,
  -- Days off and make-up days of the city hold here too; a 24-hour utility does not take them.
  follows_city boolean not null default true,
  created_at timestamptz not null default clock_timestamp()
);
create unique index calendar_of_the_city on calendar ((organization_id is null)) where organization_id is null;

-- Weekly hours by season: what a date is made of. Spans are minutes from 00:00, an end after 1440 is
-- a shift into the next date.
create table calendar_hours (
  id uuid primary key,
  calendar_id uuid not null references calendar (id),
  valid_from date not null,
  valid_to date not null default 'infinity',
  weekday integer not null check (weekday between 1 and 7),
  spans jsonb not null,
  position integer not null,
  check (valid_from < valid_to)
);
create index calendar_hours_calendar on calendar_hours (calendar_id, position);

-- Days off, make-up working days, local stop-work days; revoked, never deleted.
create table calendar_exception (
  id uuid primary key,
  calendar_id uuid not null references calendar (id),
  date date not null,
  kind text not null check (kind in ('off', 'makeup', 'stop')),
  name text not null default '',
  source text not null default '',
  made_by uuid references app_user (id),
  made_at timestamptz not null,
  revoked_at timestamptz
);
create unique index calendar_exception_one on calendar_exception (calendar_id, date) where revoked_at is null;

-- Each publication has a number; a deadline keeps the one it was computed with.
create table calendar_version (
  version integer primary key,
  what text not null,
  made_by uuid references app_user (id),
  made_at timestamptz not null
);

-- One row per date with its spans. A changed date gets a new row; the old one stays for explanations.
create table calendar_day (
  calendar_id uuid not null references calendar (id),
  date date not null,
  version integer not null references calendar_version (version),
  replaced_in integer references calendar_version (version),
  kind text not null check (kind in ('working', 'weekend', 'off', 'makeup', 'stop')),
  spans jsonb not null,
  name text not null default '',
  primary key (calendar_id, date, version)
);
create unique index calendar_day_current on calendar_day (calendar_id, date) where replaced_in is null;

-- deadline -------------------------------------------------------------------------------------
-- Limits, ladder, quiet hours: one document a version; an order keeps the version it started under.
create table deadline_policy (
  version integer primary key,
  id uuid not null unique,
  valid_from timestamptz not null,
  document jsonb not null,
  note text not null default '',
  published_by uuid references app_user (id),
  published_at timestamptz not null,
  withdrawn_at timestamptz
);

create table deadline (
  id uuid primary key,
  subject_id uuid not null,
  clock text not null check (clock in ('citizen','accept','dispatch','sign','first_contact',
    'return_window','final','first_disposal','co','audit','callback','opinion','supplement',
    'suspension_review','supervision_reply')),
  -- Starts anew after a reopening or a granted return.
  cycle integer not null default 1,
  -- Grows with each extension: every step may fire once in each.
  epoch integer not null default 1,
  -- Labels for lists and the board; nothing is decided by them.
  order_id uuid not null,
  organization_id uuid,
  urgency text,
  channel text,
  type text,
  -- The clock an order is shown by: at most one that lives.
  shown boolean not null default false,
  state text not null check (state in ('running', 'paused', 'stopped')),
  basis text not null check (basis in ('wd', 'wh', 'nh')),
  -- Null for the citizen's clock, which only measures.
  amount double precision check (amount > 0),
  policy_version integer not null references deadline_policy (version),
  calendar_id uuid not null references calendar (id),
  calendar_version integer not null references calendar_version (version),
  started_at timestamptz not null,
  due_at timestamptz,
  soon_at timestamptz,
  today_at timestamptz,
  remaining_ms double precision,
  stopped_at timestamptz,
  met boolean,
  provisional boolean not null default false,
  -- Highest level of the ladder that was reached.
  level integer not null default 0 check (level between 0 and 4),
  unique (subject_id, clock, cycle),
  check ((state = 'stopped') = (stopped_at is not null)),
  check (state = 'paused' or due_at is not null or clock = 'citizen')
);
create unique index deadline_one_leading on deadline (order_id) where shown and state <> 'stopped';
create unique index deadline_one_living on deadline (subject_id, clock) where state <> 'stopped';
create index deadline_order on deadline (order_id);
create index deadline_board on deadline (clock, organization_id, due_at, id) where state <> 'stopped';
create index deadline_by_due on deadline (clock, due_at, id) where state <> 'stopped';
create index deadline_calendar on deadline (calendar_version)
  where state <> 'stopped' and basis <> 'nh';

-- The ledger: who started, paused, resumed, stopped or extended a clock, when and why.
create table clock_entry (
  id uuid primary key,
  deadline_id uuid not null references deadline (id),
  position integer not null,
  kind text not null check (kind in ('start', 'pause', 'resume', 'stop', 'extend')),
  at timestamptz not null,
  reason text not null,
  detail jsonb not null default '{}',
  party text not null,
  actor_id uuid references app_user (id),
  unique (deadline_id, position)
);

-- Each step of the ladder is a row of its own; setting fired_at is the claim.
create table deadline_step (
  deadline_id uuid not null references deadline (id),
  epoch integer not null,
  step text not null,
  level integer not null check (level between 0 and 4),
  action text not null check (action in ('remind', 'urge', 'supervise')),
  fire_at timestamptz not null,
  armed_at timestamptz,
  fired_at timestamptz,
  primary key (deadline_id, epoch, step)
);
create index deadline_step_due on deadline_step (fire_at) where fired_at is null;
create index deadline_step_unarmed on deadline_step (fire_at) where fired_at is null and armed_at is null;
create index deadline_step_fired on deadline_step (fired_at desc) where fired_at is not null;

-- What other modules may join: clocks that live.
create view live_clock as
  select id, subject_id, clock, order_id, organization_id, shown, state, due_at, soon_at, today_at
  from deadline where state <> 'stopped';

-- Orders that have clocks, living or not; an older order has none until it is adopted.
create view clocked_order as select order_id from deadline where clock = 'citizen';

-- supervision ----------------------------------------------------------------------------------
create table supervision_sequence (year integer primary key, last integer not null);

create table supervision_order (
  id uuid primary key,
  number text not null unique,
  order_id uuid not null references work_order (id),
  assignment_id uuid references assignment (id),
  organization_id uuid not null references organization (id),
  level integer not null check (level between 2 and 4),
  cause text not null check (cause in ('overdue', 'redo', 'problem_order', 'unanswered', 'manual')),
  state text not null check (state in ('open', 'replied', 'accepted')),
  version integer not null default 1,
  -- How often the reply was sent back.
  returns integer not null default 0,
  issued_by uuid references app_user (id),
  issued_at timestamptz not null,
  replied_by uuid references app_user (id),
  replied_at timestamptz,
  judged_by uuid references app_user (id),
  judged_at timestamptz
);
create index supervision_order_order on supervision_order (order_id, issued_at);
create index supervision_order_open on supervision_order (state, issued_at, id);
create index supervision_order_unit on supervision_order (organization_id, state, issued_at, id);

-- Everything the ladder did: reminders, urges, supervision orders; one row per firing.
create table escalation (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  organization_id uuid references organization (id),
  action text not null check (action in ('remind', 'urge', 'supervise')),
  level integer not null check (level between 0 and 4),
  cause text not null,
  -- What fired it; null where a person or another event did.
  deadline_id uuid,
  clock text,
  step text,
  epoch integer,
  supervision_order_id uuid references supervision_order (id),
  -- False where the clock had stopped before anybody was told.
  told boolean not null default true,
  at timestamptz not null
);
create unique index escalation_once on escalation (deadline_id, epoch, step) where deadline_id is not null;
create index escalation_at on escalation (at desc, id desc);
create index escalation_order on escalation (order_id, at);
create index escalation_unit on escalation (organization_id, at desc);

-- notification ---------------------------------------------------------------------------------
-- For whom in the unit a notice is; none = everybody there.
alter table notification add column roles text[] not null default '{}';
alter table notification add column step text not null default '';
alter table notification drop constraint notification_event_id_organization_id_kind_key;
create unique index notification_once on notification (event_id, organization_id, kind, step);
-- Quiet hours: not before this instant of the platform's clock.
alter table delivery add column not_before timestamptz;
alter table delivery add column step text not null default '';
drop index delivery_once;
create unique index delivery_once on delivery (event_id, kind, step, coalesce(organization_id, requester_id));

-- identity: whoever changes grants or accounts, by whatever way, the open sockets hear of it -----
create function tell_grants_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('hotline_grants', '');
  return null;
end $$;
create trigger role_grant_changed after insert or update or delete on role_grant
  for each statement execute function tell_grants_changed();
create trigger app_user_changed after update of active, person_id or delete on app_user
  for each statement execute function tell_grants_changed();
create trigger session_ended after delete on session
  for each statement execute function tell_grants_changed();
create trigger organization_changed after update of parent_id, line_parent_id on organization
  for each statement execute function tell_grants_changed();

-- A step that fired stays as it is.
create trigger deadline_step_fired_stays before update or delete on deadline_step
  for each row when (old.fired_at is not null) execute function refuse_change();
create trigger deadline_step_no_truncate before truncate on deadline_step
  for each statement execute function refuse_change();
create trigger escalation_append_only before update or delete or truncate on escalation
  for each statement execute function refuse_change();
create trigger clock_entry_append_only before update or delete or truncate on clock_entry
  for each statement execute function refuse_change();
`;
