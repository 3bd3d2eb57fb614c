// Makes the traces of several drivers alike, so that a comparison doesn't take the driver for a cause. A driver is a
// service that only begins traces: the visitors, and the guide, which plays the extra rounds of the load. Which of them
// began a trace says when a learner set the load, and not why a request failed.
import type { TraceAttributes } from './trace-attributes.ts';

/** Stands for the service that began a trace, in the keys of what drivers report. */
export const DRIVER = 'the service that began the trace';

/** What is needed of a trace. */
export interface Begun {
  /** Service of the first root span. */
  readonly service: string;
  readonly services: readonly string[];
  readonly attributes: TraceAttributes;
}

/**
 * Returns the services that begin traces of several services, and take part in no trace that another service began.
 * Returns none if there is only one: then its name tells no traces apart.
 */
export function driversOf(traces: readonly Begun[]): ReadonlySet<string> {
  const begins = new Set(traces.filter(({ services }) => services.length > 1).map(({ service }) => service));
  const called = new Set(traces.flatMap(({ service, services }) => services.filter((name) => name !== service)));
  const drivers = [...begins].filter((name) => !called.has(name));
  return new Set(drivers.length > 1 ? drivers : []);
}

/** Returns the attributes of a trace. Those that a driver reports have DRIVER in their keys instead of its name. */
export function attributesAlike({ service, attributes }: Begun, drivers: ReadonlySet<string>): TraceAttributes {
  if (!drivers.has(service)) return attributes;
  const prefix = `${service}:`;
  return Object.fromEntries(
    Object.entries(attributes).map(([key, values]) =>
      key.startsWith(prefix) ? [`${DRIVER}:${key.slice(prefix.length)}`, values] : [key, values],
    ),
  );
}
