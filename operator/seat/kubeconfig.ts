// The attendee's kubeconfig: the cluster, a token that expires, and the attendee's namespace.
// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
import { sha256 } from '../../cdk8s/plain.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import { GROUP, LABELS, NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { labelsOf, namespaceOf } from './objects.ts';
import type { LabObject } from './types.ts';
import type { Secret } from '../../kubernetes/types.ts';

/** How attendees reach the API server. */
export interface Endpoint {
  /** Its URL. */
  readonly server: string;
  /** The certificates to trust, as PEM. If left out, the machine's certificates count. */
  readonly certificateAuthority?: string;
}

/** What a kubeconfig is made from, besides the token. */
export interface Terms extends Endpoint {
  readonly seconds: number;
}

export interface Token {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** The annotation with the hash of the terms. */
const TERMS = `${GROUP}/terms-sha256`;
const DEFAULT_LIFETIME = '12h';
/** The shortest lifetime that the API server allows, in seconds. */
const SHORTEST = 600;
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * The seconds of a duration such as 12h or 1h30m, at least ten minutes. An invalid duration, which the schema refuses,
 * gives the default.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export function lifetimeSeconds(duration = DEFAULT_LIFETIME): number {
  const text = /^(\d+[hms])+$/.test(duration) ? duration : DEFAULT_LIFETIME;
  const parts = [...text.matchAll(/(\d+)([hms])/g)].map(([, digits, unit = '']) => Number(digits) * (UNITS[unit] ?? 0));
  return Math.max(
    SHORTEST,
    parts.reduce((a, b) => a + b, 0),
  );
}

const termsHash = (terms: Terms, account: string): string =>
  sha256(JSON.stringify([terms.server, terms.certificateAuthority ?? '', terms.seconds, account]));

/** Quotes a value as JSON, which is also YAML. */
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

/** The Secret. `account` is the uid of the token's ServiceAccount. Tokens of an earlier account are invalid. */
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

/** Whether the Secret holds a kubeconfig for these terms. */
export const isCurrent = (secret: Secret | undefined, terms: Terms, account: string): boolean =>
  (secret?.data?.['config'] ?? '') !== '' && secret?.metadata.annotations?.[TERMS] === termsHash(terms, account);

/** The access for the status. A token is renewed at four fifths of its lifetime. */
export function accessOf(seat: Seat, { expiresAt }: Token, now: number): NonNullable<SeatStatus['access']> {
  const expires = Date.parse(expiresAt);
  return {
    secret: `${namespaceOf(seat)}/${NAMES.kubeconfig}`,
    expiresAt: rfc3339(expires),
    renewAt: rfc3339(now + (expires - now) * 0.8),
  };
}
