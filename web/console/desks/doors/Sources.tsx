import type { SourceView } from '../../../../src/door/schema.ts';
import { useSources } from '../../data/doors.ts';
import { useWords } from '../../lib/text.ts';
import { Dots, Stamp, Tag } from '../../parts/Marks.tsx';
import { QueryView } from '../../parts/QueryView.tsx';

/** Who may knock; sources are opened and closed where the server stands. */
export function Sources() {
  const { say } = useWords();
  return (
    <div className="part sources">
      <h2>{say('door.sources')}</h2>
      <QueryView query={useSources()}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="sm mut">{say('door.no_sources')}</p>
          ) : (
            <ul>
              {items.map((source) => (
                <One key={source.id} source={source} />
              ))}
            </ul>
          )
        }
      </QueryView>
      <p className="xs mut">{say('door.sources_rule')}</p>
    </div>
  );
}

function One({ source }: { source: SourceView }) {
  const { say, word } = useWords();
  return (
    <li>
      <p className="row between">
        <b>{source.name}</b>
        {source.active ? (
          source.dead > 0 && <Tag kind="line">{say('door.dead_of', { n: source.dead })}</Tag>
        ) : (
          <Tag kind="line">{say('door.closed')}</Tag>
        )}
      </p>
      <p className="xs mut">
        <Dots>
          {word(`door.name.${source.door}`, source.door)}
          {say('door.per_minute', { n: source.perMinute })}
          {source.lastAt ? (
            <>
              {say('door.last')} <Stamp at={source.lastAt} />
            </>
          ) : (
            say('door.never')
          )}
        </Dots>
      </p>
    </li>
  );
}
