import { useNavigate } from 'react-router';
import type { AssignmentView } from '../../../../src/workorder/schema.ts';
import { useInbox } from '../../data/queries.ts';
import { useKeys } from '../../lib/keys.ts';
import { useWords } from '../../lib/text.ts';
import { KeyButton } from '../../parts/Key.tsx';
import { Dots, Stamp } from '../../parts/Marks.tsx';

/** It is signed and the handler goes on: the way to what is not signed yet. */
export function SignedPanel({ assignment }: { assignment: AssignmentView }) {
  const { say } = useWords();
  const navigate = useNavigate();
  const unsigned = useInbox('pending_sign').items.filter((i) => i.assignment.id !== assignment.id);
  const next = unsigned[0];
  const goOn = () => next && void navigate(`/inbox/${next.id}/${next.assignment.id}`);
  const toList = () => void navigate('/inbox');
  useKeys([{ keys: 'N', label: 'keys.next_unsigned', run: () => void goOn(), off: !next }]);
  return (
    <>
      <div className="wide">
        <p className="ok-t">
          <Dots>
            {`✓ ${say('tab.signed')}`}
            {assignment.signedByName}
            {assignment.signedAt && <Stamp at={assignment.signedAt} />}
          </Dots>
        </p>
        <p className="sec">{say('unit.signed_next')}</p>
      </div>
      <div className="bar">
        {next && (
          <KeyButton type="primary" size="large" keys="N" onClick={() => void goOn()}>
            {say('unit.next_unsigned', { n: unsigned.length })}
          </KeyButton>
        )}
        <KeyButton size="large" keys="Esc" onClick={toList}>
          {say('unit.to_list')}
        </KeyButton>
      </div>
    </>
  );
}
