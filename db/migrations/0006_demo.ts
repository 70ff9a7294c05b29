/** The played fortnight and the ringing telephone of a demo. Imports nothing of src. */
export const name = '0006_demo';

export const sql = /* sql */ `
select 1;
`;
