// Tests which components of a seat a pod can reach. A program inside the pod sends the requests, so that
// NetworkPolicies apply.
import { apiGet, kubectl } from './cluster.ts';
import { RELEASE } from '../../../operator/api/types.ts';

/** The components of a lab that a neighbour might try to reach, with their Services' ports and a request. */
const TARGETS = [
  { component: 'dice', port: 'http', path: '/' },
  { component: 'jaeger', port: 'query', path: '/jaeger/api/v3/services' },
  { component: 'guide', port: 'http', path: '/' },
  { component: 'guide-otlp', port: 'otlp-http', path: '/v1/metrics' },
  { component: 'collector', port: 'otlp-http', path: '/v1/traces' },
] as const;

/** Number of endpoints of a seat: each component has a Service and a pod. */
export const ENDPOINTS = 2 * TARGETS.length;

export interface Endpoint {
  /** The endpoint's name, such as `dice by its Service` or `dice by its pod's address`. */
  readonly what: string;
  readonly url: string;
}

interface Slice {
  endpoints?: { addresses: string[] }[];
  ports: { name: string; port: number }[];
}

/** Lists the endpoints of a seat's lab: each component by its Service's name and by its pod's address. */
export async function endpointsOf(seat: string): Promise<Endpoint[]> {
  const pairs = await Promise.all(
    TARGETS.map(async ({ component, port, path }) => {
      const name = `${RELEASE}-${component}`;
      const service = await apiGet<{ spec: { ports: { name: string; port: number }[] } }>(
        `/api/v1/namespaces/${seat}/services/${name}`,
      );
      const { items } = await apiGet<{ items: Slice[] }>(
        `/apis/discovery.k8s.io/v1/namespaces/${seat}/endpointslices?labelSelector=kubernetes.io/service-name=${name}`,
      );
      const named = (all: readonly { name: string; port: number }[] = []): number =>
        all.find((one) => one.name === port)?.port ?? 0;
      const address = items.flatMap(({ endpoints = [] }) => endpoints).flatMap(({ addresses }) => addresses)[0] ?? '';
      return [
        { what: `${component} by its Service`, url: `http://${name}.${seat}:${named(service.spec.ports)}${path}` },
        { what: `${component} by its pod's address`, url: `http://${address}:${named(items[0]?.ports)}${path}` },
      ];
    }),
  );
  return pairs.flat();
}

/** A program that requests URLs and prints, for each one, the status of the answer or the code of the error. */
const PROGRAM = `
const signal = () => AbortSignal.timeout(2000);
const ask = (url) =>
  fetch(url, { method: url.includes('/v1/') ? 'POST' : 'GET', signal: signal(), redirect: 'manual' })
    .then((answer) => answer.status)
    .catch((error) => error.cause?.code ?? error.name);
Promise.all(JSON.parse(process.argv[1]).map(ask)).then((all) => console.log(JSON.stringify(all)));
`;

/**
 * Sends a request from a pod to each endpoint. @returns the results, such as `dice by its Service: 200`
 * @param pod a pod's name or `deployment/lab-guide`, as for `kubectl exec`
 */
export async function tryEndpoints(namespace: string, pod: string, endpoints: readonly Endpoint[]): Promise<string[]> {
  const urls = JSON.stringify(endpoints.map(({ url }) => url));
  const answers = JSON.parse(
    await kubectl('exec', '--namespace', namespace, pod, '--', 'node', '-e', PROGRAM, urls),
  ) as (string | number)[];
  return endpoints.map(({ what }, index) => `${what}: ${answers[index]}`);
}

/**
 * Matches a result that shows that packets were dropped. It does not match the error that a name can't be resolved,
 * because that error proves nothing about packets.
 */
export const SHUT =
  /: (ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|TimeoutError|AbortError)$/;
/** Matches a result that shows that a component answered. */
export const OPEN = /: [2-4]\d\d$/;
