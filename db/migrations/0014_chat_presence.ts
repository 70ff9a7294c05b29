/** When a citizen in a chat was last there, by real time: who left the queue without a word. Imports nothing of src. */
export const name = '0014_chat_presence';

export const sql = /* sql */ `
alter table chat_session add column visitor_seen_at timestamptz not null default clock_timestamp();
create index chat_session_left on chat_session (visitor_seen_at)
  where state = 'waiting' and emergency is null;
`;
