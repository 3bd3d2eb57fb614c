// What of a seat can be connected to, and from where: asked by a program inside a pod, so that it is a pod's packets that count.
import { apiGet, kubectl } from './cluster.ts';
import { RELEASE } from '../../../operator/api/types.ts';

/** The parts of a lab that a neighbour could want, with the port of their Service and what is asked there. */
const DOORS = [
  { component: 'dice', port: 'http', path: '/' },
  { component: 'jaeger', port: 'query', path: '/jaeger/api/v3/services' },
  { component: 'guide', port: 'http', path: '/' },
  { component: 'collector', port: 'otlp-http', path: '/v1/traces' },
] as const;

export interface Endpoint {
  /** `dice by its Service`, `dice by its pod's address`. */
  readonly what: string;
  readonly url: string;
}

interface Slice {
  endpoints?: { addresses: string[] }[];
  ports: { name: string; port: number }[];
}

/** Of the lab in that namespace, each by the name of its Service and by the address of its pod. */
export async function endpointsOf(seat: string): Promise<Endpoint[]> {
  const doors = await Promise.all(
    DOORS.map(async ({ component, port, path }) => {
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
  return doors.flat();
}

/** Prints for each URL the status of the answer, or the word for how it failed. */
const PROGRAM = `
const signal = () => AbortSignal.timeout(2000);
const ask = (url) => fetch(url, { method: url.includes('/v1/') ? 'POST' : 'GET', signal: signal(), redirect: 'manual' }).then((answer) => answer.status).catch((e) => (e.cause && e.cause.code) || e.name);
Promise.all(JSON.parse(process.argv[1]).map(ask)).then((all) => console.log(JSON.stringify(all)));
`;

/** What a pod gets at these doors: `dice by its Service: 200`. @param pod as `kubectl exec` takes it: a pod's name, or `deployment/lab-guide` */
export async function tryEndpoints(namespace: string, pod: string, doors: readonly Endpoint[]): Promise<string[]> {
  const urls = JSON.stringify(doors.map(({ url }) => url));
  const answers = JSON.parse(
    await kubectl('exec', '--namespace', namespace, pod, '--', 'node', '-e', PROGRAM, urls),
  ) as (string | number)[];
  return doors.map(({ what }, index) => `${what}: ${answers[index]}`);
}

/** The packets went nowhere. That a name could not be resolved would prove nothing. */
export const SHUT =
  /: (ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|TimeoutError|AbortError)$/;
/** Somebody answered, whatever it was. */
export const OPEN = /: [2-4]\d\d$/;
