import type { DoorMessageView } from '../../../../src/door/schema.ts';
import { useWords, type Words } from '../../lib/text.ts';
import { Stamp } from '../../parts/Marks.tsx';

interface Props {
  items: readonly DoorMessageView[];
  selected: string | undefined;
  select: (id: string) => void;
}

/** What a message was about; of one that nobody could read, nothing is known. */
export const kindWord = ({ word, say }: Words, letter: DoorMessageView): string =>
  letter.kind ? word(`door.kind.${letter.kind}`, letter.kind) : say('door.unreadable');

/** Why it was not taken: in words for another system where there are such, else as anybody is told. */
export const whyWord = ({ word }: Words, error: string): string =>
  word(`door.error.${error}`, word(`error.${error}`, error));

/** When it came, from whom, about what, and why it lies here. */
export function LetterTable({ items, selected, select }: Props) {
  const words = useWords();
  const { say, word } = words;
  return (
    <table className="t stack letters">
      <colgroup>
        <col style={{ width: 132 }} />
        <col style={{ width: 168 }} />
        <col />
        <col style={{ width: 64 }} />
      </colgroup>
      <thead>
        <tr>
          <th>{say('door.received')}</th>
          <th>{say('door.source')}</th>
          <th>{say('door.what')}</th>
          <th className="num">{say('door.attempts')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((m) => (
          <tr
            key={m.id}
            data-row={m.id}
            className={m.id === selected ? 'sel' : ''}
            onClick={() => select(m.id)}
          >
            <td className="nb">
              <Stamp at={m.receivedAt} />
            </td>
            <td className="fit">
              <div className="cut">{m.source}</div>
              <div className="cut mut">{word(`door.name.${m.door}`, m.door)}</div>
            </td>
            <td className="fit">
              <button
                type="button"
                className="pick"
                aria-current={m.id === selected ? 'true' : undefined}
                onClick={(event) => {
                  // The row itself listens as well.
                  event.stopPropagation();
                  select(m.id);
                }}
              >
                <span className="ti cut block">{kindWord(words, m)}</span>
                <span className="cut mut block">
                  {m.error ? whyWord(words, m.error) : say(`door.state.${m.state}`)}
                </span>
              </button>
            </td>
            <td className="num">{m.attempts}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
