import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pathOf } from '../../kubernetes/client.ts';
import { kindOf } from '../../kubernetes/kinds.ts';
import { UserError } from '../../support/errors.ts';
import type { Advice } from '../../support/errors.ts';
import { certificates, writeCertificates } from './certs.ts';
import { processOf } from './signal-component.ts';
import { clusterInfo, configFiles, firstObjects, kubeconfig } from './config.ts';
import type { ClusterShape, Tuning } from './config.ts';
import { layoutOf, network } from './layout.ts';
import type { Layout } from './layout.ts';
import { planOf } from './plan.ts';
import { checkMachine, checkPlaces } from './requirements.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;
const before = process.env['INTRO_OTEL_STATE'];
let state: string;
let layout: Layout;
beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'state-'));
  process.env['INTRO_OTEL_STATE'] = state;
  layout = layoutOf('lab');
  mkdirSync(layout.pki, { recursive: true });
  if (process.platform === 'linux') await writeCertificates(layout);
});
afterAll(() => {
  rmSync(state, { recursive: true });
  if (before === undefined) delete process.env['INTRO_OTEL_STATE'];
  else process.env['INTRO_OTEL_STATE'] = before;
});

const certificate = (name: string): X509Certificate =>
  new X509Certificate(readFileSync(join(layout.pki, `${name}.crt`)));

onLinux('every certificate is signed by its authority and good for years', () => {
  const inNineYears = Date.now() + 9 * 365 * 24 * 3600 * 1000;
  for (const { name, authority } of certificates('lab')) {
    expect(certificate(name).verify(certificate(authority).publicKey)).toBe(true);
    expect(certificate(name).ca).toBe(false);
    expect(new Date(certificate(name).validTo).getTime()).toBeGreaterThan(inNineYears);
  }
});

onLinux('the API server can be reached by its address on the machine, in the cluster and by its name', () => {
  for (const address of ['127.0.0.1', network.nodeAddress, network.apiService])
    expect(certificate('apiserver').checkIP(address)).toBe(address);
  for (const name of ['localhost', 'kubernetes.default.svc'])
    expect(certificate('apiserver').checkHost(name)).toBe(name);
});

onLinux('the kubelet is in the group and has the name that the Node authorizer asks for', () => {
  expect(certificate('kubelet').subject.split('\n')).toEqual(['O=system:nodes', 'CN=system:node:lab']);
});

onLinux('keys are for the owner only', () => {
  for (const file of readdirSync(layout.pki).filter((name) => name.endsWith('.key')))
    expect(statSync(join(layout.pki, file)).mode & 0o077).toBe(0);
});

