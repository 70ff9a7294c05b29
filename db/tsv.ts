import { readFileSync } from 'node:fs';

/** `db/seed`, from the sources and from the bundle alike (both lie one level below the root). */
const SEED = new URL('../db/seed/', import.meta.url);

/** Rows of a tab-separated seed file; lines that start with `#` and empty ones are skipped. */
export function readTsv(file: string): string[][] {
  return readFileSync(new URL(file, SEED), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}
