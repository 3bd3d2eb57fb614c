// Tells apart what an attribute says about a trace, by its name in the semantic conventions: how a request ended, where
// it ran, who began it, or anything else. Keys are those of trace-attributes.ts, such as
// `prizes:resource.k8s.pod.name`.
import { DRIVER } from './trace-drivers.ts';

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const OUTCOME = /:(error|exception|http\.status_(code|text)|http\.response\.status_code|otel\.status_\w+)(\.|$)/;
const RPC_OUTCOME = /:(rpc\.(\w+\.)?status_code|db\.response\.status_code|faas\.invocation_status)$/;

/** Whether the attribute describes how a request ended. Traces are marked by such attributes. */
export const isOutcome = (key: string): boolean => OUTCOME.test(key) || RPC_OUTCOME.test(key);

/** Whether the attribute only says which driver began a trace: its resource describes nothing else. */
export const isOrigin = (key: string): boolean => key.startsWith(`${DRIVER}:resource.`);

/** @see https://opentelemetry.io/docs/specs/semconv/resource/ */
const PLACES = [
  /:resource\.k8s\.(\w+\.)+(name|uid|ip|start_time)$/,
  /:resource\.(host|container)\.(id|ip|mac|name)$/,
  /:resource\.process\.(?!runtime\.)/,
  /:resource\.service\.instance\.id$/,
  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/network/, and the names before version 1.21.
  /:(client|server|source|destination|network\.(local|peer))\.(address|port)$/,
  /:(net\.(host|peer|sock)\.[\w.]+|http\.(client_ip|host))$/,
];

/**
 * Whether the attribute names one pod, process or host, or its address. Such a name goes together with all that the pod
 * has, such as its version and its age, so it explains nothing by itself.
 */
export const isPlace = (key: string): boolean => !isOrigin(key) && PLACES.some((pattern) => pattern.test(key));

/** Resource attributes that describe what is around an app. Other values of the same traces say more. */
const SURROUNDINGS = /:resource\.(process|host|os|telemetry|container|k8s)\./;

/** Orders the names of the same traces: 0 says most, and 2 says least. */
export function rankOf(key: string): 0 | 1 | 2 {
  if (isPlace(key)) return 2;
  return SURROUNDINGS.test(key) ? 1 : 0;
}
