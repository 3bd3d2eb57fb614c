// The addresses that the Collector and Jaeger listen on: the pod's address and loopback. On all addresses, other pods
// would also reach them at the pod's link-local IPv6 address, to which many network plugins don't apply
// NetworkPolicies.
import type { EnvVar } from './manifest.ts';
import { PORTS } from '../../lab/ports.ts';
import { fromPod } from './workload.ts';

/** The environment variable with the pod's address. */
export const POD_IP: EnvVar = fromPod('POD_IP', 'status.podIP');

/**
 * Returns the endpoint of a port at the pod's address, in YAML. Go accepts the brackets around addresses of both
 * families. Probes connect to this address.
 */
export const atPod = (port: number): string => `"[\${env:POD_IP}]:${port}"`;

/** Returns the endpoint of a port on loopback, which `kubectl port-forward` connects to. */
export const onLoopback = (port: number): string => `127.0.0.1:${port}`;

/** The names of `otlpReceivers`, in YAML. */
export const OTLP_RECEIVERS = '[otlp, otlp/loopback]';

const otlpReceiver = (name: string, endpoint: (port: number) => string): string => `  ${name}:
    protocols:
      grpc:
        endpoint: ${endpoint(PORTS.otlpGrpc)}
      http:
        endpoint: ${endpoint(PORTS.otlpHttp)}
`;

/** Returns the configuration of a receiver at the pod's address and of one on loopback. */
export const otlpReceivers = (): string => otlpReceiver('otlp', atPod) + otlpReceiver('otlp/loopback', onLoopback);
