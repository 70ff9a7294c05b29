/** Attachments of orders. Imports nothing of src. */
export const name = '0004_attachments';

export const sql = /* sql */ `
-- workorder --------------------------------------------------------------------------------------
-- A file of an order. Its bytes lie in the storage under the hash of what is served, not of what came.
-- Staged: uploaded and not part of anything yet; bound: of an order, for ever.
create table attachment (
  id uuid primary key,
  state text not null check (state in ('staged', 'bound')),
  -- Who may bind it: user:<id>, order:<id> or form:<keyed hash>.
  owner text not null,
  uploaded_by uuid references app_user (id),
  order_id uuid references work_order (id),
  act_id uuid references act (id),
  assignment_id uuid references assignment (id),
  reply_id uuid references reply (id),
  organization_id uuid references organization (id),
  visibility text check (visibility in ('public', 'staff', 'center', 'unit')),
  party text,
  -- It came from who raised the demand, and may show who that is.
  from_requester boolean not null default false,
  name text not null check (char_length(name) between 1 and 80),
  mime text not null
    check (mime in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  bytes integer not null check (bytes > 0),
  width integer check (width > 0),
  height integer check (height > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  thumb_sha256 text check (thumb_sha256 ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  bound_at timestamptz,
  check ((state = 'bound') = (order_id is not null)),
  check ((state = 'bound') = (bound_at is not null)),
  check ((state = 'bound') = (visibility is not null)),
  check ((state = 'bound') = (party is not null)),
  check (state = 'bound' or (act_id is null and assignment_id is null and reply_id is null)),
  check ((mime = 'application/pdf') = (thumb_sha256 is null)),
  check ((thumb_sha256 is null) = (width is null) and (width is null) = (height is null))
);
create index attachment_order on attachment (order_id, bound_at, id) where order_id is not null;
create index attachment_reply on attachment (reply_id) where reply_id is not null;
create index attachment_owner on attachment (owner) where state = 'staged';
create index attachment_staged on attachment (created_at) where state = 'staged';
create index attachment_sha256 on attachment (sha256);
create index attachment_thumb_sha256 on attachment (thumb_sha256) where thumb_sha256 is not null;
`;
