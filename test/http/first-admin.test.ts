/** The first administrator of a production database: made once, recorded, and let in by a link. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstAdmin } from '../../src/identity/index.ts';
import { createWorld } from '../world.ts';
import type { World } from '../world.ts';

const PASSWORD = 'a long enough one';
let w: World;
beforeAll(async () => {
  w = await createWorld();
});
afterAll(() => w.close());

const activate = (token: string) =>
  w.anonymous.post('/api/activation', { token, password: PASSWORD });
const centers = () =>
  w.db.selectFrom('organization').select(['id', 'code']).where('kind', '=', 'center').execute();
const account = (login: string) =>
  w.db
    .selectFrom('app_user as u')
    .innerJoin('role_grant as g', 'g.user_id', 'u.id')
    .select(['u.id', 'u.display_name', 'g.organization_id', 'g.role'])
    .where('u.login', '=', login)
    .execute();
const audited = (userId: string) =>
  w.db
    .selectFrom('audit_log')
    .select(['action', 'acting_role', 'detail'])
    .where('subject_id', '=', userId)
    .orderBy('id')
    .execute();

it('makes an account of the centre that there is, and leaves a row in the audit log', async () => {
  const token = await firstAdmin(w.deps, { login: 'chief', name: '张三' });
  const [center, ...others] = await centers();
  expect(others).toEqual([]);
  const rows = await account('chief');
  expect(rows).toMatchObject([
    { display_name: '张三', organization_id: center!.id, role: 'center_admin' },
  ]);
  expect(await audited(rows[0]!.id)).toEqual([
    {
      action: 'user.invited',
      acting_role: 'system',
      detail: { organizationId: center!.id, role: 'center_admin' },
    },
  ]);
  expect((await activate(token)).status).toBe(204);
});

it('makes a new link when it is said again; the one before ends', async () => {
  const first = await firstAdmin(w.deps, { login: 'chief-two', name: '李四' });
  const second = await firstAdmin(w.deps, { login: 'chief-two', name: '别名' });
  const rows = await account('chief-two');
  expect(rows).toMatchObject([{ display_name: '李四' }]);
  expect(await audited(rows[0]!.id)).toHaveLength(2);
  expect((await activate(first)).status).toBe(404);
  expect((await activate(second)).status).toBe(204);
});

it('makes no link for somebody who is no administrator', async () => {
  await expect(firstAdmin(w.deps, { login: 'water', name: '王五' })).rejects.toMatchObject({
    code: 'not_allowed',
  });
});

it('makes the centre where there is none, and nothing when it fails', async () => {
  await w.db.updateTable('organization').set({ kind: 'department' }).execute();
  const code = { code: 'OLD_HOTLINE' };
  await w.db.updateTable('organization').set(code).where('code', '=', 'HOTLINE').execute();
  await expect(firstAdmin(w.deps, { login: 'water', name: '王五' })).rejects.toThrow();
  expect(await centers()).toEqual([]);
  await firstAdmin(w.deps, { login: 'chief-three', name: '赵六' });
  const made = await centers();
  expect(made.map((c) => c.code)).toEqual(['HOTLINE']);
  expect(await account('chief-three')).toMatchObject([{ organization_id: made[0]!.id }]);
});
