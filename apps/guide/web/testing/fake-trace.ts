// Builds fake traces in the form in which the guide returns them: of a round through every service, or of one request
// to dice.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { SpanOfPage, TraceOfPage } from '../../contract.ts';

interface Sketch {
  service: string;
  name: string;
  kind: SpanOfPage['kind'];
  /** Start time of the span, in milliseconds after the start of the trace. */
  at: number;
  took: number;
  attributes?: Attributes;
  events?: SpanOfPage['events'];
  failed?: string;
  pod?: string;
  children?: Sketch[];
}

const start = Date.UTC(2026, 10, 22, 9, 30, 12) + 114.304;

function spanOf(sketch: Sketch, traceId: string, path: string, parent?: string): SpanOfPage {
  const spanId = path.padStart(16, 'a');
  return {
    traceId,
    spanId,
    ...(parent ? { parentSpanId: parent } : {}),
    name: sketch.name,
    kind: sketch.kind,
    service: sketch.service,
    scope: `@opentelemetry/instrumentation-${sketch.kind === 'internal' ? 'express' : 'http'}`,
    start: start + sketch.at,
    duration: sketch.took,
    attributes: sketch.attributes ?? {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.path': '/play',
    },
    resource: {
      'service.name': sketch.service,
      'service.version': '0.1.0',
      'telemetry.sdk.language': 'nodejs',
      'k8s.pod.name': sketch.pod ?? `lab-${sketch.service}-7d4b9c6f5-x2x8v`,
    },
    events: sketch.events ?? [],
    status: sketch.failed === undefined ? { code: 'unset' } : { code: 'error', message: sketch.failed },
    children: (sketch.children ?? []).map((child, index) => spanOf(child, traceId, `${path}${index + 1}`, spanId)),
    orphan: false,
  };
}

const round: Sketch = {
  service: 'guide',
  name: 'POST /api/rounds',
  kind: 'server',
  at: 0,
  took: 38.42,
  children: [
    {
      service: 'guide',
      name: 'GET',
      kind: 'client',
      at: 1.1,
      took: 36.8,
      children: [
        {
          service: 'arcade',
          name: 'GET /play',
          kind: 'server',
          at: 2.7,
          took: 34.1,
          attributes: { 'http.route': '/play', 'player.name': 'you', 'http.response.status_code': 200 },
          children: [
            {
              service: 'arcade',
              name: 'GET',
              kind: 'client',
              at: 3.4,
              took: 11.2,
              children: [
                {
                  service: 'dice',
                  name: 'GET /rolldice',
                  kind: 'server',
                  at: 5.2,
                  took: 7.4,
                  attributes: { 'http.route': '/rolldice', 'http.response.status_code': 200 },
                  children: [
                    {
                      service: 'dice',
                      name: 'do_roll',
                      kind: 'internal',
                      at: 6.1,
                      took: 0.12,
                      attributes: { 'roll.value': 4 },
                    },
                  ],
                },
              ],
            },
            {
              service: 'arcade',
              name: 'GET',
              kind: 'client',
              at: 15.2,
              took: 20.9,
              children: [
                {
                  service: 'prizes',
                  name: 'GET /prizes/:roll',
                  kind: 'server',
                  at: 17.9,
                  took: 16.4,
                  failed: 'the shelf is empty',
                  attributes: {
                    'http.route': '/prizes/:roll',
                    'http.response.status_code': 500,
                    'service.version': '2.0.0',
                    'node.pool': 'green',
                  },
                  events: [
                    {
                      name: 'exception',
                      time: start + 30.2,
                      attributes: {
                        'exception.type': 'Error',
                        'exception.message': 'the shelf is empty',
                        'exception.stacktrace': 'Error: the shelf is empty\n    at take (shelf.js:7:9)',
                      },
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
};

const visit = (path: string, pod: string): Sketch => ({
  service: 'guide',
  name: 'POST /api/visit',
  kind: 'server',
  at: 0,
  took: 9.3,
  children: [
    {
      service: 'guide',
      name: 'GET',
      kind: 'client',
      at: 0.6,
      took: 8.1,
      children: [
        {
          service: 'dice',
          pod,
          name: `GET ${path}`,
          kind: 'server',
          at: 2.2,
          took: 4.9,
          attributes: { 'http.route': path, 'url.path': path, 'http.response.status_code': 200 },
          events: [{ name: 'counted', time: start + 3.4, attributes: { hits: 12 } }],
        },
      ],
    },
  ],
});

/** @param path what the ids of its spans end with */
function traceOf(sketch: Sketch, traceId: string, path = '1'): TraceOfPage {
  const root = spanOf(sketch, traceId, path);
  const services = new Set<string>();
  const note = (span: SpanOfPage): void => {
    services.add(span.service);
    span.children.forEach(note);
  };
  note(root);
  return { traceId, services: [...services].sort(), start, duration: sketch.took, roots: [root] };
}

export function roundTrace(traceId: string): TraceOfPage {
  return traceOf(round, traceId);
}

/**
 * Builds the trace of a request to dice.
 * @param pod the pod of dice that answered. Without it the trace has only the guide's spans.
 */
export function visitTrace(traceId: string, path: string, pod?: string): TraceOfPage {
  const { children = [], ...asked } = visit(path, pod ?? '');
  return traceOf(
    { ...asked, children: pod ? children : children.map((child) => ({ ...child, children: [] })) },
    traceId,
  );
}

/** The span of a service in a request to /server_request. */
const served = (service: 'dice' | 'prizes', pod?: string): Sketch =>
  service === 'dice'
    ? { service, ...(pod ? { pod } : {}), name: 'server_request', kind: 'server', at: 2.2, took: 6.1 }
    : { service, name: 'GET /prizes/:roll', kind: 'server', at: 4.4, took: 2.7 };

/** Builds the trace of a request to /server_request, which all services have joined. */
export function contextTrace(traceId: string, pod: string): TraceOfPage {
  const { children: [call] = [], ...asked } = visit('/server_request', pod);
  const dice = { ...served('dice', pod), children: [served('prizes')] };
  return traceOf({ ...asked, children: call ? [{ ...call, children: [dice] }] : [] }, traceId);
}

/** Builds the trace that a service has started itself in a request to /server_request. */
export const servedTrace = (traceId: string, service: 'dice' | 'prizes', pod?: string): TraceOfPage =>
  traceOf(served(service, pod), traceId, service === 'dice' ? '8' : '9');

/**
 * Builds a trace that dice has started itself. Dice does that if its hand-written span does not continue the caller's
 * trace.
 */
export function rollTrace(traceId: string, pod: string): TraceOfPage {
  return traceOf(
    { service: 'dice', pod, name: 'do_roll', kind: 'internal', at: 2.3, took: 0.2, attributes: { 'roll.value': 4 } },
    traceId,
  );
}
