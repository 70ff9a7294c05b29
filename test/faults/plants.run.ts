/** Bugs that are planted into the running processes: each must turn the judge red. */
import { describe, expect, it } from 'vitest';
import type { House } from '../processes.ts';
import type { Played, Setting } from './scene.ts';
import { f1 } from './scenes/f01.ts';
import { f2 } from './scenes/f02.ts';
import { f6 } from './scenes/f06.ts';
import { f7 } from './scenes/f07.ts';
import { playRaces } from './scenes/f08.ts';
import { f9 } from './scenes/f09.ts';
import { f12 } from './scenes/f12.ts';

interface Plant {
  bug: string;
  play: (s: Setting) => Promise<Played>;
  /** What the judge must say of it. */
  says: RegExp;
  /** What storms has the machine for itself. */
  alone?: true;
}

/** The unique index is the last guard: without it the bug would only be an error. */
const unguarded = (h: House) =>
  h.owner.query('alter table act drop constraint act_order_id_order_version_key');

const PLANTS: Plant[] = [
  { bug: 'answer-before-commit', play: f1.play, says: /^lost: (act )?\S+ was acknowledged/ },
  { bug: 'timer-outside', play: f1.play, says: /^lost: the steps of a clock/ },
  { bug: 'handler-without-receipt', play: f2.play, says: /^lost: the message of/ },
  { bug: 'host-clock', play: f7.play, says: /^(late|lost): step/ },
  { bug: 'blind-update', play: (s) => playRaces(s, unguarded), says: /^doubled: 2 won/ },
  { bug: 'endless-patience', play: f6.play, says: /^(503|no answer) \S* after/ },
  { bug: 'another-id', play: f9.play, says: /^doubled: the message of/ },
  { bug: 'no-limit', play: f12.play, says: /^the one source was never limited/, alone: true },
];

const isAlone = process.env.FAULTS_SCENE === 'plants/alone';

describe('planted bugs', () => {
  it.each(PLANTS.filter((p) => (p.alone ?? false) === isAlone))(
    '$bug',
    async ({ bug, play, says }) => {
      const preload = new URL(`./plants/${bug}.mjs`, import.meta.url).href;
      const env = { NODE_OPTIONS: `--import ${preload}` };
      const { violations } = await play({ seed: 1, backend: 'postgres', size: 'plant', env });
      const caught = violations.filter((v) => says.test(v));
      const word =
        caught.length > 0 ? `caught ${caught.length} times, e.g. ${caught[0]}` : 'MISSED';
      process.stdout.write(`PLANT ${bug}: ${word}\n`);
      expect(caught).not.toEqual([]);
    },
  );
});
