/** Empty, loading, failed: what a page shows when it has nothing else. */
import { Button } from 'antd';
import { ORDER_STATES } from '../../../src/contract.ts';
import { useState, type ReactNode } from 'react';
import { problemOfQuery, type Problem } from '../data/problem.ts';
import { refreshAll } from '../data/queries.ts';
import { useWords } from '../lib/text.ts';

/** Nothing there, and what to do next. */
export const EmptyState = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="empty" role="status">
    <b>{title}</b>
    <p className="sm sec">{children}</p>
  </div>
);

export function Loading() {
  const { say } = useWords();
  return (
    <p className="pad sm mut" role="status">
      {say('common.loading')}
    </p>
  );
}

interface NoticeProps {
  problem: Problem | null;
  /** `write`: something was not stored; `read`: something could not be shown. */
  kind?: 'write' | 'read' | 'sign_in' | 'sign_out';
  /** What the person wrote, to be carried away. */
  written?: string;
  /** False where an act takes no words: then nothing is said of them. */
  wrote?: boolean;
  retry?: () => void;
}

interface NotReadProps {
  query: { data: unknown; error: unknown; failureReason: unknown; refetch: () => unknown };
}

/** Where an empty list would look like none: why nothing is there. */
export const NotRead = ({ query }: NotReadProps) =>
  query.data === undefined && (
    <ProblemNotice problem={problemOfQuery(query)} kind="read" retry={() => void query.refetch()} />
  );

/** What went wrong, what is kept, what to do, and the number to report it by. */
export function ProblemNotice({
  problem,
  kind = 'write',
  written,
  wrote = true,
  retry,
}: NoticeProps) {
  const words = useWords();
  if (!problem) return null;
  const { code } = problem;
  const sentence = words.word(`error.${code}`, words.say('error.internal'));
  return (
    <div className="problem" role="alert">
      <span className="head-word">{words.say(`problem.${kind}`)}</span>　{sentence}
      {problem.isStale && <NewState problem={problem} />}
      {kind === 'write' && wrote && <p className="sec">{words.say(keptText(problem))}</p>}
      <div className="tools">
        {problem.isStale && (
          <Button size="small" onClick={() => void refreshAll()}>
            {words.say('problem.see_new')}
          </Button>
        )}
        {retry && (
          <Button size="small" onClick={retry}>
            {words.say('problem.retry')}
          </Button>
        )}
        {written && <CopyButton text={written} label={words.say('problem.copy_written')} />}
        <Trace problem={problem} />
      </div>
    </div>
  );
}

/** Where the order stands now, as the refusal told. */
function NewState({ problem }: { problem: Problem }) {
  const { say } = useWords();
  const state = ORDER_STATES.find((s) => s === problem.extra.state);
  return state ? <>{say('problem.now', { state: say(`state.${state}`) })}</> : null;
}

const keptText = (problem: Problem) => {
  if (problem.isStale) return 'problem.kept_stale';
  if (problem.code === 'idempotency_key_reused') return 'problem.kept_reused';
  return problem.status === 0 ? 'problem.kept_network' : 'problem.kept';
};

function Trace({ problem }: { problem: Problem }) {
  const { say } = useWords();
  if (!problem.traceId) return null;
  return (
    <span className="trace xs sec">
      {say('problem.trace')} <b>{problem.traceId}</b>{' '}
      <CopyButton text={problem.traceId} label={say('problem.copy')} plain />
    </span>
  );
}

function CopyButton({ text, label, plain }: { text: string; label: string; plain?: boolean }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // Without https there is no clipboard; the text stays on screen to be selected.
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  const shown = copied ? say('problem.copied') : label;
  return plain ? (
    <button type="button" className="link-button" onClick={copy}>
      {shown}
    </button>
  ) : (
    <Button size="small" onClick={copy}>
      {shown}
    </Button>
  );
}
