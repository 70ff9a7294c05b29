/** Calls, operators' seats, offers, calls to return, restricted callers, recordings. Imports nothing of src. */
export const name = '0008_telephony';

export const sql = /* sql */ `
-- telephony: numbers are sealed and found by their keyed hash -------------------------------------
create table call (
  id uuid primary key,
  -- The switch that told of it, and its name for the call.
  source text not null,
  external_id text not null check (char_length(external_id) between 1 and 200),
  direction text not null default 'in' check (direction in ('in','out')),
  phone_ct bytea,
  phone_hmac text,
  called text not null,
  skill text not null check (skill in ('general','dialect','enterprise','foreign_language','emergency')),
  priority integer not null default 0 check (priority between 0 and 100),
  state text not null check (state in ('queued','offered','talking','held','ended')),
  outcome text check (outcome in ('answered','abandoned','missed','refused')),
  -- By the switch's clock: what figures count. By ours: what the order of the queue goes by.
  entered_at timestamptz not null,
  queued_at timestamptz not null,
  asked_at timestamptz not null,
  offered_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  ended_by text check (ended_by in ('caller','operator','switch','platform')),
  end_reason text not null default '',
  operator_id uuid references app_user (id),
  contact_id uuid references contact (id),
  created_at timestamptz not null,
  unique (source, external_id),
  check ((state = 'ended') = (ended_at is not null)),
  check ((outcome is not null) or state <> 'ended'),
  check ((phone_ct is null) = (phone_hmac is null))
);
create index call_queue on call (priority desc, queued_at, id) where state = 'queued';
create index call_waiting on call (asked_at) where state in ('queued','offered');
create index call_speaking on call (operator_id, answered_at) where state in ('talking','held');
create index call_entered on call (entered_at);
create index call_answered on call (answered_at) where answered_at is not null;
create index call_phone on call (phone_hmac, entered_at desc) where phone_hmac is not null;
create index call_contact on call (contact_id) where contact_id is not null;

-- What the switch said, and what we decided ourselves; the call's row follows from it alone.
create table call_event (
  id uuid primary key,
  call_id uuid not null references call (id),
  type text not null,
  at timestamptz not null,
  fingerprint text not null,
  body_ct bytea not null,
  -- Who sat at the telephone it speaks of, when it was said.
  user_id uuid references app_user (id),
  received_at timestamptz not null,
  unique (call_id, fingerprint)
);

-- Who spoke when; written anew from the ledger whenever that grows.
create table call_leg (
  call_id uuid not null references call (id),
  position integer not null,
  leg_id text not null,
  kind text not null check (kind in ('operator','extension','emergency','outside')),
  -- Extension or emergency number; of an outside number only its masked form.
  target text not null,
  user_id uuid references app_user (id),
  mode text not null default '' check (mode in ('','blind','consult')),
  began_at timestamptz not null,
  ended_at timestamptz,
  primary key (call_id, position)
);

create table seat (
  user_id uuid primary key references app_user (id),
  session_id uuid not null,
  extension text not null check (extension ~ '^[0-9]{2,12}$'),
  skills text[] not null,
  state text not null check (state in ('offline','ready','ringing','talking','wrap_up','break')),
  since timestamptz not null,
  -- When it ends by itself: a wrap-up.
  until timestamptz,
  -- Who is idle longest is offered the next call.
  idle_since timestamptz not null,
  break_reason text check (break_reason in ('rest','meal','training','meeting','other','absent','unreachable')),
  call_id uuid references call (id),
  no_answers integer not null default 0,
  check ((state = 'break') = (break_reason is not null)),
  check (until is null or state = 'wrap_up'),
  check (state not in ('ringing','talking') or call_id is not null),
  check (state in ('ringing','talking','wrap_up') or call_id is null)
);
-- Two people at one telephone would get each other's calls.
create unique index seat_extension on seat (extension) where state <> 'offline';
create unique index seat_call on seat (call_id) where state in ('ringing','talking');
create index seat_idle on seat (idle_since) where state = 'ready';
create index seat_until on seat (until) where until is not null;

-- Every change of a seat; the pairs are those of SEAT_MOVES, said a second time.
create table seat_change (
  id uuid primary key,
  user_id uuid not null references app_user (id),
  from_state text not null,
  to_state text not null,
  reason text not null,
  call_id uuid references call (id),
  at timestamptz not null,
  check ((from_state, to_state) in (
    ('offline','ready'), ('offline','break'),
    ('ready','ringing'), ('ready','talking'), ('ready','break'), ('ready','offline'),
    ('ringing','talking'), ('ringing','ready'), ('ringing','break'), ('ringing','offline'),
    ('talking','wrap_up'), ('talking','ready'), ('talking','offline'),
    ('wrap_up','ready'), ('wrap_up','break'), ('wrap_up','offline'), ('wrap_up','ringing'), ('wrap_up','talking'),
    ('break','ready'), ('break','offline'), ('break','talking')))
);
create index seat_change_user on seat_change (user_id, at);

create table call_offer (
  id uuid primary key,
  call_id uuid not null references call (id),
  user_id uuid not null references app_user (id),
  extension text not null,
  offered_at timestamptz not null,
  until timestamptz not null,
  result text check (result in ('answered','no_answer','busy','declined','unreachable','gone','withdrawn')),
  ended_at timestamptz,
  check ((result is null) = (ended_at is null))
);
create unique index call_offer_call on call_offer (call_id) where result is null;
create unique index call_offer_user on call_offer (user_id) where result is null;
create index call_offer_until on call_offer (until) where result is null;
create index call_offer_all on call_offer (call_id, offered_at);

create table return_call (
  id uuid primary key,
  phone_ct bytea not null,
  -- The call that the number was sealed for.
  sealed_for uuid not null references call (id),
  phone_hmac text not null,
  cause text not null check (cause in ('abandoned','missed')),
  skill text not null,
  calls integer not null default 1,
  state text not null check (state in ('open','taken','done','given_up')),
  due_at timestamptz not null,
  made_at timestamptz not null,
  taken_by uuid references app_user (id),
  taken_at timestamptz,
  attempts integer not null default 0,
  ended_at timestamptz,
  reason text check (reason in ('reached','called_again','answered_after_all','no_answer','wrong_number')),
  -- When the centre was told that it is late.
  told_at timestamptz,
  check ((state in ('done','given_up')) = (ended_at is not null)),
  check ((ended_at is null) = (reason is null)),
  check ((state = 'taken') <= (taken_by is not null))
);
create unique index return_call_open on return_call (phone_hmac) where ended_at is null;
create index return_call_due on return_call (due_at, id) where ended_at is null;
create index return_call_ended on return_call (ended_at desc, id desc) where ended_at is not null;

-- The calls that it stands for; each asks for one return at most.
create table return_call_of (
  call_id uuid primary key references call (id),
  return_call_id uuid not null references return_call (id)
);
create index return_call_of_return on return_call_of (return_call_id);

create table return_attempt (
  id uuid primary key,
  return_call_id uuid not null references return_call (id),
  user_id uuid not null references app_user (id),
  result text not null check (result in ('reached','no_answer','busy','wrong_number')),
  contact_id uuid references contact (id),
  at timestamptz not null
);
create index return_attempt_of on return_attempt (return_call_id, at);

create table call_warning (
  id uuid primary key,
  call_id uuid not null references call (id),
  phone_hmac text,
  user_id uuid not null references app_user (id),
  at timestamptz not null
);
create index call_warning_phone on call_warning (phone_hmac, at) where phone_hmac is not null;
create index call_warning_call on call_warning (call_id);

create table restricted_caller (
  id uuid primary key,
  phone_ct bytea not null,
  phone_hmac text not null,
  reason_ct bytea not null,
  warnings integer not null,
  set_by uuid not null references app_user (id),
  set_at timestamptz not null,
  until timestamptz not null,
  lifted_at timestamptz,
  lifted_by uuid references app_user (id),
  lift_reason_ct bytea,
  check (until > set_at),
  check ((lifted_at is null) = (lifted_by is null))
);
create unique index restricted_caller_one on restricted_caller (phone_hmac) where lifted_at is null;
create index restricted_caller_set on restricted_caller (set_at desc, id desc);

-- A recording lies in the switch's store; here is only where, sealed, and for how long.
create table recording (
  id uuid primary key,
  call_id uuid not null references call (id),
  external_id text not null,
  uri_ct bytea,
  seconds integer not null check (seconds >= 0),
  sha256 text,
  ready_at timestamptz not null,
  until timestamptz not null,
  erased_at timestamptz,
  unique (call_id, external_id),
  check ((uri_ct is null) = (erased_at is not null))
);
create index recording_until on recording (until) where erased_at is null;

create table recording_listening (
  id uuid primary key,
  recording_id uuid not null references recording (id),
  user_id uuid not null references app_user (id),
  at timestamptz not null
);
create index recording_listening_of on recording_listening (recording_id, at);
`;
