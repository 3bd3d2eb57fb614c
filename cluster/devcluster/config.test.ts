import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kindOf, pathOf } from '../../kubernetes/kinds.ts';
import { UserError } from '../../support/errors.ts';
import type { Advice } from '../../support/errors.ts';
import { certificates, writeCertificates } from './certs.ts';
import { processOf } from './signal-component.ts';
import { clusterInfo, configFiles, firstObjects, kubeconfig } from './config.ts';
import type { ClusterShape, Tuning } from './config.ts';
import { layoutOf, network } from './layout.ts';
import type { Layout } from './layout.ts';
import { planOf } from './plan.ts';
import { networksOf } from './pod-ipv6.ts';
import { cniText } from './pod-network.ts';
import type { ProcessInfo } from './processes.ts';
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

onLinux('signs every certificate with its authority, for at least nine years', () => {
  const inNineYears = Date.now() + 9 * 365 * 24 * 3600 * 1000;
  for (const { name, authority } of certificates('lab')) {
    expect(certificate(name).verify(certificate(authority).publicKey)).toBe(true);
    expect(certificate(name).ca).toBe(false);
    expect(new Date(certificate(name).validTo).getTime()).toBeGreaterThan(inNineYears);
  }
});

onLinux("puts the API server's addresses and names into its certificate", () => {
  for (const address of ['127.0.0.1', network.nodeAddress, network.apiService])
    expect(certificate('apiserver').checkIP(address)).toBe(address);
  for (const name of ['localhost', 'kubernetes.default.svc'])
    expect(certificate('apiserver').checkHost(name)).toBe(name);
});

onLinux("puts the group and name that the Node authorizer expects into the kubelet's certificate", () => {
  expect(certificate('kubelet').subject.split('\n')).toEqual(['O=system:nodes', 'CN=system:node:lab']);
});

onLinux('lets only the owner of the key files read them', () => {
  for (const file of readdirSync(layout.pki).filter((name) => name.endsWith('.key')))
    expect(statSync(join(layout.pki, file)).mode & 0o077).toBe(0);
});

