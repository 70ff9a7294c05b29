/** The api process: config → deps → app → listen → drain. */
import { fileURLToPath } from 'node:url';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import type { Server as SocketServer } from 'socket.io';
import { demoAccounts, demoLogins } from '../db/seed.ts';
import { citizenErrorPage, citizenPages } from '../web/citizen/index.tsx';
import { createApp } from './app.ts';
import { COMMANDS_PATH, createSwitch, demoPages, platformAt } from './demo/index.ts';
import { classifierOf, createIntake } from './intake/index.ts';
import { readProvider } from './notification/index.ts';
import { ConfigError, loadConfig, namedSetting, requireServing } from './platform/config.ts';
import type { Config } from './platform/config.ts';
import { createCrypto } from './platform/crypto.ts';
import { connect, deploymentKind } from './platform/db.ts';
import {
  END_LIMIT_MS,
  isEnding,
  onShutdown,
  tellParent,
  untilParentEnds,
} from './platform/lifetime.ts';
import { createLog } from './platform/log.ts';
import type { Metrics } from './platform/metrics.ts';
import { CHAT_SPACE } from './platform/realtime-bus.ts';
import { diskStorage } from './platform/storage.ts';
import type { Deps } from './platform/unit-of-work.ts';
import { watchProcess } from './platform/watched.ts';
import { attachSockets } from './realtime/index.ts';
import { ACTING, consumersOf } from './subscriptions.ts';

/** The built console lies beside the bundle. */
const CONSOLE_DIR = fileURLToPath(new URL('./console', import.meta.url));
const WIDGET = fileURLToPath(new URL('./chat/widget.js', import.meta.url));

async function main(): Promise<void> {
  const config = requireServing(loadConfig());
  const { smsProviderFile } = config;
  const smsProvider = smsProviderFile && readProvider(smsProviderFile, namedSetting);
  const log = createLog('api', config.logLevel);
  const connection = connect(config.databaseUrl, {
    max: config.databasePoolMax,
    name: 'hotline-api',
  });
  const watched = watchProcess(config, { api: connection }, log);
  const deps: Deps = {
    db: connection.db,
    crypto: createCrypto(config.secretKey),
    log,
    consumersOf,
    publicUrl: config.publicUrl,
    storage: diskStorage(config.storageDir),
    metrics: watched.metrics,
  };
  const kind = await deploymentKind(deps.db);
  const demo = kind === 'demo';
  // A city of people has a telephone network of its own; one that is played has this.
  const own = ownAddress(config);
  const phones = createSwitch(deps, platformAt(deps, own));
  if (kind !== 'production') onShutdown('phones', phones.run());
  const intake = createIntake(deps);
  // A second in which nobody is heard: before the first who calls, not while they speak.
  await classifierOf(deps);
  const { trustProxy } = config;
  const app = createApp(deps, {
    intake,
    trustProxy,
    condition: watched.condition,
    ...(smsProvider && { smsProvider }),
    chatOrigins: config.chatOrigins,
    telephony: kind === 'production' ? telephonyOf(config) : playedTelephony(config, own),
    consoleDir: CONSOLE_DIR,
    citizen: citizenPages(deps, intake, { trustProxy, demo, widget: WIDGET }),
    errorPage: (c, error) => citizenErrorPage(c, error, { demo }),
    demo: demoPages(deps, {
      accounts: () => demoAccounts(deps.db),
      logins: demoLogins(),
      token: config.demoToken,
      acting: ACTING,
      phones,
    }),
  });
  const http = serve({ fetch: app.fetch, hostname: config.host, port: config.port }, () => {
    tellParent({ type: 'ready', url: config.publicUrl });
    log.info({ port: config.port }, 'api ready');
  }) as HttpServer;
  http.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  // Whoever is answered while this process ends comes to another next time.
  http.prependListener('request', (_, response) => {
    if (isEnding()) response.setHeader('Connection', 'close');
  });
  const sockets = attachSockets(http, deps, config);
  countSockets(watched.metrics, sockets.io);
  await watched.serve();
  onShutdown('proxies', () => sleep(config.drainSeconds * 1_000));
  onShutdown('sockets', () => sockets.close());
  onShutdown(
    'http',
    () => new Promise<void>((done) => (http.close(() => done()), http.closeIdleConnections())),
  );
  onShutdown('database', () => connection.close());
  onShutdown('watched', () => watched.stop());
  await untilParentEnds(END_LIMIT_MS + config.drainSeconds * 1_000);
}

/** People at screens, and citizens in chats, at this process. */
const countSockets = (metrics: Metrics, io: SocketServer): void =>
  metrics.ask({
    name: 'hotline_sockets',
    help: 'Sockets connected to this process.',
    label: 'space',
    look: () => [
      ['staff', io.of('/').sockets.size],
      ['chat', io.of(CHAT_SPACE).sockets.size],
    ],
  });

const telephonyOf = ({ ctiCommandUrl, recordingOrigins }: Config) => ({
  commandUrl: ctiCommandUrl,
  recordingOrigins,
});

/** Without a switch that was named, the one within takes the commands and keeps the recordings. */
const playedTelephony = ({ ctiCommandUrl, recordingOrigins }: Config, own: string) => ({
  commandUrl: ctiCommandUrl ?? own + COMMANDS_PATH,
  recordingOrigins: [...recordingOrigins, own],
});

/** Where this very process listens, for what knocks from within. */
function ownAddress({ host, port }: Config): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

main().catch((error: unknown) => {
  const text =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
