export { SESSION_MAX_HOURS, can, isCenterRole, worksInCenter } from './rules.ts';
export type { Rule, Subject, Verdict } from './rules.ts';
export {
  activate,
  describeMe,
  firstAdmin,
  hashPassword,
  inviteUser,
  openDemoSession,
  operatorsSignedIn,
  requireStaff,
  resolveSession,
  resolveSessions,
  sessionReader,
  signIn,
  signOut,
} from './service.ts';
export {
  ancestors,
  centerId,
  commandRooms,
  deleteDeadSessions,
  descendants,
  dispatchable,
  hasSessions,
  listUnits,
  onDutyOperators,
  organizationsByCode,
  organizationsByDutyPhone,
  organizationsById,
  parentsOf,
  untilGrantsChange,
  userNames,
} from './store.ts';
export type { Organization } from './store.ts';
export { identityRoutes } from './routes.ts';
