/** By itself, so that it waits for no other table while it holds this one. Imports nothing of src. */
export const name = '0019_one_index';

export const sql = /* sql */ `
-- The unique constraint on the same columns has an index of its own.
drop index act_order;
`;