onLinux('writes a kubeconfig with embedded certificates and the given server URL', () => {
  const config = parse(kubeconfig(layout, 'admin', 'https://127.0.0.1:6443')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  expect(config.clusters[0].cluster['server']).toBe('https://127.0.0.1:6443');
  const embedded = Buffer.from(config.users[0].user['client-certificate-data'] ?? '', 'base64').toString();
  expect(new X509Certificate(embedded).subject).toContain('O=system:masters');
});

onLinux("keeps the kubelet in the cluster's control group, and evicts no pods when the disk is full", () => {
  const kubelet = parse(configFiles(shape('lab'))['kubelet.yaml'] ?? '') as Record<string, never>;
  expect(kubelet).toMatchObject({
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    imageGCHighThresholdPercent: 100,
  });
  expect(kubelet['evictionHard']).toMatchObject({ 'nodefs.available': '0%', 'imagefs.available': '0%' });
});

test('gives each cluster name and state directory its own control group and process marker', () => {
  const lab = layoutOf('lab');
  process.env['INTRO_OTEL_STATE'] = `${state}-2`;
  const elsewhere = layoutOf('lab');
  process.env['INTRO_OTEL_STATE'] = state;
  const clusters = [lab, elsewhere, layoutOf('lab-2')];
  expect(new Set(clusters.map(({ cgroup }) => cgroup)).size).toBe(3);
  expect(new Set(clusters.map(({ marker }) => marker)).size).toBe(3);
});

test.each(['', 'Lab', '../lab', 'lab-', 'x'.repeat(41)])('refuses "%s" as the name of a cluster', (name) => {
  expect(() => layoutOf(name)).toThrow('is not a valid name for a cluster');
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

test('runs kube-router to enforce NetworkPolicies, unless the options turn it off', () => {
  const names = (networkPolicy: boolean): string[] => plan(networkPolicy).processes.map(({ name }) => name);
  expect(names(true)).toContain('kube-router');
  expect(names(false)).not.toContain('kube-router');
});

onLinux('limits the number of processes of a pod', () => {
  const kubelet = parse(configFiles(shape('lab'))['kubelet.yaml'] ?? '') as Record<string, never>;
  expect(kubelet).toMatchObject({ podPidsLimit: 512 });
});

test.each([
  ['turns IPv6 off in pods', {}, '1'],
  ['turns IPv6 on in pods for tests', { ipv6: true }, '0'],
])('%s', (_, network, value) => {
  const tuning = { type: 'tuning', sysctl: { 'net.ipv6.conf.all.disable_ipv6': value } };
  expect(JSON.parse(cniText({ ...network, kernelHasIPv6: true }))).toHaveProperty('plugins.1', tuning);
});

test('has configurations of the same length with IPv6 on and off, since a test overwrites one with the other', () => {
  const [on, off] = [cniText({ ipv6: true }), cniText({ ipv6: false })];
  expect(on).toHaveLength(off.length);
});

test('leaves the settings of IPv6 alone on a kernel without IPv6', () => {
  expect(JSON.parse(cniText({ kernelHasIPv6: false }))).toHaveProperty('plugins.length', 1);
});

test("finds each network of the cluster once, and never the machine's", () => {
  const inNetwork = (pid: number, net: string): ProcessInfo => {
    return { pid, arguments: [], innerPid: 1, namespaces: [net, 'mnt:[7]'] };
  };
  const machine = inNetwork(1, 'net:[1]');
  const processes = [
    inNetwork(2, 'net:[1]'),
    inNetwork(3, 'net:[2]'),
    inNetwork(4, 'net:[3]'),
    inNetwork(5, 'net:[3]'),
  ];
  const unreadable: ProcessInfo = { pid: 6, arguments: [], innerPid: 1, namespaces: [] };
  expect(networksOf([...processes, unreadable], [machine]).map(({ pid }) => pid)).toEqual([3, 5]);
});

test('starts the kubelet after containerd and the API server', () => {
  expect(plan(true).processes.find(({ name }) => name === 'kubelet')?.after).toEqual(['containerd', 'apiserver']);
});

test('runs only a control plane, with higher API rate limits, for a cluster tuned for scale', () => {
  const { processes } = plan(true, { tuning: 'scale' });
  expect(processes.map(({ name }) => name)).toEqual(['relay', 'etcd', 'apiserver', 'controller-manager', 'scheduler']);
  const flags = processes.flatMap(({ command }) => command);
  expect(flags).toContain('--kube-api-qps=1000');
  expect(flags).toContain(`--config=${join(layout.config, 'scheduler.yaml')}`);
  const ordinary = plan(true).processes.flatMap(({ command }) => command);
  expect(ordinary.filter((flag) => flag.includes('kube-api-qps') || flag.includes('scheduler.yaml'))).toEqual([]);
});

onLinux('configures the audit log for the named group of users only', () => {
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

test('finds the process of a component in this cluster, and ignores other clusters', () => {
  const etcd = plan(true).processes.find(({ name }) => name === 'etcd')?.command ?? [];
  const others = { innerPid: 1, namespaces: [] };
  const processes = [
    { ...others, pid: 7, arguments: etcd.map((word) => word.replace(layout.dir, '/elsewhere')) },
    { ...others, pid: 8, arguments: [...etcd] },
  ];
  expect(processOf('etcd', plan(true), processes).pid).toBe(8);
  expect(() => processOf('etcd', plan(true), processes.slice(0, 1))).toThrow('etcd is not running');
  expect(() => processOf('etdc', plan(true), processes)).toThrow('no component etdc');
});

test("plans both sides of every relay: on the machine and in the cluster's network", () => {
  const { relays, innerRelays } = plan(true);
  expect(relays.map(({ socket }) => socket)).toEqual(innerRelays.map(({ socket }) => socket));
  expect(relays.map(({ port }) => port)).toEqual([6443, 8080]);
});

test('knows the API path of each object that a new cluster starts with', () => {
  const paths = firstObjects().map((object) => {
    const { namespace, name } = object.metadata;
    return pathOf(kindOf(object), namespace, name);
  });
  expect(paths).toContain('/apis/apps/v1/namespaces/kube-system/deployments/coredns');
  expect(paths).toContain('/apis/rbac.authorization.k8s.io/v1/clusterroles/kube-router');
  expect(paths).toContain('/api/v1/namespaces/kube-system/services/kube-dns');
});

onLinux("publishes the cluster's outside URL and its certificate authority in a ConfigMap", () => {
  const { metadata, data } = clusterInfo(layout, 'https://127.0.0.1:6443') as {
    metadata: object;
    data?: { kubeconfig: string };
  };
  expect(metadata).toEqual({ name: 'cluster-info', namespace: 'kube-public' });
  expect(data?.kubeconfig).toContain('server: https://127.0.0.1:6443');
  expect(data?.kubeconfig).toContain(readFileSync(join(layout.pki, 'ca.crt')).toString('base64'));
});

const machine = { platform: 'linux', uid: 0, memory: 8 * 1024 ** 3 };

test('accepts a Linux machine if the user is root', () => {
  expect(() => checkMachine(machine)).not.toThrow();
});

test.each([
  ['macOS', { platform: 'darwin', uid: 501 }, 'darwin'],
  ['an ordinary user', { uid: 1000 }, 'user id 1000'],
  ['too little memory', { memory: 1024 ** 3 }, '1024 MiB of memory'],
])('refuses a machine with %s, and says what was found and what to install instead', (_, overrides, found) => {
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
  throw new Error('expected a refusal, found none');
}

test('refuses a checkout below a directory that the cluster replaces with its own', () => {
  expect(() => checkPlaces(layout, ['/var/lib/jenkins/intro-otel'])).toThrow('below /var/lib');
  expect(() => checkPlaces(layout, ['/var/libs/x', '/srv/intro-otel'])).not.toThrow();
});
