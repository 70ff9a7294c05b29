/**
 * architecture.md §3 and §5, enforced by reading the sources. Each rule is one entry: what it finds
 * wrong, a few breaches it must notice (a check that cannot fail is a defect) and a few things that
 * look alike but are right. Every exception is named where it is granted, with its reason.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { OWNERS } from '../db/owners.ts';
import { dictionaries } from '../src/kernel/i18n/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

// ── Reading sources ────────────────────────────────────────────────────────────────────────────

interface Import {
  /** Path in the repository for a relative one, else the name of the package. */
  to: string;
  relative: boolean;
  typeOnly: boolean;
  /** What stands between `import` and `from`. */
  clause: string;
}

interface Source {
  path: string;
  /** The text without comments and without what stands in templates; positions are kept. */
  code: string;
  /** Strings and templates, `$` for each expression in a template. */
  literals: { text: string; at: number }[];
  imports: Import[];
}

/** Whether a slash after this code begins a regular expression (else it divides or closes a tag). */
const regexMayStart = (before: string) =>
  /(?:^|[(,=:[!&|?{;+~^]|=>|\breturn|\btypeof|\bcase)$/.test(before.slice(-20).trimEnd());

/** Separates code from comments and literals; good enough for code that prettier has formatted. */
function scan(text: string): { code: string; literals: Source['literals'] } {
  const literals: Source['literals'] = [];
  const open: { braces: number; text: string; at: number }[] = [];
  let code = '';
  let i = 0;
  const blank = (end: number) => {
    code += text.slice(i, end).replace(/[^\n]/g, ' ');
    i = end;
  };
  const until = (found: number) => (found < 0 ? text.length : found);
  /** Reads template text from `i` to its end or to the next expression. */
  const template = (sofar: string, at: number) => {
    const m = /^(?:[^\\`$]|\\[\s\S]|\$(?!\{))*/.exec(text.slice(i))![0];
    blank(i + m.length);
    if (text[i] === '`') {
      literals.push({ text: sofar + m, at });
      blank(i + 1);
    } else if (i < text.length) {
      open.push({ braces: 0, text: `${sofar}${m}$`, at });
      blank(i + 2);
    }
  };
  while (i < text.length) {
    const c = text[i]!;
    const top = open.at(-1);
    if (text.startsWith('//', i)) blank(until(text.indexOf('\n', i)));
    else if (text.startsWith('/*', i)) blank(until(text.indexOf('*/', i) + 2 || -1));
    else if (c === '`') {
      const at = i;
      blank(i + 1);
      template('', at);
    } else if (c === "'" || c === '"') {
      // An apostrophe in the text of a page has no end: a string never leaves its line.
      const m = new RegExp(`^${c}((?:[^\\\\\\n${c}]|\\\\[\\s\\S])*)${c}?`).exec(text.slice(i))!;
      literals.push({ text: m[1]!, at: i });
      code += m[0];
      i += m[0].length;
    } else if (c === '/' && regexMayStart(code)) {
      const m = /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/.exec(text.slice(i));
      blank(i + (m?.[0].length ?? 1));
    } else if (c === '}' && top?.braces === 0) {
      open.pop();
      blank(i + 1);
      template(top.text, top.at);
    } else {
      if (top && c === '{') top.braces += 1;
      if (top && c === '}') top.braces -= 1;
      code += c;
      i += 1;
    }
  }
  return { code, literals };
}

const BRACES = String.raw`\{[^}]*\}`;
const STAR = String.raw`\*(?:\s+as\s+[\w$]+)?`;
const CLAUSE = `(?:${BRACES}|${STAR}|[\\w$]+)(?:\\s*,\\s*(?:${BRACES}|${STAR}))?`;
const STATIC = new RegExp(
  `\\b(?:import|export)\\s+(type\\s+)?(${CLAUSE})\\s*from\\s*['"]([^'"]+)['"]`,
  'g',
);
const BARE = /(?<!['".])\bimport\s*(?:\(\s*)?['"]([^'"]+)['"]/g;

function importsOf(file: string, code: string): Import[] {
  const make = (spec: string, typeOnly: boolean, clause: string): Import => {
    const relative = spec.startsWith('.');
    const joined = path.posix.join(path.posix.dirname(file), spec.replace(/\?.*$/, ''));
    return { to: relative ? joined : spec, relative, typeOnly, clause };
  };
  const named = [...code.matchAll(STATIC)].map(([, type, clause = '', spec = '']) => {
    const names = clause.startsWith('{') ? clause.slice(1, -1).split(',') : [clause];
    const types = names.filter((n) => n.trim() !== '').every((n) => /^\s*type\s/.test(n));
    return make(spec, Boolean(type) || types, clause);
  });
  return [...named, ...[...code.matchAll(BARE)].map((m) => make(m[1]!, false, ''))];
}

function source(file: string, text: string): Source {
  const { code, literals } = scan(text);
  return { path: file, code, literals, imports: importsOf(file, code) };
}

function listFiles(dir: string): string[] {
  return readdirSync(path.join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const file = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : listFiles(file);
    return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) ? [file] : [];
  });
}

/** Everything but the tests, which may look at whatever they test. */
const tree = ['src', 'workers', 'db', 'web']
  .flatMap(listFiles)
  .map((file) => source(file, readFileSync(path.join(ROOT, file), 'utf8')));

/** A snippet that stands for one file: its path, then its text. */
type Snippet = readonly [string, string];

/** One rule: holds in the tree, notices each breach, lets pass what only looks like one. */
function rule(
  name: string,
  check: (files: Source[]) => string[],
  samples: { bad: Snippet[]; good: Snippet[] },
): void {
  describe(name, () => {
    it('holds', () => expect([...new Set(check(tree))]).toEqual([]));
    it.each(samples.bad)('notices %s: %s', (file, text) => {
      expect(check([source(file, text)])).not.toEqual([]);
    });
    it.each(samples.good)('lets pass %s: %s', (file, text) => {
      expect(check([source(file, text)])).toEqual([]);
    });
  });
}

/** A rule about single imports: `wrong` answers why one is not allowed. */
const perImport =
  (wrong: (from: string, i: Import) => string | false | undefined) => (files: Source[]) =>
    files.flatMap((f) =>
      f.imports.flatMap((i) => {
        const why = wrong(f.path, i);
        return why ? [`${f.path} imports ${i.typeOnly ? 'type ' : ''}${i.to}: ${why}`] : [];
      }),
    );

// ── Modules ────────────────────────────────────────────────────────────────────────────────────

/** From the ground up; one may import what stands lower. */
const RANKS = [
  ['kernel'],
  ['platform'],
  ['identity', 'audit', 'door'],
  ['calendar'],
  ['deadline'],
  ['routing', 'understanding', 'catalogue', 'knowledge'],
  ['workorder'],
  ['intake', 'supervision', 'followup'],
  // Contacts that live for a while: they bring demands in, nobody of them knows the other.
  ['telephony', 'chat'],
  ['reporting', 'realtime', 'notification'],
  // What only a demo has looks at everything; nobody looks at it.
  ['demo'],
];
/** Neighbours of a rank do not know each other, but for these. */
const NEIGHBOURS = new Set([
  // Who is responsible is read from the catalogue; the catalogue never asks who was chosen.
  'routing → catalogue',
  // A text is understood by the names of classes and places.
  'understanding → catalogue',
]);
const rankOf = (module: string) => RANKS.findIndex((rank) => rank.includes(module));
/** The folder under src, or undefined for the files directly in src and those elsewhere. */
const moduleOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];
const isDomain = (module: string | undefined) =>
  module !== undefined && module !== 'kernel' && module !== 'platform';
/** `store.ts`, and `read.store.ts` where one file would be too long. */
const isStore = (file: string) => /\/(?:[\w-]+\.)?store\.ts$/.test(file);
/** `schema.ts`, or `view.schema.ts` where one file would be too long; only the first is a door. */
const isSchema = (file: string) => /\/(?:[\w-]+\.)?schema\.ts$/.test(file);
/** `routes.ts`, or `demo.routes.ts` where a module has a second set of them. */
const isRoutes = (file: string) => /\/(?:[\w-]+\.)?routes\.ts$/.test(file);
/** The `index.ts` of a module; in a folder below it, a channel's is a file like any other. */
const isModuleDoor = (file: string) => /^src\/[^/]+\/index\.ts$/.test(file);
const fileIn = (file: string) => file.slice(file.lastIndexOf('/') + 1);

describe('modules of src', () => {
  rule(
    'are those of architecture.md §4',
    (files) => {
      const strange = files.filter((f) => {
        const module = moduleOf(f.path);
        return module !== undefined && rankOf(module) < 0;
      });
      return strange.map((f) => f.path);
    },
    {
      bad: [['src/helpers/index.ts', '']],
      good: [
        ['src/workorder/index.ts', ''],
        ['src/server.ts', ''],
      ],
    },
  );

  rule(
    'import one way: reporting … → intake … → workorder → routing … → identity → platform → kernel',
    perImport((from, { to, relative, typeOnly }) => {
      const module = moduleOf(from);
      if (module === undefined || !relative) return false;
      const other = moduleOf(to);
      if (other === undefined) {
        // Kysely's view of the tables is types only; both sides of a query need it.
        const rows = to === 'db/schema.ts' && typeOnly;
        return !rows && 'a module imports modules, not what is put together from them';
      }
      if (other === module || NEIGHBOURS.has(`${module} → ${other}`)) return false;
      return rankOf(other) >= rankOf(module) && `${other} does not stand below ${module}`;
    }),
    {
      bad: [
        ['src/workorder/service.ts', "import { urge } from '../supervision/index.ts';"],
        ['src/workorder/service.ts', "import type { Urge } from '../supervision/index.ts';"],
        ['src/workorder/service.ts', "export * from '../intake/schema.ts';"],
        ['src/platform/db.ts', "import { can } from '../identity/index.ts';"],
        ['src/kernel/ids.ts', "import { loadConfig } from '../platform/config.ts';"],
        ['src/intake/service.ts', "import { redo } from '../followup/index.ts';"],
        ['src/catalogue/service.ts', "import { suggest } from '../routing/index.ts';"],
        ['src/identity/service.ts', "const m = await import('../workorder/index.ts');"],
        ['src/identity/service.ts', "import '../workorder/index.ts';"],
        ['src/intake/service.ts', "import { consumersOf } from '../subscriptions.ts';"],
        ['src/intake/store.ts', "import { MIGRATIONS } from '../../db/migrations/index.ts';"],
        ['src/followup/service.ts', "import {\n  a,\n  b,\n} from '../notification/index.ts';"],
      ],
      good: [
        ['src/workorder/service.ts', "import { can } from '../identity/index.ts';"],
        ['src/routing/service.ts', "import { rowsInForce } from '../catalogue/index.ts';"],
        ['src/intake/service.ts', "import type { OrderRow } from '../workorder/index.ts';"],
        ['src/identity/store.ts', "import type { Database } from '../../db/schema.ts';"],
        ['src/identity/store.ts', "// import { act } from '../workorder/index.ts';"],
        ['src/identity/store.ts', "/* import { act } from '../workorder/index.ts'; */"],
        ['src/server.ts', "import { intakeRoutes } from './intake/index.ts';"],
      ],
    },
  );

  rule(
    'are entered by their doors only: index.ts, schema.ts, limits.ts, lifecycle.ts, jobs.ts',
    perImport((from, { to, typeOnly }) => {
      const other = moduleOf(to);
      if (!isDomain(other) || other === moduleOf(from)) return false;
      const file = to.slice(`src/${other}/`.length);
      // lifecycle.ts is pure tables: schemas and the contract list its words, callers read its rows.
      // limits.ts is what the web knows of a schema without zod.
      if (['index.ts', 'schema.ts', 'limits.ts', 'lifecycle.ts', 'jobs.ts'].includes(file))
        return false;
      // Pure rules stand on pure rules; through index.ts they would load stores and routes.
      if (file === 'rules.ts' && ['rules.ts', 'schema.ts'].includes(fileIn(from))) return false;
      // What a socket says is a type of both its ends.
      if (to === 'src/realtime/nudge.ts' && typeOnly) return false;
      return `${file} is ${other}'s own`;
    }),
    {
      bad: [
        ['src/intake/service.ts', "import { insertAct } from '../workorder/store.ts';"],
        ['src/intake/service.ts', "import type { OrderRow } from '../workorder/store.ts';"],
        ['src/server.ts', "import { intakeRoutes } from './intake/routes.ts';"],
        ['src/deadline/service.ts', "import { addWorking } from '../calendar/rules.ts';"],
        ['workers/handlers/followup.ts', "import { open } from '../../src/followup/service.ts';"],
        ['src/contract.ts', "export { nudge } from './realtime/nudge.ts';"],
        ['src/contract.ts', "export type * from './workorder/view.schema.ts';"],
      ],
      good: [
        ['src/workorder/service.ts', "import * as store from './store.ts';"],
        ['src/followup/schema.ts', "import { CLOSING_TYPES } from '../workorder/lifecycle.ts';"],
        ['src/deadline/rules.ts', "import { addWorking } from '../calendar/rules.ts';"],
        ['src/contract.ts', "export type * from './realtime/nudge.ts';"],
        ['src/intake/service.ts', "import { newToken } from '../platform/crypto.ts';"],
      ],
    },
  );
});

// ── What a file name may import ────────────────────────────────────────────────────────────────

/** A rule for all files of a name in domain modules; packages and relative paths alike. */
const perFile = (
  name: (file: string) => boolean,
  allowed: (i: Import, own: (file: string) => boolean, module: string) => boolean,
  why: string,
) =>
  perImport((from, i) => {
    const module = moduleOf(from);
    if (module === undefined || !isDomain(module) || !name(from)) return false;
    const own = (file: string) => i.to.startsWith(`src/${module}/`) && fileIn(i.to) === file;
    return !allowed(i, own, module) && why;
  });
const inKernel = (i: Import) => i.to.startsWith('src/kernel/');
const inPlatform = (i: Import) => i.to.startsWith('src/platform/');
const named =
  (...names: string[]) =>
  (file: string) =>
    names.includes(fileIn(file));

describe('files of a module', () => {
  rule(
    'kernel/ is pure: it imports itself, and randomness',
    perImport((from, i) => {
      if (moduleOf(from) !== 'kernel' || inKernel(i)) return false;
      // A UUID needs random bits; nothing else of the outside comes in.
      return i.to !== 'node:crypto' && 'the kernel imports nothing';
    }),
    {
      bad: [
        ['src/kernel/clock.ts', "import { readFileSync } from 'node:fs';"],
        ['src/kernel/words.ts', "import { z } from 'zod';"],
        ['src/kernel/events.ts', "import type { OrderState } from '../workorder/lifecycle.ts';"],
      ],
      good: [['src/kernel/ids.ts', "import { randomBytes } from 'node:crypto';"]],
    },
  );

  rule(
    'rules.ts and lifecycle.ts are pure: kernel only',
    perFile(
      named('rules.ts', 'lifecycle.ts'),
      (i) => inKernel(i) || /^src\/[\w-]+\/(?:rules|lifecycle|limits)\.ts$/.test(i.to),
      'a rule is a function of data',
    ),
    {
      bad: [
        ['src/routing/rules.ts', "import { sql } from 'kysely';"],
        ['src/routing/rules.ts', "import { z } from 'zod';"],
        ['src/workorder/lifecycle.ts', "import { appNow } from '../platform/db.ts';"],
        ['src/workorder/rules.ts', "import type { OrderRow } from './store.ts';"],
        ['src/workorder/lifecycle.ts', "import { readFileSync } from 'node:fs';"],
      ],
      good: [
        ['src/workorder/lifecycle.ts', "import type { Party } from '../kernel/words.ts';"],
        ['src/workorder/rules.ts', "import { ORDER_ACTS } from './lifecycle.ts';"],
        ['src/workorder/service.ts', "import { appNow } from '../platform/db.ts';"],
      ],
    },
  );

  rule(
    'limits.ts comes to the web without zod: kernel, pure tables and rules only',
    perFile(
      named('limits.ts'),
      (i) => inKernel(i) || /^src\/[\w-]+\/(?:lifecycle|rules)\.ts$/.test(i.to),
      'its lists are bundled into every page',
    ),
    {
      bad: [
        ['src/workorder/limits.ts', "import { z } from 'zod';"],
        ['src/workorder/limits.ts', "import { TEXT_MAX } from './schema.ts';"],
      ],
      good: [
        ['src/followup/limits.ts', "import type { ClosingType } from '../workorder/lifecycle.ts';"],
      ],
    },
  );

  rule(
    'schema.ts imports kernel, zod, schemas and pure rules',
    perFile(
      isSchema,
      // The closed lists of the life cycle are words of schemas too; which module is lower, the
      // direction rule says.
      (i, own) =>
        inKernel(i) ||
        i.to === 'zod' ||
        // A second schema of the module continues the first.
        (i.to.startsWith('src/') && own(fileIn(i.to)) && isSchema(i.to)) ||
        /^src\/[\w-]+\/(?:schema|limits|lifecycle|rules)\.ts$/.test(i.to),
      'a schema is read by the web as well',
    ),
    {
      bad: [
        ['src/intake/schema.ts', "import { createIntake } from './service.ts';"],
        ['src/intake/schema.ts', "import type { OrderRow } from '../workorder/index.ts';"],
        ['src/intake/schema.ts', "import { createHash } from 'node:crypto';"],
        ['src/intake/schema.ts', "import { sha256 } from '../platform/crypto.ts';"],
        ['src/workorder/view.schema.ts', "import type { OrderRow } from './store.ts';"],
        ['src/intake/schema.ts', "import type { UnitRef } from '../workorder/view.schema.ts';"],
      ],
      good: [
        ['src/intake/schema.ts', "import { matterInput } from '../workorder/schema.ts';"],
        ['src/intake/schema.ts', "import { z } from 'zod';"],
        ['src/workorder/schema.ts', "export type * from './view.schema.ts';"],
      ],
    },
  );

  rule(
    'store.ts imports kysely, platform/db, schemas, its own pure files and kernel',
    perFile(
      isStore,
      (i, own) =>
        inKernel(i) ||
        i.to === 'kysely' ||
        i.to === 'src/platform/db.ts' ||
        i.to === 'db/schema.ts' ||
        own('rules.ts') ||
        own('lifecycle.ts') ||
        own('limits.ts') ||
        // A second store of the module continues the first.
        (i.to.startsWith('src/') && own(fileIn(i.to)) && isStore(i.to)) ||
        /^src\/[\w-]+\/schema\.ts$/.test(i.to),
      'a store is queries and nothing else',
    ),
    {
      bad: [
        ['src/workorder/store.ts', "import { can } from '../identity/index.ts';"],
        ['src/workorder/store.ts', "import { doAct } from './service.ts';"],
        ['src/workorder/read.store.ts', "import { doAct } from './service.ts';"],
        ['src/workorder/store.ts', "import { inTransaction } from '../platform/unit-of-work.ts';"],
        ['src/workorder/store.ts', "import pg from 'pg';"],
      ],
      good: [
        ['src/workorder/store.ts', "import { sql } from 'kysely';"],
        ['src/workorder/store.ts', "import type { DbTx } from '../platform/db.ts';"],
        ['src/workorder/read.store.ts', "import type { OrderRow } from './store.ts';"],
        ['src/workorder/store.ts', "import type { WorkOrderTable } from '../../db/schema.ts';"],
      ],
    },
  );

  rule(
    'index.ts imports its own module only',
    perFile(
      isModuleDoor,
      (i, _own, module) => i.to.startsWith(`src/${module}/`),
      'the door of a module shows that module',
    ),
    {
      bad: [
        ['src/intake/index.ts', "export { act } from '../workorder/index.ts';"],
        ['src/intake/index.ts', "import { newId } from '../kernel/ids.ts';"],
        ['src/intake/index.ts', "import { Hono } from 'hono';"],
      ],
      good: [['src/intake/index.ts', "export { createIntake } from './service.ts';"]],
    },
  );

  rule(
    'jobs.ts imports kernel and zod',
    perFile(
      named('jobs.ts'),
      (i) => inKernel(i) || i.to === 'zod',
      'a job is declared as data and handled elsewhere',
    ),
    {
      bad: [
        ['src/followup/jobs.ts', "import { open } from './service.ts';"],
        ['src/followup/jobs.ts', "import { Queue } from 'bullmq';"],
      ],
      good: [['src/followup/jobs.ts', "import { z } from 'zod';"]],
    },
  );

  rule(
    'routes.ts asks services, never a store or the database driver',
    perFile(
      isRoutes,
      (i, _own, module) =>
        inKernel(i) ||
        // A route is the outermost caller: it reads the clock and may open the transaction.
        inPlatform(i) ||
        i.to === 'zod' ||
        /^(?:hono|@hono)(?:\/|$)/.test(i.to) ||
        (i.to.startsWith(`src/${module}/`) && !isStore(i.to)) ||
        /^src\/[\w-]+\/(?:index|schema|lifecycle)\.ts$/.test(i.to),
      'a route is limit → authenticate → validate → authorize → act → present',
    ),
    {
      bad: [
        ['src/workorder/routes.ts', "import * as store from './store.ts';"],
        ['src/workorder/routes.ts', "import { listOrders } from './read.store.ts';"],
        ['src/workorder/routes.ts', "import { sql } from 'kysely';"],
        ['src/workorder/open.routes.ts', "import * as store from './store.ts';"],
        ['src/workorder/routes.ts', "import { readFile } from 'node:fs/promises';"],
      ],
      good: [
        ['src/workorder/routes.ts', "import { doAct } from './service.ts';"],
        ['src/workorder/routes.ts', "import { setCookie } from 'hono/cookie';"],
        ['src/workorder/routes.ts', "import { staff } from '../platform/http/auth.ts';"],
      ],
    },
  );

  /** Files with a rule of their own above; what is left are use cases: service.ts, read.ts, … */
  const hasOwnRule = (file: string) =>
    isStore(file) ||
    isRoutes(file) ||
    // The sockets are the routes of real time: they take connections and check who may join.
    file === 'src/realtime/sockets.ts' ||
    isSchema(file) ||
    isModuleDoor(file) ||
    named('rules.ts', 'lifecycle.ts', 'jobs.ts')(file);
  rule(
    'use cases (service.ts and its like) know no HTTP, no SQL and no queue',
    perFile(
      (file) => !hasOwnRule(file),
      (i) =>
        !/^(?:hono|@hono|kysely|pg|bullmq|ioredis|socket\.io)(?:\/|$)/.test(i.to) &&
        !i.to.startsWith('src/platform/http/') &&
        i.to !== 'src/platform/queues.ts',
      'it must work in the transaction of whoever calls',
    ),
    {
      bad: [
        ['src/workorder/service.ts', "import { Hono } from 'hono';"],
        ['src/workorder/effects.ts', "import { sql } from 'kysely';"],
        ['src/workorder/read.ts', "import { staff } from '../platform/http/auth.ts';"],
        ['src/followup/service.ts', "import { enqueue } from '../platform/queues.ts';"],
        ['src/realtime/rooms.ts', "import { Server } from 'socket.io';"],
      ],
      good: [
        [
          'src/workorder/service.ts',
          "import { inTransaction } from '../platform/unit-of-work.ts';",
        ],
        ['src/identity/service.ts', "import { hash } from '@node-rs/argon2';"],
        ['src/workorder/routes.ts', "import { Hono } from 'hono';"],
        ['src/realtime/sockets.ts', "import { Server } from 'socket.io';"],
      ],
    },
  );

  rule(
    'platform/ knows no module, only kernel',
    perImport((from, i) => {
      if (moduleOf(from) !== 'platform' || !i.relative) return false;
      if (inKernel(i) || inPlatform(i)) return false;
      return !(i.to === 'db/schema.ts' && i.typeOnly) && 'the platform serves every module';
    }),
    {
      bad: [
        ['src/platform/unit-of-work.ts', "import { consumersOf } from '../subscriptions.ts';"],
        ['src/platform/http/auth.ts', "import type { Me } from '../../identity/schema.ts';"],
      ],
      good: [['src/platform/db.ts', "import type { Database } from '../../db/schema.ts';"]],
    },
  );
});

// ── Web, workers, database ─────────────────────────────────────────────────────────────────────

describe('outside src', () => {
  rule(
    'web/console takes values from src/contract.ts only; types from schemas, api.ts and nudge.ts',
    perImport((from, i) => {
      if (!from.startsWith('web/console/') || !i.relative) return false;
      if (i.to.startsWith('web/console/') || i.to === 'src/contract.ts') return false;
      const types = /^src\/(?:[\w-]+\/schema|api|realtime\/nudge)\.ts$/.test(i.to);
      return !(types && i.typeOnly) && 'the browser gets the contract, not the server';
    }),
    {
      bad: [
        ['web/console/App.tsx', "import { ORDER_ACTS } from '../../src/workorder/lifecycle.ts';"],
        ['web/console/App.tsx', "import { urgeInput } from '../../src/supervision/schema.ts';"],
        ['web/console/App.tsx', "import type { OrderRow } from '../../src/workorder/store.ts';"],
        ['web/console/App.tsx', "import type { Role } from '../../src/kernel/words.ts';"],
        ['web/console/App.tsx', "import { Page } from '../citizen/page.tsx';"],
      ],
      good: [
        [
          'web/console/App.tsx',
          "import { ORDER_ACTS, type TextKey } from '../../src/contract.ts';",
        ],
        ['web/console/App.tsx', "import type { Me } from '../../src/identity/schema.ts';"],
        ['web/console/App.tsx', "import { type Me } from '../../src/identity/schema.ts';"],
        ['web/console/App.tsx', "import { Button } from 'antd';"],
        ['web/console/App.tsx', "import './look/base.css';"],
      ],
    },
  );

  rule(
    'web/chat goes to any page: it carries its own words and nothing else',
    perImport((from, i) => {
      if (!from.startsWith('web/chat/') || i.to.startsWith('web/chat/')) return false;
      return i.to !== 'src/kernel/i18n/chat-widget.ts' && 'the widget is a few kilobytes';
    }),
    {
      bad: [
        ['web/chat/widget.ts', "import { translate } from '../../src/kernel/i18n/index.ts';"],
        ['web/chat/chat.ts', "import { io } from 'socket.io-client';"],
      ],
      good: [
        ['web/chat/widget.ts', "import { openChat } from './chat.ts';"],
        [
          'web/chat/widget.ts',
          "import { WIDGET_WORDS } from '../../src/kernel/i18n/chat-widget.ts';",
        ],
      ],
    },
  );

  rule(
    'web/citizen imports doors of modules, texts and the HTTP platform',
    perImport((from, i) => {
      if (!from.startsWith('web/citizen/')) return false;
      if (!i.relative) {
        // Server-rendered without a client: any other package would be a client or a short cut.
        return !/^(?:hono|@hono\/[\w-]+|zod)(?:\/|$)/.test(i.to) && !i.to.startsWith('node:')
          ? 'pages are hono/jsx'
          : false;
      }
      if (i.to.startsWith('web/citizen/') || i.to.startsWith('src/kernel/i18n/')) return false;
      if (/^src\/[\w-]+\/(?:index|schema)\.ts$/.test(i.to)) return false;
      // Its handlers are routes: outermost callers that validate, count and open transactions.
      if (i.to.startsWith('src/platform/http/')) return false;
      if (/^src\/platform\/(?:unit-of-work|throttle|limit)\.ts$/.test(i.to)) return false;
      // Kernel is pure and below everything: its errors, actors and words have no other door.
      if (inKernel(i)) return false;
      const words = i.to === 'src/workorder/lifecycle.ts' || inPlatform(i);
      return !(words && i.typeOnly) && 'not a door';
    }),
    {
      bad: [
        ['web/citizen/pages.tsx', "import { findOrder } from '../../src/workorder/store.ts';"],
        ['web/citizen/pages.tsx', "import { createIntake } from '../../src/intake/service.ts';"],
        ['web/citizen/pages.tsx', "import { appNow } from '../../src/platform/db.ts';"],
        ['web/citizen/pages.tsx', "import { ORDER_ACTS } from '../../src/contract.ts';"],
        ['web/citizen/pages.tsx', "import { useState } from 'react';"],
        ['web/citizen/pages.tsx', "import { call } from '../console/data/client.ts';"],
      ],
      good: [
        ['web/citizen/pages.tsx', "import { citizenOrder } from '../../src/workorder/index.ts';"],
        ['web/citizen/pages.tsx', "import { translate } from '../../src/kernel/i18n/index.ts';"],
        [
          'web/citizen/pages.tsx',
          "import type { Deps } from '../../src/platform/unit-of-work.ts';",
        ],
        ['web/citizen/pages.tsx', "import { html } from 'hono/html';"],
      ],
    },
  );

  rule(
    'only src/server.ts or src/app.ts mounts web/citizen',
    perImport((from, i) => {
      if (!i.to.startsWith('web/citizen/') || from.startsWith('web/citizen/')) return false;
      return from !== 'src/server.ts' && from !== 'src/app.ts' && 'it is mounted in one place';
    }),
    {
      bad: [
        ['src/api.ts', "import { citizenPages } from '../web/citizen/index.ts';"],
        ['workers/main.ts', "import { citizenPages } from '../web/citizen/index.ts';"],
      ],
      good: [
        ['src/server.ts', "import { citizenPages } from '../web/citizen/index.ts';"],
        ['src/app.ts', "import { citizenPages } from '../web/citizen/index.ts';"],
      ],
    },
  );

  rule(
    'workers/ import doors and jobs of modules, platform, kernel and the reaction graph',
    perImport((from, i) => {
      if (!from.startsWith('workers/') || !i.relative || i.to.startsWith('workers/')) return false;
      if (inKernel(i) || inPlatform(i) || i.to === 'src/subscriptions.ts') return false;
      if (/^src\/[\w-]+\/(?:index|jobs)\.ts$/.test(i.to)) return false;
      return !(/^src\/[\w-]+\/schema\.ts$/.test(i.to) && i.typeOnly) && 'not a door';
    }),
    {
      bad: [
        ['workers/relay.ts', "import { takeOutbox } from '../src/workorder/store.ts';"],
        ['workers/relay.ts', "import { app } from '../src/server.ts';"],
        [
          'workers/handlers/followup.ts',
          "import { closeInput } from '../../src/followup/schema.ts';",
        ],
        ['workers/handlers/followup.ts', "import { OWNERS } from '../../db/owners.ts';"],
      ],
      good: [
        ['workers/handlers/followup.ts', "import { open } from '../../src/followup/index.ts';"],
        ['workers/relay.ts', "import { CONSUMERS } from '../src/subscriptions.ts';"],
        ['workers/main.ts', "import { handlers } from './handlers/index.ts';"],
      ],
    },
  );

  rule(
    'migrations import nothing: they are frozen in time',
    perImport((from, i) => {
      if (!from.startsWith('db/migrations/')) return false;
      // The list of them imports them, and nothing else.
      const listed = from === 'db/migrations/index.ts' && i.to.startsWith('db/migrations/');
      return !listed && 'a migration must mean tomorrow what it means today';
    }),
    {
      bad: [
        ['db/migrations/0001_house.ts', "import { ORDER_STATES } from '../../src/contract.ts';"],
        ['db/migrations/0002_more.ts', "import { sql } from 'kysely';"],
        ['db/migrations/0002_more.ts', "import { sql } from './0001_house.ts';"],
        ['db/migrations/index.ts', "import { OWNERS } from '../owners.ts';"],
      ],
      good: [['db/migrations/index.ts', "import * as m0001 from './0001_house.ts';"]],
    },
  );

  rule(
    'db/schema.ts and db/owners.ts know types only',
    perImport((from, i) => {
      if (from !== 'db/schema.ts' && from !== 'db/owners.ts') return false;
      return !(i.to === 'kysely' && i.typeOnly) && 'every store imports it';
    }),
    {
      bad: [
        ['db/schema.ts', "import { sql } from 'kysely';"],
        ['db/owners.ts', "import { MODULES } from '../src/contract.ts';"],
      ],
      good: [['db/schema.ts', "import type { Generated } from 'kysely';"]],
    },
  );
});

// ── Tables ─────────────────────────────────────────────────────────────────────────────────────

const TABLES: Record<string, string> = OWNERS;
const BUILDER =
  /\.(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto|replaceInto|(?:inner|left|right|full|cross)Join(?:Lateral)?|using|from)\(\s*(\[[^\]]*\]|['"][^'"]*['"])/g;
const SQL = /\b(?:select|insert|update|delete|truncate|with|merge|lock)\b/i;
/** Words after a table that are no alias of it. */
const NO_ALIAS = String.raw`(?:on|using|where|set|inner|left|right|full|cross|natural|join)\b`;
const ITEM = String.raw`(?:only\s+)?"?\w+"?(?:\s+(?:as\s+)?(?!${NO_ALIAS})\w+)?`;
const NAMING = new RegExp(
  `\\b(?:from|join|into|update|table|using|truncate)\\s+(${ITEM}(?:\\s*,\\s*${ITEM})*)`,
  'gi',
);

/** Tables that a file names, in the query builder or in SQL. */
function tablesIn(f: Source): string[] {
  const built = [...f.code.matchAll(BUILDER)].flatMap((m) =>
    [...m[1]!.matchAll(/['"]\s*(\w+)/g)].map((name) => name[1]!),
  );
  const written = f.literals
    .filter((l) => SQL.test(l.text))
    .flatMap((l) => [...l.text.matchAll(NAMING)])
    .flatMap((m) => m[1]!.split(','))
    .map(
      (item) =>
        item
          .trim()
          .replace(/^only\s+/i, '')
          .replace(/^"/, '')
          .match(/^\w+/)?.[0] ?? '',
    );
  return [...new Set([...built, ...written])].filter((name) => name in TABLES).sort();
}

describe('tables', () => {
  it('every owner is a module', () => {
    const strange = Object.entries(TABLES).filter(([, owner]) => rankOf(owner) < 0);
    expect(strange).toEqual([]);
  });

  it('every table that is made has an owner, and every owned table is made', () => {
    const made = tree
      .filter((f) => f.path.startsWith('db/migrations/'))
      .flatMap((f) => f.literals.flatMap((l) => [...l.text.matchAll(/\bcreate table (\w+)/g)]))
      .map((m) => m[1]!);
    expect(made.length).toBeGreaterThan(0);
    expect([...new Set(made)].sort()).toEqual(Object.keys(TABLES).sort());
  });

  rule(
    "are named only by their owner's store",
    (files) =>
      files.flatMap((f) => {
        // db/ makes, seeds and describes all of them.
        if (f.path.startsWith('db/')) return [];
        const module = moduleOf(f.path);
        const mayName = (owner: string) =>
          owner === module && (module === 'platform' || isStore(f.path));
        return tablesIn(f)
          .filter((table) => !mayName(TABLES[table]!))
          .map((table) => `${f.path} names ${table} of ${TABLES[table]}`);
      }),
    {
      bad: [
        ['src/workorder/service.ts', "db.selectFrom('work_order').selectAll()"],
        ['src/intake/store.ts', "db.insertInto('work_order').values(row)"],
        ['src/intake/store.ts', "db.selectFrom('contact').innerJoin('work_order as o', 'o.id')"],
        ['src/intake/store.ts', "db.selectFrom(['contact', 'assignment as a'])"],
        ['src/intake/store.ts', "db.updateTable(\n  'act'\n).set(x)"],
        ['src/intake/store.ts', 'sql`select * from work_order where id = ${id}`'],
        ['src/intake/store.ts', 'sql`select 1 from contact c join assignment a on a.id = ${x}`'],
        ['src/intake/store.ts', 'sql`select 1 from contact c, act where c.id = act.id`'],
        ['src/intake/store.ts', 'sql`select 1 from contact join assignment on true`'],
        ['src/intake/store.ts', 'sql`select 1 from contact left join act on true`'],
        ['src/intake/store.ts', 'sql`select 1 from contact\n  cross join only act`'],
        ['src/intake/store.ts', 'sql`delete from ${x} using assignment`'],
        ['workers/relay.ts', "db.deleteFrom('outbox').where('id', '=', id)"],
        ['src/main.ts', "client.query('update app_clock set offset_ms = 0')"],
        ['src/identity/store.ts', 'sql`insert into outbox (id) values (1)`'],
        ['web/citizen/pages.tsx', 'sql`select * from "evaluation"`'],
        ['src/workorder/index.ts', 'sql`lock table act`'],
      ],
      good: [
        ['src/workorder/store.ts', "db.selectFrom('work_order').innerJoin('act', 'a', 'b')"],
        ['src/workorder/read.store.ts', 'sql`select * from work_order o, act`'],
        ['src/platform/unit-of-work.ts', "db.insertInto('outbox').values(rows)"],
        ['db/migrate.ts', "client.query('select kind from deployment')"],
        ['src/intake/service.ts', "// db.selectFrom('work_order')"],
        ['src/intake/service.ts', "import { act } from '../workorder/index.ts';"],
        ['src/intake/service.ts', "fail('busy', {}, 'the answer from area 3 came late');"],
        ['src/intake/store.ts', 'sql`with recursive up as (select 1 from up) select * from up`'],
      ],
    },
  );

  /** Where a pattern occurs: the file and the function around it. */
  const around = (f: Source, at: number) => {
    const before = f.code.slice(0, at);
    const heads = [...before.matchAll(/^(?:export )?(?:async )?(?:function\*? |const )(\w+)/gm)];
    return `${f.path} ${heads.at(-1)?.[1] ?? '(top)'}`;
  };
  const occurrences = (files: Source[], code: RegExp, written: RegExp) =>
    files.flatMap((f) => [
      ...[...f.code.matchAll(code)].map((m) => around(f, m.index)),
      ...f.literals.filter((l) => written.test(l.text)).map((l) => around(f, l.at)),
    ]);
  const inserts = (files: Source[]) =>
    occurrences(files, /\.insertInto\(\s*['"]work_order['"]/g, /\binsert\s+into\s+work_order\b/i);
  const stateChanges = (files: Source[]) =>
    occurrences(
      files,
      // The set clause of one statement: it ends where the statement is executed.
      /\.updateTable\(\s*['"]work_order(?: as \w+)?['"]\s*\)(?:(?!\.execute)[\s\S])*?\.set\((?:(?!\.where\(|\.execute)[\s\S])*?(?<![\w.])['"]?state['"]?\s*[:,})]/g,
      /\bupdate\s+work_order\b(?:(?!\bwhere\b|\bfrom\b|\breturning\b)[\s\S])*?[\s,]state\s*=/i,
    );

  it('one function inserts orders, one function changes their state', () => {
    expect(inserts(tree)).toEqual(['src/workorder/store.ts insertOrders']);
    expect(stateChanges(tree)).toEqual(['src/workorder/store.ts updateState']);
  });

  it('a second one of either is noticed', () => {
    const one = (text: string) => [
      source('src/workorder/store.ts', `function sneak() {\n${text}\n}`),
    ];
    const found = ['src/workorder/store.ts sneak'];
    expect(inserts(one("db.insertInto('work_order').values(x)"))).toEqual(found);
    expect(inserts(one('sql`insert into work_order (id) values (1)`'))).toEqual(found);
    expect(inserts(one("db.insertInto('order_text').values(x)"))).toEqual([]);
    const update = "db.updateTable('work_order')";
    for (const set of [
      "set({ state: 'closed' })",
      'set({ version, state })',
      "set('state', 'closed')",
      "set((eb) => ({ urges: eb('urges', '+', 1), state: to }))",
    ]) {
      expect(stateChanges(one(`${update}.${set}.where('id', '=', id).execute()`)), set).toEqual(
        found,
      );
    }
    const late = `${update}.where('id', '=', id).set({ state: 'closed' }).execute()`;
    expect(stateChanges(one(late))).toEqual(found);
    expect(stateChanges(one("sql`update work_order set version = 2, state = 'closed'`"))).toEqual(
      found,
    );
    for (const harmless of [
      `${update}.set({ urges: 1 }).where('state', 'in', from).execute()`,
      `${update}.set({ state_since: at }).execute()`,
      `${update}.set({ urges: 1 }).execute(); db.updateTable('assignment').set({ state: to })`,
      "sql`update work_order set urges = 1 where state = 'closed'`",
      "db.updateTable('assignment').set({ state: to }).execute()",
    ]) {
      expect(stateChanges(one(harmless)), harmless).toEqual([]);
    }
  });
});

// ── Time, settings, queues ─────────────────────────────────────────────────────────────────────

/** A rule about what stands in files: each pattern with what to use instead. */
const perText =
  (applies: (file: string) => boolean, inCode: RegExp[], inLiterals: RegExp[] = []) =>
  (files: Source[]) =>
    files
      .filter((f) => applies(f.path))
      .flatMap((f) => [
        ...inCode.flatMap((p) => [...f.code.matchAll(p)].map((m) => `${f.path}: ${m[0].trim()}`)),
        ...inLiterals.flatMap((p) =>
          f.literals.flatMap((l) =>
            [...l.text.matchAll(p)].map((m) => `${f.path}: ${m[0].trim()}`),
          ),
        ),
      ]);

describe('outside world', () => {
  // identity is not here: sessions and throttles use real time (decisions.md, Clock); nor is the
  // pacing of tries at a gateway outside, which knows nothing of a moved clock.
  const ON_ONE_CLOCK =
    /^src\/(?:workorder|intake|followup|supervision|routing|catalogue|notification|telephony)\/(?!delivery\.store\.ts$)/;
  rule(
    'domain code reads one clock: tx.at and app_now()',
    perText(
      (file) => ON_ONE_CLOCK.test(file),
      [
        /\bDate\.now\b/g,
        /\bnew\s+Date\s*\(\s*\)/g,
        /\bnew\s+Date\b(?!\s*\()/g,
        /(?<![\w.$])now\(\)/g,
      ],
      [
        /(?<![\w.])now\s*\(\s*\)/gi,
        /\b(?:clock|statement|transaction)_timestamp\b/gi,
        /\b(?:current_timestamp|current_date|current_time|localtimestamp|timeofday)\b/gi,
      ],
    ),
    {
      bad: [
        ['src/workorder/service.ts', 'const at = new Date();'],
        ['src/workorder/service.ts', 'const at = new Date( );'],
        ['src/workorder/service.ts', 'const at = Date.now();'],
        ['src/workorder/service.ts', 'const clock = Date.now;'],
        ['src/followup/store.ts', 'sql`select * from callback_task where due < now()`'],
        ['src/followup/store.ts', 'sql`select clock_timestamp()`'],
        ['src/followup/store.ts', "sql.raw('select CURRENT_TIMESTAMP')"],
        ['src/notification/store.ts', 'sql`update delivery set sent_at = NOW ()`'],
      ],
      good: [
        ['src/workorder/service.ts', 'const at = new Date(row.at);'],
        ['src/workorder/service.ts', '// never Date.now() or new Date()'],
        ['src/followup/store.ts', 'sql`select * from callback_task where due < app_now()`'],
        ['src/identity/store.ts', 'sql`select clock_timestamp()`'],
        ['src/notification/delivery.store.ts', 'sql`select clock_timestamp()`'],
        ['src/workorder/service.ts', 'const at = await appNow(db);'],
      ],
    },
  );

  const READS_ENVIRONMENT = [
    'src/platform/config.ts',
    // What npm start and the builds run, before or instead of a configured process.
    'src/start.mjs',
    'src/build.mjs',
    'web/console/vite.config.ts',
    // The supervisor hands its environment to config.ts and, changed, to its children.
    'src/main.ts',
  ];
  /** A line that passes the environment on to a child process reads no setting. */
  const HANDS_ON = /^src\/platform\/(?:lifetime|embedded-postgres-install)\.ts$/;
  rule(
    'src/platform/config.ts is the only reader of process.env',
    (files) =>
      files
        .filter((f) => !READS_ENVIRONMENT.includes(f.path))
        .flatMap((f) =>
          f.code
            .split('\n')
            .filter((line) =>
              /\bprocess\s*\.\s*env\b|\bprocess\[|\benv\b.*from 'node:process'/.test(line),
            )
            .filter((line) => !(HANDS_ON.test(f.path) && /\benv: /.test(line)))
            .map((line) => `${f.path}: ${line.trim()}`),
        ),
    {
      bad: [
        ['src/server.ts', 'const port = process.env.PORT;'],
        ['workers/main.ts', 'const { REDIS_URL } = process.env;'],
        ['db/migrate.ts', "const url = process['env'].DATABASE_URL;"],
        ['src/platform/lifetime.ts', 'if (process.env.DEBUG) log();'],
        ['src/platform/log.ts', "import { env } from 'node:process';"],
      ],
      good: [
        ['src/platform/config.ts', 'loadConfig(process.env)'],
        ['src/platform/lifetime.ts', "exec('ps', args, { env: { ...process.env, LC_ALL: 'C' } });"],
        ['src/server.ts', '// not process.env.PORT'],
      ],
    },
  );

  const mayQueue = (file: string) =>
    file === 'src/platform/queues.ts' ||
    file === 'src/platform/realtime-bus.ts' ||
    // Grants change rarely, whoever changes them; open sockets must hear of it at once.
    file === 'db/migrations/0002_clocks.ts' ||
    file.startsWith('workers/');
  rule(
    'no NOTIFY and no BullMQ but in platform/queues.ts, platform/realtime-bus.ts and workers/',
    (files) => [
      ...perImport((from, i) => {
        if (mayQueue(from) || !/^bullmq(?:\/|$)/.test(i.to)) return false;
        // The owner of the database makes BullMQ's tables; it adds no job.
        const tables = from === 'db/migrate.ts' && i.clause === '{ runMigrations }';
        return !tables && !i.typeOnly && 'a queue is filled from the outbox, by the relay';
      })(files),
      ...perText(
        (file) => !mayQueue(file),
        [],
        [/\bpg_notify\b/gi, /^\s*notify\s+["\w$]+/gi],
      )(files),
    ],
    {
      bad: [
        ['src/workorder/service.ts', "import { Queue } from 'bullmq';"],
        ['db/migrate.ts', "import { Queue, runMigrations } from 'bullmq';"],
        ['src/platform/unit-of-work.ts', "sql`select pg_notify('nudge', ${text})`"],
        ['src/platform/unit-of-work.ts', 'sql`notify nudge`'],
        ['src/main.ts', "const { Worker } = await import('bullmq');"],
      ],
      good: [
        ['workers/relay.ts', "import { Queue } from 'bullmq';"],
        ['src/platform/queues.ts', "import { Queue, Worker } from 'bullmq';"],
        ['src/platform/realtime-bus.ts', "sql`select pg_notify('nudge', ${text})`"],
        ['db/migrate.ts', "import { runMigrations } from 'bullmq';"],
        ['src/notification/service.ts', "const consumer = 'notification.send';"],
      ],
    },
  );
});

// ── The repository ─────────────────────────────────────────────────────────────────────────────

describe('the top level', () => {
  /** Fixed by the owner of the project; dotfiles besides. */
  const NAMES = (
    'package.json tsconfig.json src workers db web test Dockerfile README.md package-lock.json ' +
    'compose.yaml LICENSE'
  ).split(' ');
  const strange = (paths: string[]) =>
    [...new Set(paths.map((p) => p.split('/')[0]!))].filter(
      (name) => !NAMES.includes(name) && !name.startsWith('.'),
    );

  it('holds only the allowed names, as far as git keeps them', () => {
    const files = execFileSync('git', ['ls-files', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const paths = files.split('\0').filter(Boolean);
    expect(paths.length).toBeGreaterThan(0);
    expect(strange(paths)).toEqual([]);
  });

  it('a new name is noticed', () => {
    expect(strange(['docs/a.md', 'src/main.ts', 'vite.config.ts', '.gitignore', '.ci/x'])).toEqual([
      'docs',
      'vite.config.ts',
    ]);
    expect(strange(['node_modules/zod/index.js'])).toEqual(['node_modules']);
  });
});

// ── Texts of the pages ─────────────────────────────────────────────────────────────────────────

describe('texts', () => {
  const texts: Record<string, string> = dictionaries['zh-CN'];
  const SAYS =
    /(?<![\w$])(?:say|t|tr|translate)\(\s*(?:[\w.]+(?:\([^()]*\))?\s*,\s*)?(?=['"])['"]([^'"]+)['"]/g;
  rule(
    'every key that a page says is in the catalogue',
    (files) =>
      files
        .filter((f) => f.path.startsWith('web/'))
        .flatMap((f) =>
          [...f.code.matchAll(SAYS)]
            .map((m) => m[1]!)
            .filter((key) => /^[a-z]\w*\.[\w.]+$/i.test(key) && !(key in texts))
            .map((key) => `${f.path}: ${key}`),
        ),
    {
      bad: [
        ['web/console/App.tsx', "say('no.such_key')"],
        ['web/console/App.tsx', "<p>{say('no.such_key', { n: 1 })}</p>"],
        ['web/citizen/pages.tsx', "translate(language, 'no.such_key')"],
      ],
      good: [
        ['web/console/App.tsx', "say('state.registered')"],
        ['web/console/App.tsx', "// say('no.such_key')"],
        ['web/console/App.tsx', "split('no.such_key')"],
      ],
    },
  );

  /** Where Chinese may stand in the code of a page. */
  const CHINESE_MAY_STAND = new Set([
    // Dates are put together by the grammar of a language, not by filling places.
    'web/console/lib/time.ts',
  ]);
  /** The mark of the city, and the language named in itself. */
  const SIGNS = /云汀|汀|中文/g;
  rule(
    'no page has Chinese words of its own: they stand in the catalogue, in both languages',
    (files) =>
      files
        .filter((f) => f.path.startsWith('web/') && !CHINESE_MAY_STAND.has(f.path))
        .flatMap((f) => {
          const shown = [...f.code.split('\n'), ...f.literals.map((l) => l.text)];
          return shown
            .filter((text) => /[\u3400-\u9fff]/u.test(text.replace(SIGNS, '')))
            .map((text) => `${f.path}: ${text.trim().slice(0, 80)}`);
        }),
    {
      bad: [
        ['web/console/App.tsx', "const title = '待派单';"],
        ['web/console/App.tsx', '<h1>待派单</h1>'],
        ['web/citizen/pages.tsx', 'html`<h1>我要反映</h1>`'],
      ],
      good: [
        ['web/console/App.tsx', '/** 待派单: to be dispatched. */'],
        ['web/console/App.tsx', '<b>{/* 待派单 */}</b>'],
        ['web/console/App.tsx', '<span>汀</span>'],
        ['src/kernel/i18n/core.ts', "export const coreZh = { 'a.b': '待派单' };"],
      ],
    },
  );
});

// ── The reader itself ──────────────────────────────────────────────────────────────────────────

describe('reading sources', () => {
  const codeOf = (text: string) => scan(text).code.trim();

  it('leaves out comments and the text of templates, and keeps every position', () => {
    expect(codeOf("a; // b 'c\nd; /* e */ f;")).toMatch(/^a;\s+d;\s+f;$/);
    expect(codeOf("const u = 'http://x'; g;")).toBe("const u = 'http://x'; g;");
    expect(scan('x`from ${y(`in ${z}`)} end`').literals.map((l) => l.text)).toEqual([
      'in $',
      'from $ end',
    ]);
    expect(codeOf('sql`a ${fn({ b: 1 })} c`; d;')).toMatch(/fn\(\{ b: 1 \}\)\s+; d;/);
    for (const f of tree) {
      const text = readFileSync(path.join(ROOT, f.path), 'utf8');
      // Files are being written while this runs; a length that differs twice is a fault of ours.
      const again = source(f.path, text);
      expect(again.code.length, f.path).toBe(text.length);
      expect(again.code.split('\n').length, f.path).toBe(text.split('\n').length);
    }
  });

  it('is not led astray by regular expressions and by apostrophes in pages', () => {
    expect(codeOf("s.replace(/['`/]/g, ''); t;")).toMatch(/; t;$/);
    expect(codeOf("const half = a / b; const q = 'x' / 2; // c")).toContain("'x' / 2;");
    expect(codeOf("<p>don't</p>\nimport x from 'y';")).toContain("import x from 'y';");
    expect(codeOf('<br /> / <b>{a}</b> // c')).toContain('</b>');
  });

  it('finds every form of import', () => {
    const text = [
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      "import { type C, type D } from './c.ts';",
      "import { type E, f } from './e.ts';",
      "import * as g from './g.ts';",
      "import './h.css';",
      "export * from './i.ts';",
      "export type * from './j.ts';",
      "export { k } from '../k/index.ts';",
      "const l = await import('l');",
      "import m, { n } from 'm';",
      'export const o = 1; export function from() {}',
    ].join('\n');
    expect(
      source('src/x/y.ts', text)
        .imports.map((i) => `${i.typeOnly ? 'type ' : ''}${i.to}`)
        .sort(),
    ).toEqual(
      (
        'src/x/a.ts,type src/x/b.ts,type src/x/c.ts,src/x/e.ts,src/x/g.ts,src/x/h.css,src/x/i.ts,' +
        'type src/x/j.ts,src/k/index.ts,l,m'
      )
        .split(',')
        .sort(),
    );
  });

  it('has read the tree', () => {
    expect(tree.length).toBeGreaterThan(40);
    expect(tree.flatMap((f) => f.imports).length).toBeGreaterThan(100);
    expect(tree.flatMap(tablesIn).length).toBeGreaterThan(10);
  });
});
