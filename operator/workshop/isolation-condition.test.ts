import type { Answer, PathResult } from '../../apps/isolation-probe/contract.ts';
import { noSeatRuns, notTested, testFailed, verdict } from './isolation-condition.ts';

const run = { from: 'class-a', to: 'class-b', at: Date.UTC(2026, 0, 5, 9), leftOut: 0 };

const shut = (tried: number): PathResult => ({ tried, guarded: 0, reached: 0, names: [] });
const opened = (tried: number, ...names: string[]): PathResult => ({
  tried,
  guarded: 0,
  reached: names.length,
  names: names.slice(0, 3),
});
const guarded = (tried: number): PathResult => ({ ...shut(tried), guarded: tried });

const COMPLETE = { service: shut(12), podIPv4: shut(14), operator: shut(2), node: shut(2) };
const anAnswer = (paths: Answer['paths'], overrides: Partial<Answer> = {}): Answer => ({
  control: 'connected',
  linkLocal: 'off',
  paths: { ...COMPLETE, ...paths },
  ...overrides,
});

describe('condition NetworkIsolation', () => {
  test('is True and names what the pod tried and what the cluster does not have, if nothing answered', () => {
    expect(verdict(anAnswer({}), run)).toEqual({
      type: 'NetworkIsolation',
      status: 'True',
      reason: 'Enforced',
      message:
        'A pod in seat class-a reached lab-guide in the same seat, and nothing of seat class-b, the operator and the ' +
        "nodes (2026-01-05T09:00:00Z). Tried without success: Services (12), pods by IPv4 (14), the operator's " +
        'namespace (2), ports of the kubelet (2). Not there: pods by IPv6, node ports and load balancers of ' +
        'Services, IPv6 link-local addresses (IPv6 is off).',
    });
  });

  test('is True and names link-local addresses as tried, if neighbours have some and none answered', () => {
    const { status, message } = verdict(anAnswer({ linkLocal: shut(16) }, { linkLocal: 'on' }), run);
    expect(status).toBe('True');
    expect(message).toContain('IPv6 link-local addresses (16)');
    expect(message).not.toContain('IPv6 is off');
  });

  test('is True and says so, if no other pod is a neighbour on the link', () => {
    expect(verdict(anAnswer({}, { linkLocal: 'alone' }), run)).toMatchObject({
      status: 'True',
      message: expect.stringContaining('IPv6 link-local addresses (no other pod is a neighbour)') as string,
    });
  });

  test('is True and says that a node port asks for a key, if a Service is open by design', () => {
    expect(verdict(anAnswer({ nodePort: guarded(1), node: guarded(2) }), run)).toMatchObject({
      status: 'True',
      message: expect.stringContaining(
        'Open, but asks for a key: node ports and load balancers of Services (1), ports of the kubelet (2).',
      ) as string,
    });
  });

  test.each<[string, Answer['paths'], string]>([
    ['Services', { service: opened(12, 'class-b/lab-dice:8080') }, 'does not enforce NetworkPolicies. Attendees'],
    ['pods by IPv6', { podIPv6: opened(14, 'class-b/lab-dice-1:8080') }, 'does not enforce NetworkPolicies for IPv6'],
    ['IPv6 link-local addresses', { linkLocal: opened(16, 'class-b/lab-dice-1:8080') }, 'disable_ipv6=1'],
    ["the operator's namespace", { operator: opened(2, 'intro-otel/operator-1:8082') }, 'does not enforce'],
    ['node ports and load balancers of Services', { nodePort: opened(1, 'class-b/lab-guide:30080') }, 'is not known'],
    ['ports of the kubelet', { node: opened(2, 'node 192.0.2.1:10255') }, 'readOnlyPort to 0'],
  ])('is False, with names and advice, if the pod reached %s', (label, paths, advice) => {
    const { message, ...rest } = verdict(anAnswer(paths, { linkLocal: 'on' }), run);
    expect(rest).toEqual({ type: 'NetworkIsolation', status: 'False', reason: 'Unenforced' });
    expect(message).toContain('A pod in seat class-a reached 1 port of seat class-b, the operator or the nodes');
    expect(message).toContain(`By ${label}: ${Object.values(paths)[0]?.names[0]}.`);
    expect(message).toContain(advice);
    expect(message).toContain('Tried without success: ');
  });

  test('gives each advice once, and counts the names that it leaves out', () => {
    const open = opened(5, 'a:1', 'b:1', 'c:1', 'd:1', 'e:1');
    const { message } = verdict(anAnswer({ service: open, podIPv4: open }), run);
    expect(message).toContain('reached 10 ports of seat class-b');
    expect(message).toContain('By Services: a:1, b:1, c:1 and 2 more. By pods by IPv4: a:1');
    expect(message.split('Use a network plugin')).toHaveLength(2);
  });

  test.each<[string, Answer, number]>([
    [
      "the operator's namespace",
      { control: 'connected', linkLocal: 'off', paths: { ...COMPLETE, operator: shut(0) } },
      0,
    ],
    ['Services, ports of the kubelet, pods', { ...anAnswer({}), paths: { operator: shut(2) } }, 0],
    ['7 ports for which the test has no room', anAnswer({}), 7],
  ])('is Unknown if the pod could not try %s, and names them', (missing, answer, leftOut) => {
    expect(verdict(answer, { ...run, leftOut })).toMatchObject({
      status: 'Unknown',
      reason: 'PartlyTested',
      message: expect.stringContaining(`Not tried: ${missing}.`) as string,
    });
  });

  test('is Unknown if the pod did not reach its own seat', () => {
    expect(verdict(anAnswer({}, { control: 'NAME_NOT_RESOLVED' }), run)).toMatchObject({
      status: 'Unknown',
      reason: 'ProbeFailed',
      message: expect.stringContaining('could not reach lab-guide in the same seat (NAME_NOT_RESOLVED)') as string,
    });
  });

  test('is Unknown before the first test and after a failed test', () => {
    expect(notTested(1)).toMatchObject({
      status: 'Unknown',
      reason: 'NotProbed',
      message: 'Not tested yet: the isolation test needs two Ready seats, found 1.',
    });
    expect(notTested(2).message).toBe('Not tested yet: the isolation test has not finished.');
    expect(testFailed('quota.')).toMatchObject({
      status: 'Unknown',
      message: 'The isolation test has no result: quota. The operator repeats the test by itself.',
    });
    expect(noSeatRuns(['Seat a: full.'], 3).message).toContain('could not run in 1 of 3 Ready seats. Seat a: full.');
  });
});
