/** Signed doors, what they could not take, and the policy of channels. Imports nothing of src. */
export const name = '0007_doors';

export const sql = /* sql */ `
-- door: other systems that knock, each with a secret of its own ----------------------------------
create table door_source (
  id uuid primary key,
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
  door text not null,
  secret_ct bytea not null,
  active boolean not null default true,
  per_minute integer not null check (per_minute between 1 and 1000000),
  created_at timestamptz not null
);

-- Every authentic message once; its words are kept only as long as it is not done.
create table door_message (
  id uuid primary key,
  source_id uuid not null references door_source (id),
  door text not null,
  external_id text not null check (char_length(external_id) between 1 and 120),
  kind text not null,
  body_hash text not null,
  body_ct bytea,
  state text not null check (state in ('done','dead','given_up')),
  -- What the sender was answered: ids and codes; told again when the message comes again.
  answer jsonb,
  error text not null default '',
  attempts integer not null default 1,
  received_at timestamptz not null,
  done_at timestamptz,
  unique (source_id, door, external_id),
  -- Words are kept exactly as long as somebody may still send them in again.
  check ((state = 'dead') = (body_ct is not null))
);
create index door_message_listed on door_message (state, received_at, id);
create index door_message_last on door_message (source_id, received_at);

-- intake: limits, seconds and texts of the channels; the newest version holds ----------------------
create table channel_policy (
  version integer primary key,
  document jsonb not null,
  created_at timestamptz not null,
  created_by uuid references app_user (id),
  note text not null default ''
);
`;
