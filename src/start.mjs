// `npm start`: installs and builds only when something changed, then runs the supervisor in this
// same process. Imports nothing that has to be installed, because nothing may be installed yet.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { install, prepare, root, run, sha256, stampIs } from './install.mjs';

const BUILD_STAMP = path.join(root, 'dist/.hotline-built');
const SOURCES = ['src', 'workers', 'db', 'web', 'package.json', 'package-lock.json'];

function sourceHash() {
  const files = SOURCES.flatMap((name) => filesBelow(name)).sort();
  return sha256(
    files.map((file) => `${file} ${sha256(readFileSync(path.join(root, file)))}`).join('\n'),
  );
}

function filesBelow(name) {
  const full = path.join(root, name);
  if (!existsSync(full)) return [];
  if (name.includes('.') && !name.includes('/')) return [name];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

async function build() {
  const sources = sourceHash();
  if (stampIs(BUILD_STAMP, sources)) return;
  rmSync(BUILD_STAMP, { force: true });
  await run('构建 building', process.execPath, [path.join(root, 'src/build.mjs')]);
  writeFileSync(BUILD_STAMP, sources);
}

await prepare(async () => {
  await install({ npm: process.env.npm_execpath });
  await build();
});
process.setSourceMapsEnabled(true);
await import('../dist/main.js');
