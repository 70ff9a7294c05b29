import { Checkbox } from 'antd';
import { SOLVED, TEXT_MAX, TRUTH } from '../../../../src/contract.ts';
import type { Uploads } from '../../data/attachments.ts';
import type { Problem } from '../../data/problem.ts';
import { useWords } from '../../lib/text.ts';
import { AttachmentField } from '../../parts/Attachments.tsx';
import { Choice } from '../../parts/Choice.tsx';
import { TextField } from '../../parts/TextField.tsx';
import type { ReplyFields } from './reply-draft.ts';

interface Props {
  value: ReplyFields;
  set: (change: Partial<ReplyFields>) => void;
  tried: boolean;
  uploads: Uploads;
  problem: Problem | null;
}
type TextPart = 'finding' | 'measures' | 'publicVersion';

export function ReplyFieldset({ value, set, tried, uploads, problem }: Props) {
  const { say } = useWords();
  const missing = (text: unknown) => (tried && !text ? say('field.missing') : undefined);
  const area = (part: TextPart, label: string, minRows: number, hint?: string) => (
    <TextField
      required
      tried={tried}
      label={label}
      hint={hint}
      width={part === 'publicVersion' ? undefined : 'w6'}
      rows={[minRows, 16]}
      max={TEXT_MAX.long}
      value={value[part]}
      onChange={(words) => set({ [part]: words })}
    />
  );
  return (
    <div className="form">
      {area('finding', say('reply.finding'), 4)}
      {area('measures', say('reply.measures'), 4, say('reply.measures_hint'))}
      <div className="w6">
        <Choice
          required
          label={say('reply.truth')}
          value={value.truth}
          onChange={(truth) => set({ truth })}
          options={TRUTH.map((truth) => ({ value: truth, label: say(`truth.${truth}`) }))}
          wrong={missing(value.truth)}
        />
      </div>
      <div className="w6">
        <Choice
          required
          label={say('reply.solved')}
          value={value.solved}
          onChange={(solved) => set({ solved })}
          options={SOLVED.map((solved) => ({ value: solved, label: say(`solved.${solved}`) }))}
          wrong={missing(value.solved)}
        />
      </div>
      <TextField
        label={say('reply.basis')}
        hint={say('reply.basis_hint')}
        rows={[1, 6]}
        max={TEXT_MAX.content}
        value={value.basis}
        onChange={(basis) => set({ basis })}
      />
      {area('publicVersion', say('reply.public_long'), 4, say('reply.public_hint'))}
      <Checkbox
        checked={value.contactMade ?? false}
        onChange={(e) => set({ contactMade: e.target.checked })}
      >
        {say('reply.contact_made')}
      </Checkbox>
      <AttachmentField uploads={uploads} problem={problem} label={say('unit.evidence')} />
    </div>
  );
}
