/** @jsxImportSource hono/jsx */
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Intake } from '../../src/intake/index.ts';
import type { AppError } from '../../src/kernel/errors.ts';
import type { Env } from '../../src/platform/http/auth.ts';
import { problem } from '../../src/platform/http/errors.ts';
import type { Deps } from '../../src/platform/unit-of-work.ts';
export const citizenPages = (_d: Deps, _i: Intake, _o: { trustProxy: number; demo: boolean }) => new Hono<Env>();
export const citizenErrorPage = (c: Context<Env>, e: AppError) => problem(c, e);
