import { useWords } from '../lib/text.ts';
import { Choice } from '../parts/Choice.tsx';
import { TextField } from '../parts/TextField.tsx';

const TEXT_LIMIT = 500;
const LEVELS = ['1', '0'] as const;
export type UrgeLevel = (typeof LEVELS)[number];

interface Props {
  level: UrgeLevel;
  text: string;
  onChange: (change: { level: UrgeLevel } | { text: string }) => void;
}

/** How loud it is urged, and in which words; of one order or of several. */
export function UrgeFields({ level, text, onChange }: Props) {
  const { say } = useWords();
  return (
    <>
      <Choice
        label={say('urge.level')}
        value={level}
        onChange={(value) => onChange({ level: value })}
        options={LEVELS.map((value) => ({ value, label: say(`urge.level_${value}`) }))}
      />
      <TextField
        autoFocus
        label={say('urge.text')}
        hint={say('urge.hint')}
        rows={[3, 8]}
        max={TEXT_LIMIT}
        value={text}
        onChange={(value) => onChange({ text: value })}
      />
    </>
  );
}
