import { existsSync, readFileSync } from 'node:fs';

/** `db/seed`, from the sources and from the bundle and its chunks alike: one or two levels below the root. */
const SEED = ['../db/seed/', '../../db/seed/']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(new URL('categories.tsv', url)))!;

/** Rows of a tab-separated seed file; lines that start with `#` and empty ones are skipped. */
export function readTsv(file: string): string[][] {
  return readFileSync(new URL(file, SEED), 'utf8')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}

/** A seed file that is one JSON document. */
export const readJson = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, SEED), 'utf8'));

/** A seed file as it is written. */
export const readSeed = (file: string): string => readFileSync(new URL(file, SEED), 'utf8');
