/** A write that nobody waits for says itself that it found nothing to change. Imports nothing of src. */
export const name = '0020_one_row';

export const sql = /* sql */ `
create function one_row(changed bigint) returns void language plpgsql immutable as $$
begin
  if changed <> 1 then
    raise exception 'changed % rows instead of one', changed using errcode = 'HL002';
  end if;
end $$;
`;
