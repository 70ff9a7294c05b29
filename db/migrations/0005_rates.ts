/** What the three rates are computed from. Imports nothing of src. */
export const name = '0005_rates';

export const sql = /* sql */ `
select 1;
`;
