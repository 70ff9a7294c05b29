/** Commands on the database: `migrate`, `seed-reference`, `seed-demo`, `first-admin`, `simulate-deadline`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { firstAdmin } from '../src/identity/index.ts';
import { translate } from '../src/kernel/i18n/index.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createCrypto } from '../src/platform/crypto.ts';
import { connect } from '../src/platform/db.ts';
import { reachableDataDir } from '../src/platform/embedded-postgres.ts';
import type { Connection } from '../src/platform/db.ts';
import { tellParent } from '../src/platform/lifetime.ts';
import { createLog } from '../src/platform/log.ts';
import { diskStorage } from '../src/platform/storage.ts';
import { consumersOf } from '../src/subscriptions.ts';
import { migrate } from './migrate.ts';
import { seedDemo, seedReference } from './seed.ts';
import { runSimulation } from './simulate.ts';

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
    tellParent({
      type: 'accounts',
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
    const token = await firstAdmin(
      {
        db,
        crypto: createCrypto(config.secretKey),
        log: createLog('cli', 'silent'),
        consumersOf,
        publicUrl: config.publicUrl,
        storage: diskStorage(config.storageDir),
      },
      { login: values.login.toLowerCase(), name: values.name },
    );
    process.stdout.write(`${config.publicUrl}/console/activate#${token}\n`);
  });

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
  'first-admin': runFirstAdmin,
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
