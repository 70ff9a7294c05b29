/** The first house: every table of the main road. Frozen once released; imports nothing of src. */
export const name = '0001_house';

export const sql = /* sql */ `
create extension if not exists btree_gist;

-- What kind of database this is; written once at creation. Only demo and test may shift the clock.
create table deployment (
  only_row boolean primary key default true check (only_row),
  kind text not null check (kind in ('demo', 'test', 'production')),
  created_at timestamptz not null default clock_timestamp()
);
create table app_clock (
  only_row boolean primary key default true check (only_row),
  offset_ms bigint not null default 0
);
insert into app_clock default values;

-- The one clock of every process and statement.
create function app_now() returns timestamptz language sql stable parallel safe as
  $$ select clock_timestamp() + (select offset_ms from app_clock) * interval '1 millisecond' $$;

create function guard_app_clock() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from deployment where kind in ('demo', 'test')) then
    raise exception 'the clock may be moved only in a demo or test database' using errcode = '42501';
  end if;
  return null;
end $$;
create trigger app_clock_guard before insert or update or delete or truncate on app_clock
  for each statement execute function guard_app_clock();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;

-- platform -------------------------------------------------------------------------------------
create table domain_event (
  id uuid primary key,
  type text not null,
  subject_type text not null,
  subject_id uuid not null,
  order_id uuid,
  version integer,
  actor_id uuid,
  payload jsonb not null,
  at timestamptz not null
);
create index domain_event_order on domain_event (order_id, version) where order_id is not null;
create index domain_event_at on domain_event (at);

create table outbox (
  id uuid primary key,
  event_id uuid not null references domain_event (id),
  consumer text not null,
  created_at timestamptz not null default clock_timestamp(),
  queued_at timestamptz,
  failures integer not null default 0,
  last_error text,
  unique (event_id, consumer)
);
create index outbox_waiting on outbox (id) where queued_at is null;
create index outbox_queued on outbox (queued_at) where queued_at is not null;

create table audit_log (
  id uuid primary key,
  at timestamptz not null,
  actor_id uuid,
  acting_role text,
  organization_id uuid,
  action text not null,
  subject_type text not null,
  subject_id uuid,
  detail jsonb not null default '{}',
  trace_id text
);
create index audit_log_subject on audit_log (subject_type, subject_id, at);
create index audit_log_actor on audit_log (actor_id, at);

create table idempotency_key (
  scope text not null,
  key text not null,
  request_hash text not null,
  response jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (scope, key)
);
create index idempotency_key_created on idempotency_key (created_at);

create table throttle (
  bucket text not null,
  window_start timestamptz not null,
  hits integer not null,
  primary key (bucket, window_start)
);
create index throttle_window on throttle (window_start);

-- identity -------------------------------------------------------------------------------------
create table organization (
  id uuid primary key,
  code text not null unique,
  name text not null,
  name_en text not null default '',
  kind text not null check (kind in ('city','center','department','enterprise','district','street',
    'command_room','station','grid','external')),
  parent_id uuid references organization (id),
  line_parent_id uuid references organization (id),
  duty_phone text,
  active boolean not null default true
);
create index organization_parent on organization (parent_id);
create index organization_line_parent on organization (line_parent_id);

create table app_user (
  id uuid primary key,
  person_id uuid not null,
  login text not null unique check (login = lower(login)),
  display_name text not null,
  password_hash text,
  active boolean not null default true,
  created_at timestamptz not null default clock_timestamp()
);
create index app_user_person on app_user (person_id);

create table role_grant (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  organization_id uuid not null references organization (id),
  role text not null check (role in ('operator','dispatcher','callback_agent','auditor','arbiter',
    'supervisor','center_admin','unit_receiver','handler','unit_leader','command_room',
    'grid_worker','secret_officer','publisher')),
  valid_from timestamptz not null default '-infinity',
  valid_to timestamptz not null default 'infinity',
  unique (user_id, organization_id, role, valid_from)
);
create index role_grant_organization on role_grant (organization_id, role);

create table session (
  token_hash text primary key,
  id uuid not null unique,
  user_id uuid not null references app_user (id),
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_of_user on session (user_id);
create index session_expires on session (expires_at);

create table activation (
  token_hash text primary key,
  user_id uuid not null references app_user (id),
  expires_at timestamptz not null,
  used_at timestamptz
);

-- catalogue ------------------------------------------------------------------------------------
create table category (
  code text primary key check (code ~ '^([0-9]{2}){1,3}$'),
  parent_code text references category (code),
  name text not null,
  name_en text not null default '',
  keywords text[] not null default '{}'
);

create table area (
  code text primary key,
  parent_code text references area (code),
  name text not null,
  organization_id uuid not null references organization (id)
);

create table dispatch_catalogue (
  id uuid primary key,
  category_code text not null references category (code),
  area_code text references area (code),
  subject_kind text,
  lead_code text not null,
  co_codes text[] not null default '{}',
  basis text not null default '',
  valid_from date not null,
  valid_to date not null default 'infinity',
  check (valid_from < valid_to),
  constraint one_primary_owner exclude using gist (
    category_code with =,
    (coalesce(area_code, '')) with =,
    (coalesce(subject_kind, '')) with =,
    daterange(valid_from, valid_to) with &&
  )
);

-- intake: who asked, and by which contact -------------------------------------------------------
create table requester (
  id uuid primary key,
  kind text not null check (kind in ('natural', 'legal', 'anonymous')),
  phone_hmac text,
  created_at timestamptz not null
);
create index requester_phone on requester (phone_hmac) where phone_hmac is not null;

create table contact (
  id uuid primary key,
  channel text not null,
  requester_id uuid references requester (id),
  operator_id uuid references app_user (id),
  started_at timestamptz not null,
  ended_at timestamptz
);
create index contact_requester on contact (requester_id, started_at desc);

-- workorder ------------------------------------------------------------------------------------
create table order_sequence (day date primary key, last integer not null);

create table work_order (
  id uuid primary key,
  order_no text not null unique,
  contact_id uuid not null references contact (id),
  requester_id uuid references requester (id),
  state text not null check (state in ('registered','awaiting_supplement','pending_dispatch',
    'in_conference','dispatched','in_progress','suspended','pending_audit','pending_callback',
    'pending_close','merged','transferred','closed','archived')),
  version integer not null default 1,
  round integer not null default 1,
  channel text not null,
  type text,
  category_code text references category (code),
  urgency text check (urgency in ('U1','U2','U3','U4')),
  area_code text references area (code),
  subject_kind text,
  confidential boolean not null default false,
  anonymous boolean not null default false,
  wish_callback boolean not null default true,
  wish_public boolean not null default false,
  no_return boolean not null default false,
  direct boolean not null default false,
  urges integer not null default 0,
  redo_proposed boolean not null default false,
  closing_type text check (closing_type in ('answered','solved','partly_solved','explained',
    'unreasonable','unreachable','transferred','merged','withdrawn','insufficient','rejected',
    'no_substance')),
  registered_at timestamptz not null,
  state_since timestamptz not null,
  closed_at timestamptz,
  check ((state in ('closed', 'archived')) = (closing_type is not null)),
  check ((closed_at is not null) = (closing_type is not null)),
  check (state not in ('pending_dispatch','dispatched','in_progress','pending_audit')
    or (type is not null and category_code is not null and urgency is not null))
);
create index work_order_queue on work_order (state, state_since, id);
create index work_order_registered on work_order (registered_at desc, id desc);
create index work_order_requester on work_order (requester_id, registered_at desc);
create index work_order_contact on work_order (contact_id);

-- Who the requester is, encrypted; nothing else in the house holds a name or a number.
create table identity_vault (
  requester_id uuid primary key references requester (id),
  kind text not null,
  key_id text not null,
  name_ct bytea,
  phone_ct bytea
);

-- Why somebody looked at a number; the text is erasable, the reading itself stands in audit_log.
create table identity_reading (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  user_id uuid not null references app_user (id),
  reason text not null,
  at timestamptz not null
);
create index identity_reading_order on identity_reading (order_id, at);

-- Free text of the demand; erasable, therefore never in act, event or audit rows.
create table order_text (
  order_id uuid primary key references work_order (id),
  title text not null default '',
  content text not null,
  address text not null default '',
  occurred text not null default '',
  subject_name text not null default ''
);

create table assignment (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  round integer not null,
  parent_id uuid references assignment (id),
  organization_id uuid not null references organization (id),
  kind text not null check (kind in ('lead', 'co')),
  state text not null check (state in ('pending_sign','signed','submitted','accepted','returned',
    'cancelled')),
  version integer not null default 1,
  created_at timestamptz not null,
  state_since timestamptz not null,
  signed_by uuid references app_user (id),
  signed_at timestamptz,
  first_contact_at timestamptz,
  submitted_at timestamptz,
  waived boolean not null default false
);
create unique index assignment_one_lead on assignment (order_id, round)
  where kind = 'lead' and parent_id is null and state not in ('returned', 'cancelled');
create unique index assignment_once_per_unit on assignment (order_id, round, organization_id)
  where state not in ('returned', 'cancelled');
create index assignment_inbox on assignment (organization_id, state, created_at, id);
create index assignment_order on assignment (order_id);

create table act (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  assignment_id uuid references assignment (id),
  act text not null,
  from_state text,
  to_state text not null,
  order_version integer not null,
  round integer not null,
  party text not null,
  actor_id uuid references app_user (id),
  person_id uuid,
  organization_id uuid references organization (id),
  hand text check (hand in ('received','answered','handled','judged','supervised')),
  at timestamptz not null,
  detail jsonb not null default '{}',
  unique (order_id, order_version)
);
create index act_order on act (order_id, order_version);
create index act_person on act (order_id, person_id) where person_id is not null;

create table act_text (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  act_id uuid not null references act (id),
  kind text not null,
  visibility text not null check (visibility in ('public', 'staff', 'center', 'unit')),
  organization_id uuid references organization (id),
  body text not null
);
create index act_text_order on act_text (order_id);

create table reply (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  assignment_id uuid references assignment (id),
  round integer not null,
  kind text not null check (kind in ('lead', 'co', 'direct')),
  state text not null check (state in ('draft', 'submitted', 'accepted', 'failed')),
  version integer not null default 1,
  truth text,
  solved text,
  contact_made boolean,
  finding text not null default '',
  measures text not null default '',
  basis text not null default '',
  public_version text not null default '',
  author_id uuid not null references app_user (id),
  -- Everybody who wrote on it; who drafted a unit's reply handled the order.
  writer_person_ids uuid[] not null check (cardinality(writer_person_ids) > 0),
  countersigned_by uuid references app_user (id),
  created_at timestamptz not null,
  submitted_at timestamptz
);
create unique index reply_one_open on reply (assignment_id) where state in ('draft', 'submitted');
create index reply_order on reply (order_id, created_at);

-- Receiving ≠ handling ≠ judging, said a second time below the application. Who wrote a unit's reply
-- handled the order, although drafting is no act.
create function earlier_hands(of_order uuid, of_person uuid) returns setof text language sql stable as $$
  select hand from act where order_id = of_order and person_id = of_person and hand is not null
  union
  select 'handled' from reply
    where order_id = of_order and of_person = any (writer_person_ids) and kind <> 'direct'
$$;
create function hand_forbids(hand text) returns text[] language sql immutable as $$
  select case hand
    when 'received' then array['handled']
    when 'answered' then array['handled','judged']
    when 'handled' then array['received','answered','judged','supervised']
    when 'judged' then array['handled','answered']
    when 'supervised' then array['handled']
    else array[]::text[] end
$$;
create function guard_separation() returns trigger language plpgsql as $$
declare
  hand text; persons uuid[];
begin
  if tg_table_name = 'act' then
    hand := new.hand; persons := array[new.person_id];
  else
    hand := case when new.kind = 'direct' then 'answered' else 'handled' end;
    persons := new.writer_person_ids;
  end if;
  if hand is not null and exists (
    select 1 from unnest(persons) p, earlier_hands(new.order_id, p) e
    where p is not null and e = any (hand_forbids(hand))
  ) then
    raise exception 'separation of duties: an earlier part of this person forbids "%"', hand
      using errcode = 'HL001';
  end if;
  return new;
end $$;
create trigger act_separation before insert on act
  for each row execute function guard_separation();
create trigger reply_separation before insert or update of writer_person_ids on reply
  for each row execute function guard_separation();

-- intake: what lets a citizen come back -----------------------------------------------------------
create table order_access (
  order_id uuid primary key references work_order (id),
  code_hash text not null
);

-- routing --------------------------------------------------------------------------------------
create table routing_decision (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  round integer not null,
  category_code text,
  area_code text,
  subject_kind text,
  catalogue_id uuid references dispatch_catalogue (id),
  suggested_lead_id uuid references organization (id),
  lead_id uuid not null references organization (id),
  co_ids uuid[] not null default '{}',
  overruled boolean not null default false,
  steps jsonb not null,
  decided_by uuid references app_user (id),
  at timestamptz not null
);
create index routing_decision_order on routing_decision (order_id, round);

-- supervision ----------------------------------------------------------------------------------
create table urge (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  act_id uuid not null references act (id),
  level integer not null check (level between 0 and 4),
  party text not null,
  city_day date not null,
  at timestamptz not null
);
create unique index urge_citizen_once_a_day on urge (order_id, city_day) where party = 'citizen';
create index urge_order on urge (order_id, at);

-- followup -------------------------------------------------------------------------------------
create table callback_task (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  round integer not null,
  method text not null check (method in ('call', 'link')),
  state text not null check (state in ('open', 'done', 'given_up')),
  opened_at timestamptz not null,
  link_sent_at timestamptz,
  link_expires_at timestamptz,
  done_at timestamptz,
  unique (order_id, round)
);
create index callback_task_open on callback_task (opened_at, id) where state = 'open';
create index callback_task_link on callback_task (link_expires_at) where state = 'open';

create table callback_attempt (
  id uuid primary key,
  task_id uuid not null references callback_task (id),
  act_id uuid not null references act (id),
  at timestamptz not null,
  city_day date not null,
  result text not null
);
create index callback_attempt_task on callback_attempt (task_id, at);

create table rating_link (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  round integer not null,
  token_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index rating_link_order on rating_link (order_id, round);

create table evaluation (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  round integer not null,
  party text not null check (party in ('citizen', 'callback_agent')),
  contacted boolean,
  solved text,
  satisfaction integer check (satisfaction between 1 and 5),
  reasons text[] not null default '{}',
  proposes_redo boolean not null default false,
  at timestamptz not null,
  unique (order_id, round),
  check (contacted is not null or solved is not null or satisfaction is not null)
);

-- notification ---------------------------------------------------------------------------------
create table notification (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  order_id uuid not null references work_order (id),
  assignment_id uuid references assignment (id),
  kind text not null,
  event_id uuid not null,
  at timestamptz not null,
  unique (event_id, organization_id, kind)
);
create index notification_organization on notification (organization_id, at desc);

create table delivery (
  id uuid primary key,
  event_id uuid not null,
  kind text not null,
  order_id uuid not null references work_order (id),
  organization_id uuid references organization (id),
  requester_id uuid references requester (id),
  rating_link_id uuid references rating_link (id),
  state text not null check (state in ('pending', 'sent', 'dead', 'obsolete')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  check ((organization_id is null) <> (requester_id is null))
);
create unique index delivery_once on delivery (event_id, kind, coalesce(organization_id, requester_id));
create index delivery_due on delivery (next_attempt_at, id) where state = 'pending';
create index delivery_order on delivery (order_id);
create index delivery_state on delivery (state, created_at desc, id desc);

-- Where the fake gateway of a demo keeps what it was given; encrypted like the real thing.
create table demo_sms (
  id uuid primary key,
  to_ct bytea not null,
  text_ct bytea not null,
  at timestamptz not null
);

-- Append-only tables, for the owner too ---------------------------------------------------------
create trigger act_append_only before update or delete or truncate on act
  for each statement execute function refuse_change();
create trigger domain_event_append_only before update or delete or truncate on domain_event
  for each statement execute function refuse_change();
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
`;
