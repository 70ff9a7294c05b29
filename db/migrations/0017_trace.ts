/** A duty says which request it follows from: an id of nothing else, so that the logs can be read together. Imports nothing of src. */
export const name = '0017_trace';

export const sql = /* sql */ `
alter table outbox add column trace_id uuid;
`;
