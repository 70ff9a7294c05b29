import '../look/clock.css';
import { useWords } from '../lib/text.ts';

const BARS = [1, 2, 3, 4];

/** A level of the ladder, 0–4: as many bars as its number, the digit, the name. */
export function LevelMark({ level, short = false }: { level: number; short?: boolean }) {
  const { word } = useWords();
  const name = word(`level.${level}`);
  return (
    <span className={`lv lv-${level}`} title={short ? name : undefined}>
      <span className="lv-bars" aria-hidden="true">
        {BARS.map((bar) => (
          <i key={bar} className={bar <= level ? 'on' : ''} />
        ))}
      </span>
      <b>{level}</b>
      <span className={short ? 'unseen' : ''}>{name}</span>
    </span>
  );
}
