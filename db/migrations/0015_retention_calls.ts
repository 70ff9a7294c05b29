/** Numbers of calls and of messages are erased after their days, as words are. Imports nothing of src. */
export const name = '0015_retention_calls';

export const sql = /* sql */ `
-- telephony: a call is remembered longer than its number, and than the ledger that says it.
alter table call add column erased_at timestamptz;
alter table call drop constraint call_check2;
alter table call add constraint call_number check (phone_ct is null or phone_hmac is not null);
create index call_kept on call (ended_at) where state = 'ended' and erased_at is null;
alter table return_call alter column phone_ct drop not null;
create index return_call_kept on return_call (ended_at) where ended_at is not null and phone_ct is not null;

-- workorder: what belongs to an order that is not over is kept, however old it is.
create view open_order as
  select id as order_id, contact_id from work_order where closed_at is null;
-- Who raised no order is erased with the contact; when, so that this is told from who said nothing.
alter table identity_vault add column erased_at timestamptz;
alter table identity_vault add constraint identity_erased
  check (erased_at is null or (name_ct is null and phone_ct is null));

-- intake: each requester is looked at until it is settled: erased, or kept for an order or a hand-over.
alter table requester add column settled_at timestamptz;
create index requester_unsettled on requester (created_at, id) where settled_at is null;
create index handover_contact on handover (contact_id);

-- notification: so is a message; what made no order goes as a whole.
alter table sms_inbound alter column from_ct drop not null;
update sms_inbound set from_ct = null where text_ct is null;
drop index sms_inbound_words;
create index sms_inbound_words on sms_inbound (received_at) where text_ct is not null or from_ct is not null;
create index sms_inbound_loose on sms_inbound (received_at) where order_id is null;
create index sms_opt_out_stop on sms_opt_out (stop_id);
create index sms_opt_out_start on sms_opt_out (start_id) where start_id is not null;
`;
