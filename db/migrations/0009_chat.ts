/** Chats, their messages in order, canned answers. Imports nothing of src. */
export const name = '0009_chat';

export const sql = /* sql */ `
select 1;
`;