onLinux('the kubeconfig leads to the relay with all it needs inside', () => {
  const config = parse(kubeconfig(layout, 'admin', 'https://127.0.0.1:6443')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  expect(config.clusters[0].cluster['server']).toBe('https://127.0.0.1:6443');
  const embedded = Buffer.from(config.users[0].user['client-certificate-data'] ?? '', 'base64').toString();
  expect(new X509Certificate(embedded).subject).toContain('O=system:masters');
});

onLinux('the kubelet keeps to the cluster’s control group and evicts nothing for a full disk', () => {
  const kubelet = parse(configFiles(shape('lab'))['kubelet.yaml'] ?? '') as Record<string, never>;
  expect(kubelet).toMatchObject({
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    imageGCHighThresholdPercent: 100,
  });
  expect(kubelet['evictionHard']).toMatchObject({ 'nodefs.available': '0%', 'imagefs.available': '0%' });
});

test('clusters of other names or other directories share neither control group nor marker', () => {
  const lab = layoutOf('lab');
  process.env['INTRO_OTEL_STATE'] = `${state}-2`;
  const elsewhere = layoutOf('lab');
  process.env['INTRO_OTEL_STATE'] = state;
  const clusters = [lab, elsewhere, layoutOf('lab-2')];
  expect(new Set(clusters.map(({ cgroup }) => cgroup)).size).toBe(3);
  expect(new Set(clusters.map(({ marker }) => marker)).size).toBe(3);
});

test.each(['', 'Lab', '../lab', 'lab-', 'x'.repeat(41)])('"%s" is refused as a name', (name) => {
  expect(() => layoutOf(name)).toThrow('can not be the name of a cluster');
});

function shape(tuning: Tuning): ClusterShape {
  return { layout, tuning, snapshotter: 'overlayfs', cniDirectory: '/cni' };
}

function plan(networkPolicy: boolean, other: Partial<ClusterShape> = {}): ReturnType<typeof planOf> {
  return planOf({
    ...shape('lab'),
    networkPolicy,
    apiPort: 6443,
    doorPort: 8080,
    containerd: '/usr/bin/containerd',
    ...other,
  });
}

test('policies are enforced by kube-router, which can be left out', () => {
  const names = (networkPolicy: boolean): string[] => plan(networkPolicy).processes.map(({ name }) => name);
  expect(names(true)).toContain('kube-router');
  expect(names(false)).not.toContain('kube-router');
});

test('the kubelet waits for containerd and the API server', () => {
  expect(plan(true).processes.find(({ name }) => name === 'kubelet')?.after).toEqual(['containerd', 'apiserver']);
});

test('a cluster made for scale is a control plane whose own API rates are raised', () => {
  const { processes } = plan(true, { tuning: 'scale' });
  expect(processes.map(({ name }) => name)).toEqual(['relay', 'etcd', 'apiserver', 'controller-manager', 'scheduler']);
  const flags = processes.flatMap(({ command }) => command);
  expect(flags).toContain('--kube-api-qps=1000');
  expect(flags).toContain(`--config=${join(layout.config, 'scheduler.yaml')}`);
  const ordinary = plan(true).processes.flatMap(({ command }) => command);
  expect(ordinary.filter((flag) => flag.includes('kube-api-qps') || flag.includes('scheduler.yaml'))).toEqual([]);
});

onLinux('the requests of the one group that was named are written down, and of nobody unless one was', () => {
  const flags = (auditedGroup?: string): string[] =>
    plan(true, auditedGroup === undefined ? {} : { auditedGroup }).processes.flatMap(({ command }) => command);
  expect(flags().filter((flag) => flag.startsWith('--audit'))).toEqual([]);
  expect(flags('system:serviceaccounts:a')).toContain(`--audit-log-path=${layout.auditLog}`);
  const policy = parse(
    configFiles({ ...shape('scale'), auditedGroup: 'system:serviceaccounts:a' })['audit.yaml'] ?? '',
  ) as object;
  expect(policy).toMatchObject({
    rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts:a'] }, { level: 'None' }],
  });
});

test('a component is the process with its command line, in this cluster and no other', () => {
  const etcd = plan(true).processes.find(({ name }) => name === 'etcd')?.command ?? [];
  const others = { innerPid: 1, namespaces: [] };
  const processes = [
    { ...others, pid: 7, arguments: etcd.map((word) => word.replace(layout.dir, '/elsewhere')) },
    { ...others, pid: 8, arguments: [...etcd] },
  ];
  expect(processOf('etcd', plan(true), processes).pid).toBe(8);
  expect(() => processOf('etcd', plan(true), processes.slice(0, 1))).toThrow('etcd does not run just now');
  expect(() => processOf('etdc', plan(true), processes)).toThrow('no such component');
});

test('every relay has its other side', () => {
  const { relays, innerRelays } = plan(true);
  expect(relays.map(({ socket }) => socket)).toEqual(innerRelays.map(({ socket }) => socket));
  expect(relays.map(({ port }) => port)).toEqual([6443, 8080]);
});

test('knows the API path of each first object', () => {
  const paths = firstObjects().map((object) => {
    const { namespace, name } = object.metadata;
    return pathOf(kindOf(object), namespace, name);
  });
  expect(paths).toContain('/apis/apps/v1/namespaces/kube-system/deployments/coredns');
  expect(paths).toContain('/apis/rbac.authorization.k8s.io/v1/clusterroles/kube-router');
  expect(paths).toContain('/api/v1/namespaces/kube-system/services/kube-dns');
});

onLinux('the cluster says in public where it is reached from outside, and by whose certificate to know it', () => {
  const { metadata, data } = clusterInfo(layout, 'https://127.0.0.1:6443') as {
    metadata: object;
    data?: { kubeconfig: string };
  };
  expect(metadata).toEqual({ name: 'cluster-info', namespace: 'kube-public' });
  expect(data?.kubeconfig).toContain('server: https://127.0.0.1:6443');
  expect(data?.kubeconfig).toContain(readFileSync(join(layout.pki, 'ca.crt')).toString('base64'));
});

const machine = { platform: 'linux', uid: 0, memory: 8 * 1024 ** 3 };

test('root on Linux will do', () => {
  expect(() => checkMachine(machine)).not.toThrow();
});

test.each([
  ['macOS', { platform: 'darwin', uid: 501 }, 'darwin'],
  ['an ordinary user', { uid: 1000 }, 'user id 1000'],
  ['too little memory', { memory: 1024 ** 3 }, '1024 MiB of memory'],
])('%s is told what was found and what to install instead', (_, overrides, found) => {
  const advice = refusal(() => checkMachine({ ...machine, ...overrides }));
  expect(advice.found).toBe(found);
  expect(advice.todo).toContainEqual(expect.stringMatching(/Docker Desktop/));
});

function refusal(check: () => void): Advice {
  try {
    check();
  } catch (error) {
    if (error instanceof UserError) return error.advice;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a checkout below a directory that the cluster covers is refused', () => {
  expect(() => checkPlaces(layout, ['/var/lib/jenkins/intro-otel'])).toThrow('below /var/lib');
  expect(() => checkPlaces(layout, ['/var/libs/x', '/srv/intro-otel'])).not.toThrow();
});
