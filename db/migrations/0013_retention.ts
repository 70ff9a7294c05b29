/** Who raised an order by their number, and words that are erased after their days. Imports nothing of src. */
export const name = '0013_retention';

export const sql = /* sql */ `
-- workorder: every call makes a requester; who of them raised an order is asked through this.
create view raised_order as
  select id as order_id, requester_id from work_order where requester_id is not null;

-- notification: a message is remembered longer than its words.
alter table sms_inbound alter column text_ct drop not null;
create index sms_inbound_words on sms_inbound (received_at) where text_ct is not null;

-- door: what is forgotten is found without reading the dead letters.
create index door_message_over on door_message (received_at) where state <> 'dead';
`;
