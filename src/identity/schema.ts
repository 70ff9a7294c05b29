import { z } from 'zod';
import type { OrgKind, Role } from '../kernel/words.ts';
import { DESKS, PASSWORD_MIN } from './limits.ts';
import type { Desk } from './rules.ts';

export const signInInput = z.object({
  login: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[^\p{Cc}]{1,64}$/u),
  password: z.string().min(1).max(200),
});

export const activationInput = z.object({
  token: z.string().min(20).max(100),
  password: z.string().min(PASSWORD_MIN).max(200),
});

export { DESKS, PASSWORD_MIN };
export type { Desk };

/** Who is signed in. */
export interface Me {
  userId: string;
  login: string;
  name: string;
  grants: {
    role: Role;
    organization: { id: string; code: string; name: string; nameEn: string; kind: OrgKind };
  }[];
  desks: Desk[];
  /** A demo database: the console shows a banner. */
  demo: boolean;
  /** The platform's clock, ISO 8601 UTC. */
  serverNow: string;
}

/** Offered on the sign-in page of a demo database only. */
export interface DemoAccount {
  login: string;
  password: string;
  name: string;
  role: Role;
  organizationName: string;
}
