/** A PostgreSQL of one's own that may die: killed, shut down at once, started again where it was. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../../db/migrate.ts';
import { seedDemo } from '../../db/seed.ts';
import { connect } from '../../src/platform/db.ts';
import { processInfo, waitUntil } from '../../src/platform/lifetime.ts';
import { startEmbedded } from '../../src/platform/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import type { TestDatabase } from '../database.ts';
import { freePort, temporaryDir } from '../processes.ts';

/** SIGKILL: a power cut; SIGQUIT: an immediate shutdown; SIGINT: a fast one. */
export type Death = 'SIGKILL' | 'SIGQUIT' | 'SIGINT';

export interface Cluster {
  /** The seeded house, in a database of its own. */
  database(): Promise<TestDatabase>;
  die(how: Death): Promise<void>;
  again(): Promise<void>;
  stop(): Promise<void>;
}

const TEMPLATE = 'hotline_template';

const at = (url: string, name: string): string => {
  const u = new URL(url);
  u.pathname = `/${name}`;
  return u.toString();
};

/** It is durable: what it acknowledged it has after any death. */
export async function startCluster(): Promise<Cluster> {
  const options = {
    dataDir: path.join(temporaryDir('cluster'), 'pg'),
    port: await freePort(),
    settings: { max_connections: '200' },
  };
  let server: EmbeddedPostgres = await startEmbedded(options);
  const { ownerUrl, appUrl } = server;
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await admin(`create database ${TEMPLATE}`);
  await migrate(at(ownerUrl, TEMPLATE), { kind: 'test', appUrl: at(appUrl, TEMPLATE) });
  const connection = connect(at(ownerUrl, TEMPLATE), { max: 1 });
  await seedDemo(connection.db);
  await connection.close();
  return {
    async database() {
      const name = `t_${randomBytes(6).toString('hex')}`;
      await admin(`create database ${name} template ${TEMPLATE}`);
      return {
        name,
        ownerUrl: at(ownerUrl, name),
        appUrl: at(appUrl, name),
        drop: () => admin(`drop database if exists ${name} with (force)`),
      };
    },
    async die(how) {
      const { pid } = server;
      process.kill(pid, how);
      if (!(await waitUntil(() => !processInfo(pid), 20_000)))
        throw new Error('PostgreSQL lives on');
    },
    again: async () => void (server = await startEmbedded(options)),
    stop: () => server.stop(),
  };
}
