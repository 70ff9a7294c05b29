/** A telephone with voice: baresip, which registers, answers by itself, and speaks a tone. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export interface Baresip {
  output(): string;
  /** Packets that the last call has sent and heard; null while no call has ended. */
  packets(): { sent: number; heard: number } | null;
  stop(): Promise<void>;
}

const MODULES = '/usr/lib/baresip/modules';

export function startBaresip(o: {
  dir: string;
  ip: string;
  port: number;
  extension: string;
  password: string;
  switchAddress: string;
}): Baresip {
  const home = path.join(o.dir, `baresip-${o.extension}`);
  fs.mkdirSync(home);
  fs.writeFileSync(
    path.join(home, 'config'),
    `sip_listen ${o.ip}:${o.port}
net_interface ${o.ip}
audio_source ausine,400
ausrc_srate 48000
ausrc_channels 2
audio_player aubridge,nobody
rtp_stats yes
module_path ${MODULES}
module g711.so
module ausine.so
module aubridge.so
module_tmp account.so
module_app menu.so
`,
  );
  fs.writeFileSync(
    path.join(home, 'accounts'),
    `<sip:${o.extension}@hotline>;auth_user=${o.extension};auth_pass=${o.password};answermode=auto` +
      `;outbound="sip:${o.switchAddress};transport=udp";regint=60\n`,
  );
  fs.writeFileSync(path.join(home, 'contacts'), '');
  const child = spawn('baresip', ['-f', home, '-v'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (d: string) => (output += d));
  const ended = new Promise((done) => child.once('close', done));
  return {
    output: () => output,
    packets() {
      const [, sent, heard] = /packets:\s+(\d+)\s+(\d+)/.exec(output) ?? [];
      return sent && heard ? { sent: Number(sent), heard: Number(heard) } : null;
    },
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await ended;
      clearTimeout(late);
    },
  };
}
