import { PORTAL } from '../../lab/names.ts';
import { KINDS } from '../api/kinds.ts';
import type { Workshop } from '../api/types.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { newCode } from './class-code.ts';
import { aWorkshop } from './testing/fixtures.ts';
import { aWorkshopHarness } from './testing/workshop-harness.ts';

const CODE = new RegExp(`^[${PORTAL.code.alphabet}]{${PORTAL.code.length}}$`);

const withPortal = (spec = { seats: 1 }) => aWorkshopHarness(spec, { hasPortal: true });

test('gives a class a code before its first seat, and keeps it after edits, restarts and an invalid spec', async () => {
  const { api, reconcile, restart, settleAll, edit, workshop } = withPortal();
  await reconcile();
  const code = workshop().status?.code ?? '';
  expect(code).toMatch(CODE);
  const verbs = api.writes.map(({ verb, kind, subresource }) => [verb, kind, subresource].join(' '));
  expect(verbs.indexOf('apply Workshop status')).toBeLessThan(verbs.indexOf('apply Seat '));
  await settleAll();
  edit({ spec: { seats: 2 } });
  restart();
  await settleAll();
  edit({ spec: { seats: 2000 } });
  await reconcile();
  expect(workshop().status?.code).toBe(code);
});

test('makes no code without a portal, but keeps one that is there', async () => {
  const { api, settleAll, workshop } = aWorkshopHarness({ seats: 1 });
  await settleAll();
  expect(workshop().status).not.toHaveProperty('code');
  api.edit(KINDS.Workshop, { name: 'class' }, { status: { code: 'abcdef' } });
  await settleAll();
  expect(workshop().status?.code).toBe('abcdef');
});

test('replaces no code that another operator process has just written', async () => {
  const { api, reconcile, workshops, workshop } = withPortal();
  const stale = workshop();
  api.edit(KINDS.Workshop, { name: 'class' }, { status: { code: 'abcdef' } });
  Object.assign(workshops, { get: () => stale });
  await expect(reconcile()).rejects.toMatchObject({ code: 409 });
  expect(await api.get(KINDS.Workshop, 'class')).toMatchObject({ status: { code: 'abcdef' } });
});

test('tries again after a failed write, and sends no request once the class has a code', async () => {
  const { api, reconcile, settleAll, workshop, requests } = withPortal();
  api.fail({ verb: 'apply', kind: 'Workshop' }, apiError(500, 'InternalError'));
  await expect(reconcile()).rejects.toMatchObject({ code: 500 });
  await settleAll();
  expect(workshop().status?.code).toMatch(CODE);
  expect(await requests(reconcile)).toEqual([]);
});

test('gives no two classes the same code', async () => {
  const { api, reconcile, workshop } = withPortal();
  const other = { ...aWorkshop({ seats: 1 }, { name: 'other', uid: 'other' }), status: { code: 'abcdef' } };
  api.seed<Workshop>(other);
  api.edit(KINDS.Workshop, { name: 'class' }, { status: { code: 'abcdef' } });
  await reconcile();
  expect(workshop().status?.code).not.toBe('abcdef');
  const codes = ['abcdef', 'abcdef', 'ghjkmn'];
  expect(newCode(new Set(['abcdef']), () => codes.shift() ?? '')).toBe('ghjkmn');
});
