import type { Target } from '../../apps/isolation-probe/contract.ts';
import type { Pod, Service } from '../../kubernetes/types.ts';
import { MAX_TARGETS, foreignTargets } from './isolation-targets.ts';

const NONE = { services: [], pods: [] };

const aService = (spec: Service['spec'], status: Service['status'] = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'lab-guide', namespace: 'class-b' },
  spec: { clusterIP: '10.0.0.7', ports: [{ port: 8080, protocol: 'TCP' }], ...spec },
  status,
});

const aPod = (status: Pod['status'] = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'lab-dice-1', namespace: 'class-b' },
  status: { podIP: '10.1.0.9', ...status },
  spec: { containers: [{ name: 'dice', ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }] }] },
});

const textOf = ({ path, name, host, port, asks }: Target): string =>
  `${path} ${name} ${host} ${port}${asks === undefined ? '' : ` ${asks}`}`;
const inSeat = (services: readonly Service[], pods: readonly Pod[] = []): string[] =>
  foreignTargets({ services, pods }, NONE).map(textOf);

describe('targets of the isolation test', () => {
  test('tries all TCP ports of the Services and pods of the other seat', () => {
    const ports = [
      { port: 4317, protocol: 'TCP' },
      { port: 4318, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ];
    expect(inSeat([aService({ ports })], [aPod()])).toEqual([
      'service class-b/lab-guide 10.0.0.7 4317',
      'service class-b/lab-guide 10.0.0.7 4318',
      'podIPv4 class-b/lab-dice-1 10.1.0.9 8080',
    ]);
  });

  test('tries every address of a Service and of a pod, by IPv4 and by IPv6', () => {
    const service = aService({ clusterIPs: ['10.0.0.7', 'fd00::7'] });
    const pod = aPod({ podIPs: [{ ip: '10.1.0.9' }, { ip: 'fd01::9' }] });
    expect(inSeat([service], [pod])).toEqual([
      'service class-b/lab-guide 10.0.0.7 8080',
      'service class-b/lab-guide fd00::7 8080',
      'podIPv4 class-b/lab-dice-1 10.1.0.9 8080',
      'podIPv6 class-b/lab-dice-1 fd01::9 8080',
    ]);
  });

  test("tries the Services and pods of the operator's namespace", () => {
    expect(foreignTargets(NONE, { services: [aService({})], pods: [aPod()] }).map(textOf)).toEqual([
      'operator class-b/lab-guide 10.0.0.7 8080',
      'operator class-b/lab-dice-1 10.1.0.9 8080',
    ]);
  });

  test('tries the kubelet on every node of these pods once', () => {
    const node = { podIP: '', hostIP: '192.0.2.1', hostIPs: [{ ip: '192.0.2.1' }, { ip: 'fd02::1' }] };
    expect(inSeat([], [aPod(node), aPod(node), aPod({ podIP: '', hostIP: '192.0.2.2' })])).toEqual([
      'node node 192.0.2.1 192.0.2.1 10250 https',
      'node node 192.0.2.1 192.0.2.1 10255',
      'node node fd02::1 fd02::1 10250 https',
      'node node fd02::1 fd02::1 10255',
      'node node 192.0.2.2 192.0.2.2 10250 https',
      'node node 192.0.2.2 192.0.2.2 10255',
    ]);
  });

  test('tries node ports and load balancers, which may be open if they ask for a key', () => {
    const service = aService(
      { clusterIP: 'None', ports: [{ port: 80, nodePort: 30080 }] },
      { loadBalancer: { ingress: [{ ip: '198.51.100.4' }, { hostname: 'lb.example.com' }] } },
    );
    expect(inSeat([service], [aPod({ podIP: '', hostIP: '192.0.2.1' })]).slice(0, 2)).toEqual([
      'nodePort class-b/lab-guide 192.0.2.1 30080 http',
      'nodePort class-b/lab-guide 198.51.100.4 80 http',
    ]);
  });

  test('ignores Services and pods of the other seat that have no address', () => {
    const bare = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } };
    expect(inSeat([aService({ clusterIP: 'None' }), bare], [{ ...aPod(), status: {} }])).toEqual([]);
  });

  test('ignores pods that have ended, because another pod may have their address', () => {
    expect(inSeat([], [aPod({ phase: 'Succeeded', hostIP: '192.0.2.1' }), aPod({ phase: 'Failed' })])).toEqual([]);
  });

  test('fits into one environment variable with the longest names', () => {
    const long = { name: 'x'.repeat(63), namespace: 'y'.repeat(63) };
    const ports = Array.from({ length: 1000 }, () => ({ port: 65_535, nodePort: 65_535 }));
    const service = { ...aService({ ports }), metadata: long };
    const targets = foreignTargets({ services: [service], pods: [aPod({ hostIP: '192.0.2.1' })] }, NONE);
    // https://man7.org/linux/man-pages/man2/execve.2.html (MAX_ARG_STRLEN)
    expect(JSON.stringify(targets.slice(-MAX_TARGETS)).length).toBeLessThan(131_072);
  });
});
