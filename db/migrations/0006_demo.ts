/** The played fortnight and the ringing telephone of a demo. Imports nothing of src. */
export const name = '0006_demo';

export const sql = /* sql */ `
-- How the played fortnight stands; one row.
create table demo_play (
  only_row boolean primary key default true check (only_row),
  state text not null check (state in ('playing','done','interrupted')),
  seed integer not null,
  days integer not null,
  end_at timestamptz not null,
  done integer not null default 0,
  total integer not null default 0,
  city_time timestamptz
);

-- A made-up caller at the operators' telephones. Sealed like everything that somebody says.
create table demo_call (
  id uuid primary key,
  user_ids uuid[] not null check (cardinality(user_ids) > 0),
  phone_ct bytea not null,
  name_ct bytea not null,
  text_ct bytea not null,
  state text not null check (state in ('ringing','answered','ended')),
  rang_at timestamptz not null,
  answered_at timestamptz,
  answered_by uuid references app_user (id)
);
create index demo_call_open on demo_call (rang_at) where state <> 'ended';
create index demo_sms_at on demo_sms (at, id);
`;
