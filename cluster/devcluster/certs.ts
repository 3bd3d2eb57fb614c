// Creates the cluster's certificates with openssl(1), because Node can read certificates but not create them.
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import type { Layout } from './layout.ts';
import { network } from './layout.ts';

export interface CertificateSpec {
  /** The name of the certificate's file without extension. */
  readonly name: string;
  readonly commonName: string;
  /** The Kubernetes group of the user that the certificate identifies. */
  readonly organization?: string;
  /** The addresses and names of a server, as `IP:…` and `DNS:…`. A client certificate has none. */
  readonly altNames?: readonly string[];
  /** The name of the authority that signs the certificate. */
  readonly authority: 'ca' | 'front-proxy-ca';
}

/** The lifetime of certificates in days: ten years, so that none expires while the cluster exists. */
const DAYS = '3650';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

/**
 * Returns the certificates of all components. Kubernetes has built-in roles for their users and groups.
 * https://kubernetes.io/docs/setup/best-practices/certificates/
 */
export function certificates(nodeName: string): CertificateSpec[] {
  const client = (name: string, commonName: string, organization?: string): CertificateSpec => ({
    name,
    commonName,
    authority: 'ca',
    ...(organization === undefined ? {} : { organization }),
  });
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${network.domain}`,
  ];
  return [
    {
      name: 'apiserver',
      commonName: 'kube-apiserver',
      authority: 'ca',
      // This machine reaches the API server through the relay, at 127.0.0.1 and localhost.
      altNames: [
        'IP:127.0.0.1',
        'DNS:localhost',
        `IP:${network.nodeAddress}`,
        `IP:${network.apiService}`,
        ...service.map((name) => `DNS:${name}`),
      ],
    },
    {
      name: 'kubelet-server',
      commonName: nodeName,
      authority: 'ca',
      altNames: [`IP:${network.nodeAddress}`, 'IP:127.0.0.1', `DNS:${nodeName}`],
    },
    client('kubelet', `system:node:${nodeName}`, 'system:nodes'),
    client('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', 'system:masters'),
    client('controller-manager', 'system:kube-controller-manager'),
    client('scheduler', 'system:kube-scheduler'),
    client('kube-proxy', 'system:kube-proxy'),
    client('kube-router', 'kube-router'),
    client('admin', 'intro-otel-admin', 'system:masters'),
    // Without an authority for the aggregation layer, the controller manager and the scheduler log an error every few
    // seconds.
    { name: 'front-proxy-client', commonName: 'front-proxy-client', authority: 'front-proxy-ca' },
  ];
}

/**
 * Writes all certificates and keys to the cluster's pki directory, and also the key that signs service account tokens.
 */
export async function writeCertificates(layout: Layout): Promise<void> {
  await Promise.all(['ca', 'front-proxy-ca'].map((name) => makeAuthority(layout.pki, name)));
  await Promise.all(certificates(layout.name).map((spec) => makeCertificate(layout.pki, spec)));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await writeFile(join(layout.pki, 'service-account.key'), privateKey.export({ type: 'sec1', format: 'pem' }), {
    mode: 0o600,
  });
}

async function makeAuthority(pki: string, name: string): Promise<void> {
  await request(
    pki,
    name,
    extensionsConfig(name, undefined, [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
    ]),
    [],
  );
}

async function makeCertificate(pki: string, spec: CertificateSpec): Promise<void> {
  const usage = spec.altNames === undefined ? 'clientAuth' : 'serverAuth';
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    `extendedKeyUsage=${usage}`,
    ...(spec.altNames === undefined ? [] : [`subjectAltName=${spec.altNames.join(',')}`]),
  ];
  const authority = ['-CA', join(pki, `${spec.authority}.crt`), '-CAkey', join(pki, `${spec.authority}.key`)];
  await request(pki, spec.name, extensionsConfig(spec.commonName, spec.organization, extensions), authority);
}

/**
 * Returns the text of the configuration file from which openssl-req(1) reads a certificate's subject and extensions.
 */
export function extensionsConfig(
  commonName: string,
  organization: string | undefined,
  extensions: readonly string[],
): string {
  return [
    '[req]',
    'prompt=no',
    'distinguished_name=subject',
    'x509_extensions=extensions',
    '[subject]',
    ...(organization === undefined ? [] : [`O=${organization}`]),
    `CN=${commonName}`,
    '[extensions]',
    ...extensions,
    '',
  ].join('\n');
}

async function request(pki: string, name: string, config: string, authority: readonly string[]): Promise<void> {
  const file = (extension: string): string => join(pki, `${name}.${extension}`);
  await writeFile(file('cnf'), config);
  const out = ['-keyout', file('key'), '-out', file('crt')];
  await run('openssl', ['req', '-x509', '-config', file('cnf'), '-days', DAYS, ...NEW_KEY, ...authority, ...out]);
}
