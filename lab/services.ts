// The services of a lab, one row per service. The image build, the chart, the guide, `npm run up` and the tests read
// this list.

/** Images that this repository builds. A service that runs none of them runs an upstream image. */
export type OwnImage = 'intro-otel' | 'intro-otel-flask';

export interface Service {
  /** Name of the service. Its spans have it as `service.name`, and its objects are called `<release>-<name>`. */
  readonly name: string;
  readonly image?: OwnImage;
  /** Path of the program's source, relative to the repository's root. */
  readonly program?: string;
  /** Services that this service calls during a round. */
  readonly calls?: readonly string[];
  /** Whether the guide forwards requests for `/apps/<name>` to the service. */
  readonly behindGuide?: boolean;
  /** Whether the service runs only if the value `<name>.enabled` is true. */
  readonly optional?: boolean;
}

/** All services, in the order in which the chart lists them. */
export const SERVICES = [
  { name: 'collector' },
  { name: 'jaeger' },
  { name: 'prometheus', optional: true },
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

const others = new Set<string>(services.map(({ name }) => name).filter((name) => name !== 'dice'));

/** Returns whether a service may be dice. A learner may rename dice, but no other service of the lab. */
export const isLearners = (service: string): boolean => !others.has(service);

/** Returns the names of the services that run the given image. */
export const servicesOfImage = (image: OwnImage): string[] =>
  services.filter((service) => service.image === image).map(({ name }) => name);

/** Returns the source path of each service's program, by the name of the service. Omits services without a program. */
export const servicePrograms = (): Record<string, string> =>
  Object.fromEntries(services.flatMap(({ name, program }) => (program === undefined ? [] : [[name, program]])));

/**
 * Returns the calls between services in a round, such as `arcade→dice`, sorted. `first` is the service that starts the
 * round.
 */
export function callsOfRound(first: ServiceName): string[] {
  const calls = serviceOf(first)?.calls ?? [];
  const below = calls.flatMap((callee) => callsOfRound(callee as ServiceName));
  return [...new Set([...calls.map((callee) => `${first}→${callee}`), ...below])].sort();
}

/**
 * Returns the services whose spans are in the trace of a round, sorted. `first` is the service that starts the round.
 */
export const servicesOfRound = (first: ServiceName): string[] =>
  [...new Set([first, ...callsOfRound(first).flatMap((call) => call.split('→'))])].sort();

/**
 * Returns the services to which the guide forwards requests for `/apps/<name>`.
 * @param optional names of the optional services that are enabled
 */
export const servicesBehindGuide = (optional: readonly string[] = []): string[] =>
  services
    .filter(({ name, behindGuide, optional: isOptional }) => behindGuide && (!isOptional || optional.includes(name)))
    .map(({ name }) => name);

/** Returns the name of the environment variable that holds a service's URL, such as `ARCADE_URL`. */
export const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_URL`;
