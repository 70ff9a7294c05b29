/** Kamailio with the shipped configuration, on ports of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../src/telephony/kamailio/', import.meta.url));

export interface SwitchSettings {
  dir: string;
  sipPort: number;
  httpPort: number;
  apis: [string, string];
  doorSecret: string;
  phoneSecret: string;
  emergency: string;
  /** Further `#!define` lines. */
  more?: string[];
}

export interface Switch {
  child: ChildProcess;
  output(): string;
  stop(): Promise<void>;
}

/** Loopback addresses: the switch, the trunk that citizens call by, the operators' telephones. */
export const SWITCH_IP = '127.0.0.1';
export const TRUNK_IP = '127.0.0.2';
export const PHONES_IP = '127.0.0.3';
export const EMERGENCY_IP = '127.0.0.4';

function writeConfiguration(s: SwitchSettings): string {
  const dir = path.join(s.dir, 'kamailio');
  fs.mkdirSync(dir, { recursive: true });
  for (const name of ['kamailio.cfg', 'messages.cfg', 'commands.cfg'])
    fs.copyFileSync(path.join(SHIPPED, name), path.join(dir, name));
  const settings = [
    '#!define NUMBER "12345"',
    '#!define SOURCE "kamailio"',
    `#!define LISTEN_SIP udp:${SWITCH_IP}:${s.sipPort}`,
    `#!define SIP_ADDRESS "${SWITCH_IP}:${s.sipPort}"`,
    `#!define LISTEN_HTTP tcp:${SWITCH_IP}:${s.httpPort}`,
    `#!define API_ONE "${s.apis[0]}"`,
    `#!define API_TWO "${s.apis[1]}"`,
    `#!define TRUNKS "${TRUNK_IP}/32"`,
    `#!define EMERGENCY_GATEWAY "${s.emergency}"`,
    '#!define EXTENSION "^[1-9][0-9]{2,5}$"',
    '#!define WAIT_SECONDS_MAX 1200',
    '#!define SILENCE_SECONDS_MAX 60',
    '#!define HTTP_SECONDS 3',
    ...(s.more ?? []),
  ];
  fs.writeFileSync(path.join(dir, 'settings.cfg'), settings.join('\n') + '\n');
  fs.writeFileSync(
    path.join(dir, 'secrets.cfg'),
    `#!define DOOR_SECRET "${s.doorSecret}"\n#!define PHONE_SECRET "${s.phoneSecret}"\n`,
  );
  return path.join(dir, 'kamailio.cfg');
}

export function startSwitch(s: SwitchSettings): Switch {
  const file = writeConfiguration(s);
  const logFile = path.join(s.dir, 'kamailio.log');
  const log = fs.openSync(logFile, 'w');
  const child = spawn('kamailio', ['-DD', '-E', '-m', '64', '-M', '8', '-f', file, '-Y', s.dir], {
    // A zone that is not UTC: what the switch tells must not depend on it.
    env: { ...process.env, TZ: 'Asia/Shanghai' },
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  const ended = new Promise((done) => child.once('close', done));
  return {
    child,
    output: () => fs.readFileSync(logFile, 'utf8'),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** The password of a telephone follows from its user name (README, "Connecting a switch"). */
export const phonePassword = (phoneSecret: string, user: string): string =>
  createHmac('sha256', phoneSecret).update(user).digest('base64url');
