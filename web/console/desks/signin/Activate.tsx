import './signin.css';
import { Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from 'react-router';
import * as api from '../../data/api.ts';
import { asProblem } from '../../data/problem.ts';
import { useWords } from '../../lib/text.ts';
import { useTitle } from '../../lib/title.ts';
import { PASSWORD_MIN } from '../../../../src/contract.ts';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { EmptyState, ProblemNotice } from '../../parts/States.tsx';
import { Entrance } from './Entrance.tsx';

/** The one-time link of a new account: its token stands behind the #, so no server log has it. */
export default function Activate() {
  const { say } = useWords();
  const token = useLocation().hash.slice(1);
  useTitle(say('activate.title'));
  if (token.length < 20) {
    return (
      <Entrance title={say('activate.title')}>
        <EmptyState title={say('activate.no_token')}>{say('activate.no_token_next')}</EmptyState>
      </Entrance>
    );
  }
  return <PasswordForm token={token} />;
}

function PasswordForm({ token }: { token: string }) {
  const { say } = useWords();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const setting = useMutation({ mutationFn: () => api.activate(token, password) });
  const short = password.length < PASSWORD_MIN;
  const differs = password !== again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short && !differs && !setting.isPending) setting.mutate();
  };
  if (setting.isSuccess) {
    return (
      <Entrance title={say('activate.done')}>
        <p>
          <Link to="/">{say('activate.go_on')}</Link>
        </p>
      </Entrance>
    );
  }
  return (
    <Entrance title={say('activate.title')}>
      <form onSubmit={submit} className="entrance-form">
        <Field
          label={say('activate.password')}
          hint={say('activate.rule', { n: PASSWORD_MIN })}
          wrong={tried && short ? say('activate.too_short', { n: PASSWORD_MIN }) : undefined}
        >
          <Input.Password
            autoFocus
            autoComplete="new-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </Field>
        <Field
          label={say('activate.again')}
          wrong={tried && differs ? say('activate.differs') : undefined}
        >
          <Input.Password
            autoComplete="new-password"
            value={again}
            onChange={(e) => setAgain(e.target.value)}
          />
        </Field>
        <ProblemNotice problem={asProblem(setting.error)} />
        <KeyButton
          type="primary"
          size="large"
          htmlType="submit"
          keys="Enter"
          loading={setting.isPending}
        >
          {say('activate.submit')}
        </KeyButton>
      </form>
    </Entrance>
  );
}
