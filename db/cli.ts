/**
 * Commands on the database: `migrate`, `seed-reference`, `seed-demo`, `mend-demo`, `wipe`, `first-admin`,
 * `simulate-deadline`, `door`; and on the platform that runs here: `demo`, `demo:wipe`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runDoor, seedDemoSources } from './door.ts';
import { firstAdmin } from '../src/identity/index.ts';
import { translate } from '../src/kernel/i18n/index.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createCrypto } from '../src/platform/crypto.ts';
import { connect } from '../src/platform/db.ts';
import { reachableDataDir } from '../src/platform/embedded-postgres.ts';
import type { Connection, Db } from '../src/platform/db.ts';
import { tellParent } from '../src/platform/lifetime.ts';
import { createLog } from '../src/platform/log.ts';
import { diskStorage } from '../src/platform/storage.ts';
import type { Deps } from '../src/platform/unit-of-work.ts';
import { consumersOf } from '../src/subscriptions.ts';
import { migrate } from './migrate.ts';
import { mendPlay } from '../src/demo/index.ts';
import { runDemo, runWipe } from './demo/command.ts';
import { wipe } from './demo/wipe.ts';
import { seedDemo, seedReference } from './seed.ts';
import { runSimulation } from './simulate.ts';

const INTERRUPTED =
  '上次的演示没有播完，时间已经拨回现在；npm run demo 可以重新播放 the last play was interrupted; the clock is back, npm run demo plays it anew';

const config = loadConfig();
const ownerUrl = config.migrateDatabaseUrl ?? config.databaseUrl;

async function withDatabase<T>(
  url: string | undefined,
  work: (c: Connection) => Promise<T>,
): Promise<T> {
  if (!url) throw new Error('DATABASE_URL: missing');
  const connection = connect(url, { max: 2, name: 'hotline-cli' });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const depsOf = (db: Db, secretKey: string): Deps => ({
  db,
  crypto: createCrypto(secretKey),
  log: createLog('cli', 'silent'),
  consumersOf,
  publicUrl: config.publicUrl,
  storage: diskStorage(config.storageDir),
});

async function runMigrate(): Promise<void> {
  if (!ownerUrl) throw new Error('DATABASE_URL: missing');
  const applied = await migrate(ownerUrl, {
    kind: config.demo ? 'demo' : 'production',
    ...(config.databaseUrl && { appUrl: config.databaseUrl }),
  });
  process.stdout.write(
    applied.length > 0 ? `migrated: ${applied.join(', ')}\n` : 'database is up to date\n',
  );
}

const runSeedDemo = () =>
  withDatabase(config.databaseUrl, async ({ db }) => {
    const accounts = await seedDemo(db);
    if (config.secretKey) await seedDemoSources(depsOf(db, config.secretKey));
    const { state, mended } = await mendPlay(db);
    if (mended) process.stdout.write(`${INTERRUPTED}\n`);
    const raised = await db.selectFrom('order_sequence').select('day').limit(1).executeTakeFirst();
    tellParent({
      type: 'accounts',
      empty: state === 'none' && !raised,
      accounts: accounts.map(({ login, password, name, role, organizationName }) => ({
        login,
        password,
        name,
        role: `${organizationName} ${translate('zh-CN', `role.${role}`)}`,
      })),
    });
  });

/**
 * Makes the centre and its first administrator, and prints the link that sets the password; said
 * again it prints a new link.
 */
const runFirstAdmin = () =>
  withDatabase(config.databaseUrl, async ({ db }) => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: { login: { type: 'string' }, name: { type: 'string' } },
    });
    if (!values.login || !values.name || !config.secretKey) {
      throw new Error(
        'usage: npm run first-admin -- --login NAME --name "FULL NAME" (with DATABASE_URL and SECRET_KEY set)',
      );
    }
    const token = await firstAdmin(depsOf(db, config.secretKey), {
      login: values.login.toLowerCase(),
      name: values.name,
    });
    process.stdout.write(`${config.publicUrl}/console/activate#${token}\n`);
  });

/** Puts right what a play left that nobody goes on with. */
const runMendDemo = () =>
  withDatabase(config.databaseUrl, async ({ db }) => {
    const { mended } = await mendPlay(db);
    if (mended) process.stdout.write(`${INTERRUPTED}\n`);
  });

/** Empties a demo database and leaves it as a first start would find it. */
async function runWipeDatabase(): Promise<void> {
  if (!ownerUrl) throw new Error('DATABASE_URL: missing');
  await wipe(ownerUrl);
}

/** Where `npm start` keeps its data, and whether it runs. */
function whereHere(): { dataDir: string; running: boolean } {
  const dataDir = reachableDataDir(config.dataDir);
  return { dataDir, running: runningDatabase() !== undefined };
}

/** The database of the platform that runs here by `npm start`, where none is named. */
function runningDatabase(): string | undefined {
  try {
    const file = path.join(reachableDataDir(config.dataDir), 'run.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { databaseUrl?: string }).databaseUrl;
  } catch {
    return undefined;
  }
}

const COMMANDS: Record<string, () => Promise<void>> = {
  migrate: runMigrate,
  'seed-reference': () =>
    withDatabase(config.databaseUrl, ({ db }) => db.transaction().execute(seedReference)),
  'seed-demo': runSeedDemo,
  'mend-demo': runMendDemo,
  wipe: runWipeDatabase,
  demo: () => runDemo(whereHere(), process.argv.slice(3)),
  'demo:wipe': () => runWipe(whereHere()),
  'first-admin': runFirstAdmin,
  door: () =>
    withDatabase(config.databaseUrl, async ({ db }) => {
      if (!config.secretKey) throw new Error('SECRET_KEY: missing');
      process.stdout.write(await runDoor(depsOf(db, config.secretKey), process.argv.slice(3)));
    }),
  'simulate-deadline': () =>
    withDatabase(config.databaseUrl ?? runningDatabase(), async ({ db }) => {
      process.stdout.write(await runSimulation(db, process.argv.slice(3)));
    }),
};

const command = COMMANDS[process.argv[2] ?? ''];
if (!command) {
  process.stderr.write(`commands: ${Object.keys(COMMANDS).join(', ')}\n`);
  process.exit(2);
}
command().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
