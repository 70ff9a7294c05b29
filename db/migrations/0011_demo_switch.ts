/** The demo's telephone network: one row for each call that its switch carries. Imports nothing of src. */
export const name = '0011_demo_switch';

export const sql = /* sql */ `
-- demo: the calls of the first demo rang at people; these come through the door of every switch ------
drop table demo_call;
create table demo_call (
  id uuid primary key,
  phone_ct bytea not null,
  name_ct bytea not null,
  text_ct bytea not null,
  -- Whom the platform called by itself: a call to return; else a citizen who dialled the hotline.
  outbound boolean not null default false,
  state text not null check (state in ('asking','offered','talking','held','ended')),
  -- Extension that it rings at, or that talks.
  target text not null default '',
  leg_id text not null default '',
  -- Whom a transfer is being talked over with.
  consulting text not null default '',
  offer_until timestamptz,
  -- What became of the last offer; told with the next question.
  tried jsonb,
  -- Events that the platform has not been told yet, oldest first, and how many there were.
  outbox jsonb not null default '[]',
  events integer not null default 0,
  rang_at timestamptz not null,
  answered_at timestamptz,
  ended_at timestamptz,
  -- When something is to be done next, and until when a process is at it.
  next_at timestamptz not null,
  driven_until timestamptz
);
create index demo_call_next on demo_call (next_at) where state <> 'ended' or outbox <> '[]';
`;
