import './signin.css';
import { Input } from 'antd';
import { useState, type FormEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import type { DemoAccount } from '../../../../src/identity/schema.ts';
import * as api from '../../data/api.ts';
import { setServerNow } from '../../data/clock.ts';
import { asProblem } from '../../data/problem.ts';
import { queryClient, useDemoAccounts } from '../../data/queries.ts';
import { Preferences } from '../../frame/PersonMenu.tsx';
import { useWords } from '../../lib/text.ts';
import { useTitle } from '../../lib/title.ts';
import { Field } from '../../parts/Field.tsx';
import { KeyButton } from '../../parts/Key.tsx';
import { ProblemNotice } from '../../parts/States.tsx';
import { Entrance } from './Entrance.tsx';

export default function SignIn() {
  const { say } = useWords();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signing = useSigning();
  const demo = useDemoAccounts().data;
  useTitle(say('session.title'));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (login && password && !signing.isPending) signing.mutate({ login, password });
  };
  return (
    <Entrance title={say('session.title')} demo={demo !== undefined}>
      <form onSubmit={submit} className="entrance-form">
        <Field label={say('session.login')}>
          <Input
            autoFocus
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={login}
            onChange={(e) => setLogin(e.target.value)}
          />
        </Field>
        <Field label={say('session.password')}>
          <Input.Password
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        </Field>
        <ProblemNotice problem={asProblem(signing.error)} kind="sign_in" />
        <KeyButton
          type="primary"
          size="large"
          htmlType="submit"
          keys="Enter"
          loading={signing.isPending}
          disabled={!login || !password}
        >
          {say('session.sign_in')}
        </KeyButton>
      </form>
      {demo && <DemoAccounts accounts={demo} busy={signing.isPending} onPick={signing.mutate} />}
      <div className="entrance-prefs">
        <Preferences />
      </div>
    </Entrance>
  );
}

const useSigning = () =>
  useMutation({
    mutationFn: ({ login, password }: { login: string; password: string }) =>
      api.signIn(login, password),
    onSuccess: (me) => {
      setServerNow(me.serverNow);
      queryClient.setQueryData(['session'], me);
    },
  });

interface DemoProps {
  accounts: DemoAccount[];
  busy: boolean;
  onPick: (account: { login: string; password: string }) => void;
}
/** One press signs in; only a demo database offers this. */
function DemoAccounts({ accounts, busy, onPick }: DemoProps) {
  const { say } = useWords();
  return (
    <section className="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">{say('session.demo')}</h2>
      <p className="sm sec">{say('session.demo_hint')}</p>
      <ul>
        {accounts.map((account) => (
          <li key={account.login}>
            <button type="button" disabled={busy} onClick={() => onPick(account)}>
              <b>{say(`role.${account.role}`)}</b>
              <span>{account.name}</span>
              <span className="mut cut">{account.organizationName}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
