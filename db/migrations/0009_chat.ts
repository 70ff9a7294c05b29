/** Chats, their messages in order, who sits at the desks, canned answers. Imports nothing of src. */
export const name = '0009_chat';

export const sql = /* sql */ `
-- An operator's place at the chat desk. Citizens are told its number and no name.
create table chat_seat (
  user_id uuid primary key references app_user (id),
  number integer not null generated always as identity unique,
  is_on boolean not null,
  cap integer not null check (cap between 1 and 20),
  last_assigned_at timestamptz,
  changed_at timestamptz not null,
  -- Real time: presence knows nothing of a clock that was moved.
  seen_at timestamptz not null
);

create table chat_session (
  id uuid primary key,
  -- What the widget opened it with and what it shows ever after; neither is kept itself.
  client_hash text not null unique,
  token_hash text not null unique,
  contact_id uuid not null unique references contact (id),
  language text not null check (language in ('zh-CN','en')),
  state text not null check (state in ('waiting','open','away','ended','left_message')),
  -- Why nobody is there just now.
  away text check (away in ('hours','full','nobody')),
  -- 0: an emergency; 1: back in the queue; 2: in turn.
  priority smallint not null default 2 check (priority between 0 and 2),
  emergency text check (emergency in ('110','119','120','122')),
  operator_id uuid references app_user (id),
  opened_at timestamptz not null,
  queued_at timestamptz,
  assigned_at timestamptz,
  first_due_at timestamptz,
  first_answered_at timestamptz,
  clock text check (clock in ('running','met','late','void')),
  last_citizen_at timestamptz not null,
  last_operator_at timestamptz,
  ended_at timestamptz,
  ended_by text check (ended_by in ('citizen','operator','idle','left')),
  last_seq integer not null default 0 check (last_seq >= 0),
  seen_citizen integer not null default 0,
  seen_operator integer not null default 0,
  -- Words of the citizen in the minute that began then.
  minute_at timestamptz not null,
  minute_count integer not null default 0,
  images integer not null default 0,
  page_ct bytea,
  satisfaction smallint check (satisfaction between 1 and 5),
  solved boolean,
  comment_ct bytea,
  rated_at timestamptz,
  check (state <> 'open' or operator_id is not null),
  check (state <> 'waiting' or (operator_id is null and queued_at is not null)),
  check ((state in ('ended','left_message')) = (ended_at is not null)),
  check ((ended_at is null) = (ended_by is null)),
  check ((clock is null) = (first_due_at is null)),
  check ((rated_at is null) = (satisfaction is null)),
  check (seen_citizen <= last_seq and seen_operator <= last_seq)
);
create index chat_session_queue on chat_session (priority, queued_at, id) where state = 'waiting';
create index chat_session_open on chat_session (operator_id) where state = 'open';
create index chat_session_clock on chat_session (first_due_at) where clock = 'running';
create index chat_session_idle on chat_session (last_citizen_at) where state in ('open','away');
create index chat_session_assigned on chat_session (assigned_at) where assigned_at is not null;
create index chat_session_due on chat_session (first_due_at) where first_due_at is not null;

-- What was said, in order and for ever. A note is the centre's own and has no place in the sequence.
create table chat_message (
  id uuid primary key,
  chat_id uuid not null references chat_session (id),
  seq integer check (seq > 0),
  after_seq integer check (after_seq >= 0),
  client_id uuid not null,
  side text not null check (side in ('citizen','operator','system','note')),
  kind text not null check (kind in ('text','image','order','answer','notice')),
  -- A notice by its code, with the number it speaks of: a seat's, an emergency line's.
  code text,
  notice_number integer,
  author_id uuid references app_user (id),
  order_id uuid references work_order (id),
  body_ct bytea,
  mime text check (mime in ('image/jpeg','image/png','image/webp')),
  bytes integer check (bytes > 0),
  width integer check (width > 0),
  height integer check (height > 0),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  thumb_sha256 text check (thumb_sha256 ~ '^[0-9a-f]{64}$'),
  at timestamptz not null,
  unique (chat_id, seq),
  unique (chat_id, client_id),
  check ((side = 'note') = (seq is null)),
  check ((side = 'note') = (after_seq is not null)),
  check ((side in ('operator','note')) = (author_id is not null)),
  check ((kind in ('text','answer')) = (body_ct is not null)),
  check ((kind = 'notice') = (code is not null)),
  check ((kind in ('order','answer')) = (order_id is not null)),
  check ((kind = 'image') = (sha256 is not null) and (sha256 is null) = (mime is null)
    and (mime is null) = (bytes is null) and (bytes is null) = (width is null)
    and (width is null) = (height is null) and (height is null) = (thumb_sha256 is null))
);
create index chat_message_of_order on chat_message (order_id) where order_id is not null;
create index chat_message_note on chat_message (chat_id, at, id) where seq is null;
create index chat_message_order on chat_message (chat_id, seq) where kind = 'order';
create index chat_message_sha256 on chat_message (sha256) where sha256 is not null;
create index chat_message_thumb on chat_message (thumb_sha256) where thumb_sha256 is not null;

-- What is said again and again, by a short word.
create table canned_answer (
  id uuid primary key,
  shortcut text not null unique check (shortcut ~ '^[a-z0-9\\u3400-\\u9fff]{1,20}$'),
  zh text not null check (char_length(zh) between 1 and 2000),
  en text not null check (char_length(en) <= 4000),
  active boolean not null default true,
  version integer not null default 1 check (version > 0),
  changed_at timestamptz not null,
  changed_by uuid references app_user (id)
);
`;
