/** Attachments of orders. Imports nothing of src. */
export const name = '0004_attachments';

export const sql = /* sql */ `
select 1;
`;
