/** Short messages that come in, receipts of those that went out, who wants none. Imports nothing of src. */
export const name = '0010_sms';

export const sql = /* sql */ `
-- notification: what citizens write ----------------------------------------------------------------
-- Everybody who ever wrote, by the keyed hash of the number; the row is locked while a message of
-- that number is understood, so that two of them never decide side by side.
create table sms_number (
  phone_hmac text primary key,
  seen_at timestamptz not null
);

create table sms_inbound (
  id uuid primary key,
  source_id uuid not null references door_source (id),
  -- The provider's own id: one message, however often it is handed over.
  message_id text not null check (char_length(message_id) between 1 and 120),
  from_hmac text not null references sms_number (phone_hmac),
  from_ct bytea not null,
  text_ct bytea not null,
  -- Tells the same words again without telling the words.
  text_hmac text not null,
  said_at timestamptz not null,
  received_at timestamptz not null,
  understood text not null,
  -- What came of it, as a code; the answer is put into words when it is sent.
  result text not null,
  contact_id uuid references contact (id),
  order_id uuid references work_order (id),
  unique (source_id, message_id)
);
create index sms_inbound_number on sms_inbound (from_hmac, received_at desc);
create index sms_inbound_order on sms_inbound (order_id);

-- Who wants no more messages, from when to when.
create table sms_opt_out (
  id uuid primary key,
  phone_hmac text not null references sms_number (phone_hmac),
  since timestamptz not null,
  until timestamptz,
  stop_id uuid not null references sms_inbound (id),
  start_id uuid references sms_inbound (id),
  check (until is null or until >= since)
);
create unique index sms_opt_out_one on sms_opt_out (phone_hmac) where until is null;

-- An answer to a message may belong to no order; how far a message got after it left the house.
alter table delivery alter column order_id drop not null;
alter table delivery add column inbound_id uuid references sms_inbound (id);
alter table delivery add column provider_id text;
alter table delivery add column receipt text check (receipt in ('delivered','undelivered'));
alter table delivery add column receipt_code text;
alter table delivery add column receipt_at timestamptz;
alter table delivery drop constraint delivery_check;
alter table delivery add constraint delivery_to_one
  check (num_nonnulls(organization_id, requester_id, inbound_id) = 1);
drop index delivery_once;
create unique index delivery_once on delivery
  (event_id, kind, step, coalesce(organization_id, requester_id, inbound_id));
create index delivery_inbound on delivery (inbound_id) where inbound_id is not null;
create index delivery_provider on delivery (provider_id) where provider_id is not null;
`;
