/** A telephone network on loopback: the switch, operators' telephones, the emergency centre. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, temporaryDir, until } from '../processes.ts';
import { openEar } from './ear.ts';
import type { Ear } from './ear.ts';
import { absent, busy, emergency, operator, register } from './scenarios.ts';
import { sipp } from './sipp.ts';
import type { Sipp, SippOptions } from './sipp.ts';
import {
  EMERGENCY_IP,
  PHONES_IP,
  phonePassword,
  startSwitch,
  SWITCH_IP,
  TRUNK_IP,
} from './switch.ts';
import type { Switch } from './switch.ts';

const has = (program: string): boolean => spawnSync('which', [program]).status === 0;
const missing = ['kamailio', 'sipp', 'baresip'].filter((program) => !has(program));

/** Without Kamailio, SIPp and baresip this suite cannot run; CI insists on them. */
export const withoutTelephones = missing.length > 0 && !process.env.HOTLINE_REQUIRE_ALL;
if (withoutTelephones) console.warn(`skipped: not installed: ${missing.join(', ')}`);

export const DOOR_SECRET = 'door-secret-of-the-tests-0123';
export const PHONE_SECRET = 'phone-secret-of-the-tests-0123';

export interface Network {
  dir: string;
  kamailio: Switch;
  sipPort: number;
  httpPort: number;
  /** Operators' telephones at these extensions, reached over one SIPp. */
  phones(kind: 'operators' | 'busy' | 'absent', extensions: string[]): Promise<Sipp>;
  /** Telephones say where they are. @returns SIPp's exit code: 0 where every one was believed. */
  register(
    name: string,
    users: { user: string; password: string }[],
    at: string,
  ): Promise<{ code: number | null; errors: string }>;
  /** What the operators heard. */
  ear: Ear;
  /** The emergency centre. */
  emergency: Sipp;
  /** Citizens on the trunk; one call per line of numbers. */
  callers(
    name: string,
    scenario: string,
    numbers: string[],
    options?: Partial<SippOptions>,
  ): Promise<Sipp>;
  close(): Promise<void>;
}

export async function openNetwork(apis: [string, string], more: string[] = []): Promise<Network> {
  const dir = temporaryDir('sip');
  const [sipPort, httpPort, emergencyPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
  ]);
  const ear = await openEar(PHONES_IP);
  const running: Sipp[] = [];
  const run = (options: Omit<SippOptions, 'dir'>) => {
    const one = sipp({ dir, ...options });
    running.push(one);
    return one;
  };
  const kamailio = startSwitch({
    dir,
    sipPort,
    httpPort,
    apis,
    doorSecret: DOOR_SECRET,
    phoneSecret: PHONE_SECRET,
    emergency: `sip:${EMERGENCY_IP}:${emergencyPort}`,
    more,
  });
  const target = `${SWITCH_IP}:${sipPort}`;
  const network: Network = {
    dir,
    ear,
    kamailio,
    sipPort,
    httpPort,
    emergency: run({
      name: 'emergency',
      scenario: emergency(),
      ip: EMERGENCY_IP,
      port: emergencyPort,
    }),
    async phones(kind, extensions) {
      const port = await freePort();
      const scenario = {
        operators: () => operator({ ringMs: 150, talkMs: 300, earPort: ear.port }),
        busy,
        absent,
      }[kind]();
      const phones = run({ name: kind, scenario, ip: PHONES_IP, port });
      const at = `${PHONES_IP}:${port}`;
      const users = extensions.map((e) => ({
        user: e,
        password: phonePassword(PHONE_SECRET, e),
      }));
      const registered = await network.register(`register-${kind}`, users, at);
      if (registered.code !== 0) throw new Error(`${registered.errors} ${kamailio.output()}`);
      return phones;
    },
    async register(name, users, at) {
      const lines = users.map(({ user, password }) => {
        const proof = `[authentication username=${user} password=${password}]`;
        return `${user};${proof};${at}`;
      });
      const one = run({
        name,
        scenario: register(),
        ip: PHONES_IP,
        port: await freePort(),
        target,
        lines,
        calls: lines.length,
      });
      return { code: await one.ended, errors: one.errors() };
    },
    async callers(name, scenario, numbers, options = {}) {
      return run({
        name,
        scenario,
        ip: TRUNK_IP,
        port: await freePort(),
        target,
        lines: numbers,
        calls: numbers.length,
        atOnce: 6,
        perSecond: 6,
        ...options,
      });
    },
    async close() {
      await Promise.all(running.map((r) => r.stop()));
      await kamailio.stop();
      ear.close();
    },
  };
  await until('kamailio', () => {
    if (kamailio.child.exitCode !== null) throw new Error(kamailio.output());
    return listens(httpPort);
  });
  return network;
}

async function listens(port: number): Promise<boolean> {
  try {
    await fetch(`http://${SWITCH_IP}:${port}/`);
    return true;
  } catch {
    return false;
  }
}

/** A tone of one second as G.711 A-law, which SIPp sends again and again. */
export function toneFile(dir: string): string {
  const file = path.join(dir, 'tone.al');
  const samples = Buffer.alloc(8000, 0xd5);
  for (let i = 0; i < samples.length; i++) if (i % 16 < 8) samples[i] = 0x55;
  fs.writeFileSync(file, samples);
  return file;
}
