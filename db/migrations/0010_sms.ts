/** Short messages that come in, receipts of those that went out, who wants none. Imports nothing of src. */
export const name = '0010_sms';

export const sql = /* sql */ `
select 1;
`;
