import { Button } from 'antd';
import { Component, type ReactNode } from 'react';
import { useWords } from '../lib/text.ts';

interface State {
  error: Error | null;
}

/** A fault of one page stays on that page; drafts are stored, so loading again loses nothing. */
export class Guard extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };
  static getDerivedStateFromError(error: Error): State {
    return { error };
  }
  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const { say } = useWords();
  return (
    <div className="pad">
      <div className="problem" role="alert">
        <span className="head-word">{say('frame.broken')}</span>　{say('frame.broken_next')}
        <div className="tools">
          <Button size="small" onClick={() => location.reload()}>
            {say('frame.reload')}
          </Button>
          <span className="trace xs sec">{error.message}</span>
        </div>
      </div>
    </div>
  );
}
