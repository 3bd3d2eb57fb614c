// Builds the attendee's kubeconfig, which names the cluster and the attendee's namespace and holds a token that
// expires. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
import { sha256 } from '../../cdk8s/canonical-json.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import { DEFAULTS, GROUP, LABELS, LIMITS, NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { labelsOf, namespaceOf } from './objects.ts';
import type { LabObject } from './types.ts';
import type { Secret } from '../../kubernetes/types.ts';

/** The API server's URL and certificates, as attendees need them to connect. */
export interface Endpoint {
  /** The API server's URL, as attendees can reach it. */
  readonly server: string;
  /**
   * The certificates that kubectl trusts, as PEM. If unset, kubectl trusts the certificates of the attendee's machine.
   */
  readonly certificateAuthority?: string;
}

/** The settings from which a kubeconfig is made. The token is not one of them. */
export interface Terms extends Endpoint {
  readonly seconds: number;
}

export interface Token {
  readonly token: string;
  /** When the token expires, as an RFC 3339 time. */
  readonly expiresAt: string;
}

/** Name of the annotation that holds the hash of the kubeconfig's settings. */
const TERMS = `${GROUP}/terms-sha256`;
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * Converts a duration such as 12h or 1h30m to seconds. Returns at least ten minutes. Returns the default for an invalid
 * duration, although the Workshop's schema already refuses it.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export function lifetimeSeconds(duration = DEFAULTS.tokenLifetime): number {
  const text = /^(\d+[hms])+$/.test(duration) ? duration : DEFAULTS.tokenLifetime;
  const parts = [...text.matchAll(/(\d+)([hms])/g)].map(([, digits, unit = '']) => Number(digits) * (UNITS[unit] ?? 0));
  return Math.max(
    LIMITS.tokenLifetime.minimum,
    parts.reduce((a, b) => a + b, 0),
  );
}

const termsHash = (terms: Terms, account: string): string =>
  sha256(JSON.stringify([terms.server, terms.certificateAuthority ?? '', terms.seconds, account]));

/** Quotes a value as a JSON string, which is also valid YAML. */
const quoted = (value: string): string => JSON.stringify(value);

function text(seat: Seat, { server, certificateAuthority }: Terms, token: string): string {
  const namespace = namespaceOf(seat);
  const authority =
    certificateAuthority === undefined
      ? ''
      : `
    certificate-authority-data: ${Buffer.from(certificateAuthority).toString('base64')}`;
  return `apiVersion: v1
kind: Config
current-context: ${quoted(namespace)}
clusters:
- name: ${quoted(seat.spec.workshop)}
  cluster:
    server: ${quoted(server)}${authority}
contexts:
- name: ${quoted(namespace)}
  context:
    cluster: ${quoted(seat.spec.workshop)}
    namespace: ${quoted(namespace)}
    user: ${quoted(seat.spec.attendee)}
users:
- name: ${quoted(seat.spec.attendee)}
  user:
    token: ${quoted(token)}
`;
}

/**
 * Builds the Secret that holds the attendee's kubeconfig. `account` is the uid of the ServiceAccount that the token
 * belongs to. A token becomes invalid when its account is deleted.
 */
export const kubeconfigSecret = (seat: Seat, terms: Terms, account: string, { token }: Token): LabObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: {
    name: NAMES.kubeconfig,
    namespace: namespaceOf(seat),
    labels: { ...labelsOf(seat), [LABELS.component]: 'access' },
    annotations: { [TERMS]: termsHash(terms, account) },
  },
  data: { config: Buffer.from(text(seat, terms, token)).toString('base64') },
});

/**
 * Whether the Secret holds a kubeconfig that the operator made with these settings, for the ServiceAccount with this
 * uid.
 */
export const isCurrent = (secret: Secret | undefined, terms: Terms, account: string): boolean =>
  (secret?.data?.['config'] ?? '') !== '' && secret?.metadata.annotations?.[TERMS] === termsHash(terms, account);

interface Issue {
  /** When the operator asked for the token, in milliseconds since 1970. */
  readonly now: number;
  /** The kubeconfig that the attendee may hold, and whose token is still valid. */
  readonly replaced?: NonNullable<SeatStatus['access']> | undefined;
}

/**
 * Builds the field `access` of the Seat's status. Its time `renewAt` is when four fifths of the token's lifetime are
 * over.
 */
export function accessOf(
  seat: Seat,
  { expiresAt }: Token,
  { now, replaced }: Issue,
): NonNullable<SeatStatus['access']> {
  const expires = Date.parse(expiresAt);
  return {
    secret: `${namespaceOf(seat)}/${NAMES.kubeconfig}`,
    issuedAt: rfc3339(now),
    expiresAt: rfc3339(expires),
    renewAt: rfc3339(now + (expires - now) * 0.8),
    handedOutUntil: replaced?.expiresAt ?? rfc3339(expires),
  };
}
