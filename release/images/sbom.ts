// Writes the software bill of materials of an image, in the format CycloneDX 1.6:
// https://cyclonedx.org/docs/1.6/json/
import { createHash } from 'node:crypto';
import type { ImageName, Platform } from './image.ts';

/** A package that files of an image come from. */
export interface Package {
  readonly type: 'application' | 'library';
  readonly name: string;
  readonly version: string;
  /** The package URL: https://github.com/package-url/purl-spec */
  readonly purl: string;
  readonly licenses: Licenses;
  /** The digest of the package's file, as npm writes it. Undefined if another package's file contains the package. */
  readonly integrity: string | undefined;
  /** The name in vulnerability databases that know no package URLs. */
  readonly cpe?: string;
}

/** One SPDX expression, or the names of licenses as the package writes them. */
export type Licenses = readonly [{ readonly expression: string }] | readonly { readonly license: { name: string } }[];

/** The image that an SBOM describes. */
export interface Subject {
  readonly name: ImageName;
  readonly version: string;
  readonly platform: Platform;
  /** The digest of the image's manifest. */
  readonly digest: string;
  /** The time of the image, in seconds since 1970. */
  readonly created: number;
}

/** Returns the text of the SBOM. The same image gives the same text. */
export function sbomText(subject: Subject, packages: readonly Package[]): string {
  const components = [...new Map(packages.map((each) => [each.purl, componentOf(each)])).values()];
  components.sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const image = imageComponent(subject);
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(subject.digest)}`,
    version: 1,
    metadata: {
      timestamp: new Date(subject.created * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: image,
    },
    components: [operatingSystem, ...components],
    dependencies: [
      { ref: image['bom-ref'], dependsOn: [operatingSystem, ...components].map((each) => each['bom-ref']) },
    ],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** The distribution that the Debian packages are from. Scanners look up their vulnerabilities under this name. */
const operatingSystem = { type: 'operating-system', 'bom-ref': 'os', name: 'debian', version: '12' } as const;

function imageComponent({ name, version, platform, digest }: Subject) {
  const purl = `pkg:oci/${name}@${encodeURIComponent(digest)}?arch=${platform.replace('linux/', '')}&tag=${version}`;
  return { type: 'container', 'bom-ref': purl, name, version, purl };
}

function componentOf({ integrity, name, ...rest }: Package) {
  const [, group, short = name] = /^(@[^/]+)\/(.*)$/.exec(name) ?? [];
  return {
    'bom-ref': rest.purl,
    ...(group === undefined ? {} : { group }),
    name: short,
    ...rest,
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
  };
}

function hashOf(integrity: string): { alg: string; content: string } {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/);
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
}

/** Returns a UUID that depends only on `text`: https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
