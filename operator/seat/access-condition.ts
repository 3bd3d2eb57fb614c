// Builds a Seat's condition Access: whether the attendee has a kubeconfig, when it ends, and what to do before that.
import { isIP } from 'node:net';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { lifetimeSeconds } from './kubeconfig.ts';
import { namespaceOf } from './objects.ts';

type Access = NonNullable<SeatStatus['access']>;

const TYPE = 'Access';

/** Seconds by which a token may end earlier than the operator asked, because of rounding and of the request's time. */
const TOLERANCE = 60;

const LOCAL_SUFFIXES = ['.localhost', '.docker.internal', '.minikube.internal', '.svc', '.cluster.local'];

const isLocalName = (name: string): boolean =>
  !name.includes('.') || LOCAL_SUFFIXES.some((suffix) => name.endsWith(suffix));

const isLocalAddress = (address: string): boolean =>
  /^(127\.|0\.0\.0\.0$)/.test(address) || ['::', '::1'].includes(address) || /^::ffff:(127\.|7f)/.test(address);

/**
 * Whether the address is of a network that Docker makes by default, where kind, k3d and minikube run their nodes. The
 * last of these networks is left out, because it is also the default network of AWS.
 * https://docs.docker.com/engine/network/#automatic-subnet-allocation
 */
const isDockerAddress = (address: string): boolean => /^172\.(1[7-9]|2\d|30)\./.test(address);

/**
 * Whether other machines probably can't reach the URL: a loopback address, an address of a Docker network, or a name
 * that only a local cluster knows, such as `kind-control-plane`.
 */
export function isLocalServer(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? isLocalName(host) : isLocalAddress(host) || isDockerAddress(host);
}

/** Returns the command that writes the kubeconfig to a file. */
export const handOutCommand = (seat: Seat): string =>
  `kubectl -n ${namespaceOf(seat)} get secret ${NAMES.kubeconfig} -o jsonpath='{.data.config}' | base64 -d > ` +
  `${namespaceOf(seat)}.kubeconfig`;

const hours = (seconds: number): string => `${Math.round(seconds / 360) / 10}h`;

/** Says that the API server granted a shorter token than the Workshop asks for. */
function shortenedText(seat: Seat, { issuedAt, expiresAt }: Access): string {
  if (issuedAt === undefined) return '';
  const granted = (Date.parse(expiresAt) - Date.parse(issuedAt)) / 1000;
  const asked = lifetimeSeconds(seat.spec.access?.tokenLifetime);
  if (granted >= asked - TOLERANCE) return '';
  return (
    ` The API server granted ${hours(granted)} of the ${hours(asked)} that spec.access.tokenLifetime asks for. Its ` +
    'flag --service-account-max-token-expiration sets the longest lifetime.'
  );
}

/** Says when a file that was handed out ends. The operator renews the Secret, but it can't renew that file. */
function endText(seat: Seat, { issuedAt, expiresAt, renewAt, handedOutUntil = expiresAt }: Access): string {
  const command = `: ${handOutCommand(seat)}`;
  return handedOutUntil === expiresAt
    ? `Files that you have handed out end then too. At ${renewAt} the operator writes a new kubeconfig into the ` +
        `Secret. Hand it out again between these times${command}`
    : `Files that you handed out before ${issuedAt} end at ${handedOutUntil}. Hand the Secret out again before ` +
        `that${command}`;
}

const localText = (server: string): string =>
  `The kubeconfig's server is ${server}. Usually only the machine that runs the cluster reaches such an address, so ` +
  "attendees on other machines can't use it. Set spec.access.server of the Workshop to a URL that they reach.";

/** Builds the condition Access of a seat that has a kubeconfig. */
export function validAccess(seat: Seat, access: Access, server: string): ConditionSpec {
  const isLocal = isLocalServer(server);
  const message =
    `${isLocal ? `${localText(server)} ` : ''}Secret ${access.secret} holds the attendee's kubeconfig, which ends at ` +
    `${access.expiresAt}. ${endText(seat, access)}.${shortenedText(seat, access)}`;
  return { type: TYPE, status: 'True', reason: isLocal ? 'ServerIsLocal' : 'KubeconfigValid', message };
}
