import type { DemoAccount } from './lifetime.ts';

/** What the terminal says when everything is up: one address, and the demo's accounts as a table. */
export function welcome(url: string, accounts: DemoAccount[]): void {
  const head = {
    login: '账号 login',
    password: '密码 password',
    name: '姓名 name',
    role: '角色 role',
  };
  const rows = [head, ...accounts].map((a) => [a.login, a.password, a.name, a.role]);
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => columns(row[i] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - columns(cell))))
      .join('  '),
  );
  const table = accounts.length > 0 ? ['', '演示账号 demo accounts', ...lines] : [];
  const text = [
    '12345 热线平台 hotline platform',
    url,
    ...table,
    '',
    '按 Ctrl-C 停止 Ctrl-C stops',
  ];
  process.stdout.write(`\n${text.map((line) => `  ${line}`.trimEnd()).join('\n')}\n\n`);
}

/** Columns of the terminal that a text takes: Chinese characters and full-width forms take two. */
const columns = (text: string) =>
  [...text].reduce(
    (sum, c) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
        c,
      )
        ? 2
        : 1),
    0,
  );
