/** The number of an order, made where it is stored: whoever counts does not wait for the answer. Imports nothing of src. */
export const name = '0022_order_number';

export const sql = /* sql */ `
-- Day of the city as yyyymmdd, at least five digits of the day's sequence, Luhn digit.
create function order_number(day text, sequence integer) returns text
  language plpgsql immutable strict parallel safe as $$
declare
  body text := day || case when sequence < 10000 then lpad(sequence::text, 5, '0') else sequence::text end;
  total integer := 0;
  digit integer;
begin
  for i in 0 .. length(body) - 1 loop
    digit := substr(body, length(body) - i, 1)::integer;
    -- From the right every second digit counts twice, as the sum of its own digits.
    if i % 2 = 0 then digit := digit * 2 - case when digit > 4 then 9 else 0 end; end if;
    total := total + digit;
  end loop;
  return body || (10 - total % 10) % 10;
end $$;
`;
