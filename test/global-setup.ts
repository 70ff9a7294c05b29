/**
 * Before every run: one embedded PostgreSQL with a migrated, seeded template database, and one
 * Redis where the machine has it. Suites clone the template, so none sees another's rows.
 */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../db/migrate.ts';
import { seedDemo } from '../db/seed.ts';
import { connect } from '../src/platform/db.ts';
import { startEmbedded } from '../src/platform/embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Owner's address with `{db}` in place of the database's name. */
    ownerUrl: string;
    /** The application role's address, likewise. */
    appUrl: string;
    template: string;
    redisUrl: string | null;
    chromium: string | null;
    /** Where the bundles of this run lie; whoever needs one first builds it. */
    builds: string;
  }
}

const TEMPLATE = 'hotline_template';
/** A server that may lose everything, except where something is measured. */
const SETTINGS = {
  ...(!process.env.HOTLINE_DURABLE && {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    // Nobody replicates it, nobody asks which statements it ran; queries here are too short to compile.
    wal_level: 'minimal',
    max_wal_senders: '0',
    wal_compression: 'off',
    // Benches ask how many pages a statement touched.
    ...(!process.env.HOTLINE_BENCHES && { shared_preload_libraries: '' }),
    jit: 'off',
  }),
  max_connections: '300',
};

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const s = createServer();
    s.on('error', reject);
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number };
      s.close(() => resolve(port));
    });
  });

/** Full path of the first of these programs that is installed. */
const onPath = (...names: string[]): string | null =>
  names
    .map((n) => spawnSync('which', [n], { encoding: 'utf8' }).stdout?.trim())
    .find((found) => found) ?? null;

const forDatabase = (url: string, name: string): string => {
  const u = new URL(url);
  u.pathname = `/${name}`;
  return u.toString().replace('%7Bdb%7D', '{db}');
};

async function makeTemplate(ownerUrl: string, appUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: ownerUrl });
  await admin.connect();
  // Of a directory that was kept.
  await admin.query(`drop database if exists ${TEMPLATE}`);
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const url = forDatabase(ownerUrl, TEMPLATE);
  await migrate(url, { kind: 'test', appUrl: forDatabase(appUrl, TEMPLATE) });
  const connection = connect(url, { max: 1 });
  await seedDemo(connection.db);
  await connection.close();
}

/** How many pages each statement touched, for benches; the owner alone may ask. */
async function tellPages(adminUrl: string, ownerUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: forDatabase(adminUrl, TEMPLATE) });
  await admin.connect();
  await admin.query('create extension if not exists pg_stat_statements');
  await admin.query(`grant pg_read_all_stats to ${admin.escapeIdentifier(new URL(ownerUrl).username)}`); // prettier-ignore
  await admin.end();
}

async function startRedis(dir: string): Promise<{ url: string; stop: () => void } | null> {
  const server = onPath('redis-server');
  if (!server) return null;
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
  ];
  const child = spawn(server, args, { stdio: 'ignore' });
  return { url: `redis://127.0.0.1:${port}`, stop: () => void child.kill('SIGKILL') };
}

const missing = (what: string): null => {
  if (process.env.HOTLINE_REQUIRE_ALL)
    throw new Error(`${what} is required here and not installed`);
  process.stdout.write(`skipped: suites that need ${what}, which is not installed\n`);
  return null;
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotline-test-'));
  fs.chmodSync(dir, 0o755);
  // Benches plant cities that take minutes; where this is said they find them again.
  const kept = process.env.HOTLINE_BENCH_KEEP;
  if (kept) fs.mkdirSync(kept, { recursive: true, mode: 0o755 });
  const dataDir = path.join(kept ?? dir, 'pg');
  const postgres = await startEmbedded({ dataDir, settings: SETTINGS });
  await makeTemplate(postgres.ownerUrl, postgres.appUrl);
  if (process.env.HOTLINE_BENCHES) await tellPages(postgres.adminUrl, postgres.ownerUrl);
  const redis = (await startRedis(dir)) ?? missing('redis-server');
  project.provide('ownerUrl', forDatabase(postgres.ownerUrl, '{db}'));
  project.provide('appUrl', forDatabase(postgres.appUrl, '{db}'));
  project.provide('template', TEMPLATE);
  project.provide('builds', dir);
  project.provide('redisUrl', redis?.url ?? null);
  const chromium =
    process.env.CHROMIUM_PATH ??
    // The same browser without windows of its own is cheaper.
    onPath('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome');
  project.provide('chromium', chromium ?? missing('chromium'));
  return async () => {
    redis?.stop();
    await postgres.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  };
}
