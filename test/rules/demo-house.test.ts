/** What emptying a demo takes away besides its database: the files in its own directory, nothing else. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { forgetFiles } from '../../src/demo-house.ts';

const root = mkdtempSync(path.join(tmpdir(), 'hotline-forget-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A directory with a file in it. */
function kept(...parts: string[]): string {
  const dir = path.join(root, ...parts);
  mkdirSync(dir, { recursive: true });
  writeFileSync(path.join(dir, 'a'), 'a');
  return dir;
}

it('forgets the files that the demo keeps in its own directory', () => {
  const storage = kept('own', 'storage');
  forgetFiles(path.join(root, 'own'), storage);
  expect(existsSync(storage)).toBe(false);
  expect(existsSync(path.join(root, 'own'))).toBe(true);
});

it.each([
  ['that only begins with the same letters', 'data', ['data-of-the-city', 'storage']],
  ['above the data directory', 'a/data', ['a']],
  ['that is the data directory', 'whole', ['whole']],
  ['beside the storage in it', 'beside', ['beside', 'postgres']],
  ['elsewhere', 'here', ['there', 'storage']],
])('leaves a directory %s', (_, data, parts) => {
  const foreign = kept(...parts);
  forgetFiles(path.join(root, data), foreign);
  expect(existsSync(path.join(foreign, 'a'))).toBe(true);
});

it('leaves what a link in the place of the storage points to, and where no directory is set', () => {
  const foreign = kept('elsewhere');
  mkdirSync(path.join(root, 'linked'));
  symlinkSync(foreign, path.join(root, 'linked', 'storage'));
  forgetFiles(path.join(root, 'linked'), path.join(root, 'linked', 'storage'));
  expect(existsSync(path.join(foreign, 'a'))).toBe(true);
  forgetFiles(root, undefined);
  expect(existsSync(root)).toBe(true);
});
