/** Reads test/golden/clocks.txt, where clocks, limits and ladder stand a second time. */
import { readFileSync } from 'node:fs';
import type { Facts } from '../src/deadline/policy.ts';

const NONE = '—';
/** Everything a line may begin with; anything else is a mistake in the file. */
const WORDS = /^(lives|start|stop|pause|resume|never|channel|always|level|rung) +/;

export interface GoldenClocks {
  /** `order registered` → clocks that live then. */
  lives: Map<string, string[]>;
  /** `kind clock reason [how]`: what a ledger may say. */
  ledger: Set<string>;
  /** `amount basis` or `—`. */
  limit(clock: string, f: Facts): string;
  /** Clocks that never run in a round after the first. */
  neverRedone: Set<string>;
  supervision(level: number): string;
  /** `clock step when level action`. */
  rungs: string[];
}

/** @throws on a line it does not understand and on one that stands twice. */
export function goldenClocks(): GoldenClocks {
  const text = readFileSync(new URL('./golden/clocks.txt', import.meta.url), 'utf8');
  const lives = new Map<string, string[]>();
  const ledger = new Set<string>();
  const channel = new Map<string, string>();
  const always = new Map<string, string>();
  const levels = new Map<string, string>();
  const never = new Set<string>();
  const rungs: string[] = [];
  const table = new Map<string, Map<string, string>>();
  let columns: string[] = [];
  const once = (map: Map<string, unknown>, key: string) => {
    if (map.has(key)) throw new Error(`clocks.txt: ${key} stands twice`);
    return key;
  };
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.includes(' | ')) {
      const [head = '', ...cells] = line.split('|').map((c) => c.trim());
      if (head === 'limits') columns = cells;
      else table.set(once(table, head), new Map(cells.map((c, i) => [columns[i]!, c])));
      continue;
    }
    if (!WORDS.test(line)) throw new Error(`clocks.txt: ${line} is not understood`);
    const [word = '', ...rest] = line.split(/ +/);
    const [a = '', b = '', ...more] = rest;
    const value = more.join(' ');
    if (word === 'lives')
      lives.set(once(lives, `${a} ${b}`), more.slice(1).filter((c) => c !== NONE)); // prettier-ignore
    else if (word === 'never' && b === 'redo') never.add(a);
    else if (word === 'channel') channel.set(once(channel, `${a} ${b}`), value);
    else if (word === 'always') always.set(once(always, a), rest.slice(1).join(' '));
    else if (word === 'level') levels.set(once(levels, b), value);
    else if (word === 'rung') rungs.push(rest.join(' '));
    else {
      const key = [word, ...rest].join(' ');
      if (ledger.has(key)) throw new Error(`clocks.txt: ${key} stands twice`);
      ledger.add(key);
    }
  }
  const rowOf = (f: Facts): string => {
    if (f.urgency === 'U1' || f.urgency === 'U2') return f.urgency;
    if (f.redo) return 'redo';
    return f.urgency === 'U3' ? 'U3' : (f.type ?? 'other');
  };
  return {
    lives,
    ledger,
    rungs,
    neverRedone: never,
    limit: (clock, f) => {
      const byChannel = channel.get(`${clock} ${f.channel}`) ?? channel.get(`${clock} *`);
      if (f.redo && never.has(clock)) return NONE;
      if (byChannel) return byChannel;
      const found = always.get(clock) ?? table.get(rowOf(f))?.get(clock);
      if (found === undefined) throw new Error(`clocks.txt says nothing of ${clock}`);
      return found;
    },
    supervision: (level) => levels.get(String(level)) ?? NONE,
  };
}
