// The services of a lab, one row each. The image, the chart, the guide, `up` and the tests read this list.

/** Images that are built here; a service without one runs an upstream image. */
export type OwnImage = 'intro-otel' | 'intro-otel-flask';

export interface Service {
  /** Also its `service.name`, and the last part of its objects' names: `<release>-<name>`. */
  readonly name: string;
  readonly image?: OwnImage;
  /** Source of its program in our image, from the repository's root. */
  readonly program?: string;
  /** Services that it calls when a round is played through it. */
  readonly calls?: readonly string[];
  /** Whether the guide serves it under `/apps/<name>`. */
  readonly behindGuide?: boolean;
  /** Off unless the value `<name>.enabled` says otherwise. */
  readonly optional?: boolean;
}

/** In the order in which the chart lists them. */
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

/** Names of the services that run an image of ours. */
export const servicesOfImage = (image: OwnImage): string[] =>
  services.filter((service) => service.image === image).map(({ name }) => name);

/** Programs of our image: the service's name, and the source. */
export const servicePrograms = (): Record<string, string> =>
  Object.fromEntries(services.flatMap(({ name, program }) => (program === undefined ? [] : [[name, program]])));

/** Calls between services in the trace of a round that `first` begins, as `arcade→dice`, sorted. */
export function callsOfRound(first: ServiceName): string[] {
  const calls = serviceOf(first)?.calls ?? [];
  const below = calls.flatMap((callee) => callsOfRound(callee as ServiceName));
  return [...new Set([...calls.map((callee) => `${first}→${callee}`), ...below])].sort();
}

/** Services whose spans are in the trace of a round that `first` begins, sorted. */
export const servicesOfRound = (first: ServiceName): string[] =>
  [...new Set([first, ...callsOfRound(first).flatMap((call) => call.split('→'))])].sort();

/** Services that the guide serves under `/apps/<name>`. @param optional names of the optional ones that are on */
export const servicesBehindGuide = (optional: readonly string[] = []): string[] =>
  services
    .filter(({ name, behindGuide, optional: isOptional }) => behindGuide && (!isOptional || optional.includes(name)))
    .map(({ name }) => name);

/** The variable that tells an app where a service is: `ARCADE_URL`. */
export const urlVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_URL`;
