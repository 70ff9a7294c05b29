import { createContext, useContext, type ReactNode } from 'react';
import type { Role } from '../../../src/contract.ts';
import { CENTER_ROLES } from '../../../src/contract.ts';
import type { Me } from '../../../src/identity/schema.ts';

const Context = createContext<Me | null>(null);

export const SessionProvider = ({ me, children }: { me: Me; children: ReactNode }) => (
  <Context value={me}>{children}</Context>
);

/** Who is signed in. Only below the frame, where somebody is. */
export function useMe(): Me {
  const me = useContext(Context);
  if (!me) throw new Error('used outside of a session');
  return me;
}

export const holds = (me: Me, ...roles: Role[]): boolean =>
  me.grants.some((grant) => roles.includes(grant.role));

export const isCenterStaff = (me: Me): boolean => holds(me, ...CENTER_ROLES);
