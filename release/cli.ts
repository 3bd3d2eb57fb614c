// The command `npm run release`. It builds a release, pushes it to a registry and signs it, or verifies one.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { versions } from '../lab/versions.ts';
import { describeError } from '../support/errors.ts';
import { optionsHelp, UsageError } from '../support/options.ts';
import { coloured, print, say } from '../support/output.ts';
import { repoRoot } from '../support/paths.ts';
import { createProgress } from '../support/progress.ts';
import type { Progress } from '../support/progress.ts';
import { OPTIONS, parseArguments } from './arguments.ts';
import type { MakeRelease, VerifyOnly } from './arguments.ts';
import { buildRelease } from './build.ts';
import { Signer, Verifier } from './cosign.ts';
import { buildReleaseImages } from './images/build.ts';
import { nameOf, publish } from './publish.ts';
import type { PublishOptions } from './publish.ts';
import { Registry } from './registry.ts';
import { readSource } from './source.ts';
import { releaseTools } from './tools.ts';
import { verifyRelease } from './verify.ts';

const HELP = `npm run release -- --registry HOST/PATH --key FILE
npm run release -- --registry HOST/PATH --dry-run
npm run release -- --verify HOST/PATH[:VERSION] --key FILE

Builds the images and the chart of version ${versions.lab}, pushes them to HOST/PATH, and signs them. The same commit
gives the same digests. A version that the registry already has is never overwritten. The registry's
credentials are those of docker login.

${optionsHelp(OPTIONS)}`;

/** The directory with the files of the last release that this checkout built. */
const DIRECTORY = join(import.meta.dirname, 'dist');

async function makeRelease({ target, key }: MakeRelease): Promise<void> {
  const report = createProgress();
  const source = await readSource(repoRoot, versions.lab);
  await rm(DIRECTORY, { recursive: true, force: true });
  await mkdir(DIRECTORY, { recursive: true });
  const publisher = key === undefined ? undefined : await publisherFor(key, report);
  const artifacts = await buildRelease({
    target,
    source,
    directory: DIRECTORY,
    report,
    buildImages: buildReleaseImages,
  });
  if (publisher === undefined) {
    for (const artifact of artifacts) print(`would push ${nameOf(artifact, target)}`);
    return say(`Nothing was pushed. The files are in ${DIRECTORY}.`);
  }
  const before = await publish(artifacts, { target, ...publisher, report });
  for (const artifact of artifacts)
    print(`${before.has(artifact) ? 'already there' : 'released'} ${nameOf(artifact, target)}`);
  say(
    `Install it: helm install intro-otel oci://${target.registry}/${target.path}/intro-otel --version ${target.version}`,
  );
}

/** Returns what pushes and signs. It reads the key first, because building the images takes minutes. */
async function publisherFor(key: string, report: Progress): Promise<Pick<PublishOptions, 'registry' | 'signer'>> {
  const { crane, cosign } = await releaseTools(report);
  return { registry: new Registry(crane), signer: await Signer.create(cosign, key, DIRECTORY) };
}

async function verify({ target, key }: VerifyOnly): Promise<void> {
  const report = createProgress();
  const { crane, cosign } = await releaseTools(report);
  await verifyRelease({ target, registry: new Registry(crane), verifier: new Verifier(cosign, key), report });
  say(`Release ${target.version} in ${target.registry}/${target.path} is complete, and all of it is signed by ${key}.`);
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return print(HELP);
  const given = parseArguments(args);
  await (given.command === 'verify' ? verify(given) : makeRelease(given));
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    say(`${coloured('red', '✗', process.stderr)} ${describeError(error)}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
