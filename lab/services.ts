// The services of a lab, one row each. The image, the chart, the guide, `up` and the tests read this list.

/** Images that this repository builds. A service without one runs an upstream image. */
export type OwnImage = 'intro-otel' | 'intro-otel-flask';

export interface Service {
  /** Its `service.name`. Its Kubernetes objects are named `<release>-<name>`. */
  readonly name: string;
  readonly image?: OwnImage;
  /** The source of its program in our image, relative to the root of the repository. */
  readonly program?: string;
  /** The services that it calls in a round. */
  readonly calls?: readonly string[];
  /** Whether the guide serves it under `/apps/<name>`. */
  readonly behindGuide?: boolean;
  /** Whether the service is off by default. The value `<name>.enabled` turns it on. */
  readonly optional?: boolean;
}

/** All services, in the order of the chart. */
export const SERVICES = [
  { name: 'collector' },
  { name: 'jaeger' },
  { name: 'dice', image: 'intro-otel', program: 'apps/dice/main.ts', behindGuide: true },
  { name: 'prizes', image: 'intro-otel', program: 'apps/prizes/main.ts', behindGuide: true },
  { name: 'arcade', image: 'intro-otel', program: 'apps/arcade/main.ts', behindGuide: true, calls: ['dice', 'prizes'] },
  { name: 'visitors', image: 'intro-otel', program: 'apps/visitors/main.ts', calls: ['arcade'] },
  { name: 'flask', image: 'intro-otel-flask', behindGuide: true, optional: true },
  { name: 'guide', image: 'intro-otel', program: 'course/guide.ts', calls: ['arcade'] },
] as const satisfies readonly Service[];

export type ServiceName = (typeof SERVICES)[number]['name'];

const services: readonly Service[] = SERVICES;

const serviceOf = (name: string): Service | undefined => services.find((service) => service.name === name);

/** Names of the services that run `image`. */
export const servicesOfImage = (image: OwnImage): string[] =>
  services.filter((service) => service.image === image).map(({ name }) => name);

/** The sources of the programs in our image, by the name of their service. */
export const servicePrograms = (): Record<string, string> =>
  Object.fromEntries(services.flatMap(({ name, program }) => (program === undefined ? [] : [[name, program]])));

/** The calls between services in a round that starts at `first`, such as `arcade→dice`, sorted. */
export function callsOfRound(first: ServiceName): string[] {
  const calls = serviceOf(first)?.calls ?? [];
  const below = calls.flatMap((callee) => callsOfRound(callee as ServiceName));
  return [...new Set([...calls.map((callee) => `${first}→${callee}`), ...below])].sort();
}

/** The services whose spans are in the trace of a round that starts at `first`, sorted. */
export const servicesOfRound = (first: ServiceName): string[] =>
  [...new Set([first, ...callsOfRound(first).flatMap((call) => call.split('→'))])].sort();

/** The services that the guide serves under `/apps/<name>`. @param optional names of the optional ones that are on */
export const servicesBehindGuide = (optional: readonly string[] = []): string[] =>
  services
    .filter(({ name, behindGuide, optional: isOptional }) => behindGuide && (!isOptional || optional.includes(name)))
    .map(({ name }) => name);

/** The environment variable with the URL of a service, such as `ARCADE_URL`. */
export const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_URL`;
