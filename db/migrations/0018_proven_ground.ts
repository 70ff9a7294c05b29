/** What a large city showed: words of demands are found, and lists that were sorted by hand have an index. Imports nothing of src. */
export const name = '0018_proven_ground';

/** Indexes on tables that are large by now: built without keeping anybody from writing. */
export const concurrently = [
  'order_text_words',
  'assignment_newest',
  'callback_task_over',
  'supervision_order_newest',
  'supervision_order_unit_newest',
  'delivery_newest',
  'escalation_newest',
];

export const sql = /* sql */ `
-- workorder: Chinese words are found by each two characters that stand side by side --------------------
-- Marks and spaces stand between words; only the letters of ASCII have two cases here.
create function word_pairs(said text) returns text[] language plpgsql immutable parallel safe as $$
declare
  chars text[] := string_to_array(translate(lower(said collate "C"),
    E' \\t\\n\\r\\u00a0\\u3000!"#$%&\\'()*+,-./:;<=>?@[\\\\]^_\`{|}~·—‘’“”…、。〈〉《》「」『』【】〔〕！（），．／：；？～',
    repeat(' ', 80)), null);
begin
  return array(select a || b from unnest(chars, chars[2:]) pair (a, b) where a <> ' ' and b <> ' ');
end $$;

-- Each pair twice: alone, and behind the three days of the order's id (28 bits of milliseconds), so that
-- a word that thousands said is looked for among the newest only.
create function order_words(of_order uuid, said text) returns tsvector language plpgsql immutable parallel safe
  cost 10000 set search_path from current as $$
declare
  pairs text[] := word_pairs(said);
begin
  return array_to_tsvector(pairs || array(select left(of_order::text, 5) || p from unnest(pairs) p));
end $$;

-- All the pairs of what is looked for, in one of some spans of three days; without any: whenever.
create function words_query(said text, spans text[]) returns tsquery language plpgsql immutable parallel safe as $$
declare
  pairs text[] := word_pairs(said);
begin
  return (select string_agg('(' || one || ')', '|')::tsquery from (
    select string_agg(quote_literal(coalesce(span, '') || p), '&') as one
    from unnest(case when cardinality(spans) > 0 then spans else array[null::text] end) span, unnest(pairs) p
    group by span) x);
end $$;
create index order_text_words on order_text
  using gin (order_words(order_id, title || ' ' || content || ' ' || address));

-- Lists of what is over, newest first: they were sorted whole, however long.
create index assignment_newest on assignment (organization_id, created_at desc, id desc);
create index callback_task_over on callback_task (opened_at desc, id desc) where state <> 'open';
create index supervision_order_newest on supervision_order (issued_at desc, id desc);
create index supervision_order_unit_newest on supervision_order (organization_id, issued_at desc, id desc);
create index delivery_newest on delivery (created_at desc, id desc);
create index escalation_newest on escalation
  ((date_trunc('milliseconds', at at time zone 'UTC')) desc, id desc);
`;
