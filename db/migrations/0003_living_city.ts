/** Understanding, emergencies, supplements, splits, why an order waits. Imports nothing of src. */
export const name = '0003_living_city';

export const sql = /* sql */ `
-- catalogue: the gazetteer -----------------------------------------------------------------------
create table place (
  name text not null check (char_length(name) between 2 and 40),
  area_code text not null references area (code),
  kind text not null,
  primary key (name, area_code)
);

-- understanding ----------------------------------------------------------------------------------
-- The written lexicon: words with weights, thresholds; one document a version, the newest holds.
create table lexicon (
  version integer primary key,
  document jsonb not null,
  created_at timestamptz not null,
  created_by uuid references app_user (id)
);

-- What the platform understood of an order; because-words are terms of the lexicon and gazetteer only.
create table classification (
  order_id uuid primary key references work_order (id),
  classifier text not null,
  version integer not null,
  at timestamptz not null,
  type text,
  category_code text references category (code),
  urgency text check (urgency in ('U1','U2','U3','U4')),
  area_code text references area (code),
  subject_kind text,
  flags text[] not null default '{}',
  proposal text not null,
  score double precision not null check (score between 0 and 1),
  detail jsonb not null default '{}'
);

-- Where people chose otherwise than was suggested: what a learner will learn from.
create table correction (
  id uuid primary key,
  order_id uuid not null references work_order (id),
  field text not null check (field in ('type','category','urgency','area','flags','lead')),
  suggested text,
  chosen text,
  user_id uuid references app_user (id),
  at timestamptz not null
);
create index correction_order on correction (order_id);

-- routing: why an order was not dispatched by the system -------------------------------------------
create table routing_wait (
  order_id uuid not null references work_order (id),
  round integer not null,
  reasons text[] not null check (cardinality(reasons) > 0),
  -- What the system would have done, and how sure it is of what it understood.
  suggested_lead_id uuid references organization (id),
  score double precision check (score between 0 and 1),
  at timestamptz not null,
  primary key (order_id, round)
);
-- What the system dispatched by itself on a day.
create index routing_decision_system on routing_decision (at) where decided_by is null;
-- Whoever lists orders may join it; it means something only while the order waits in that round.
create view waiting_reason as select order_id, round, reasons, at from routing_wait;

-- workorder --------------------------------------------------------------------------------------
alter table work_order
  add column flags text[] not null default '{}',
  -- The emergency line that the words call for; until it is handed over or a person says it is none,
  -- the order enters no ordinary queue.
  add column emergency text check (emergency in ('110','119','120','122')),
  add column supplement_from text
    check (supplement_from in ('registered','pending_dispatch','in_progress')),
  add column split_from uuid references work_order (id),
  add column transfer_target text,
  add constraint supplement_origin
    check ((state = 'awaiting_supplement') = (supplement_from is not null)),
  add constraint no_emergency_in_ordinary_queues
    check (emergency is null or state = 'registered');
create index work_order_emergency on work_order (registered_at) where emergency is not null;
create index work_order_redo_proposed on work_order (state_since, id) where redo_proposed;
create index work_order_split on work_order (split_from) where split_from is not null;
-- What may be about the same thing: the newest of a category, of a place, of those without one yet.
create index work_order_category on work_order (category_code, registered_at desc);
create index work_order_area on work_order (area_code, registered_at desc);
-- People name an order by the end of its number.
create index work_order_tail on work_order (reverse(order_no) text_pattern_ops, registered_at);

-- intake -----------------------------------------------------------------------------------------
alter table contact
  add column outcome text check (outcome in ('progress_answered','urged','redo_proposed',
    'abuse_ended','no_substance','wrong_number','transferred')),
  add column outcome_order_id uuid references work_order (id);
create index contact_outcome_order on contact (outcome_order_id)
  where outcome_order_id is not null;

-- Transfer first, record after: the hand-over stands before there is an order.
create table handover (
  id uuid primary key,
  contact_id uuid not null references contact (id),
  order_id uuid references work_order (id),
  target text not null check (target in ('110','119','120','122')),
  operator_id uuid not null references app_user (id),
  call_leg text not null default '',
  started_at timestamptz not null
);
create index handover_open on handover (operator_id, started_at) where order_id is null;
create index handover_order on handover (order_id) where order_id is not null;
`;
