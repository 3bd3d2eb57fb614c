// The arguments of `npm run release`.
import { versions } from '../lab/versions.ts';
import { parseOptions, UsageError } from '../support/options.ts';
import { fileOf } from '../cluster/commands/command.ts';
import { targetOf } from './target.ts';
import type { Target } from './target.ts';

export const OPTIONS = {
  registry: { value: 'HOST/PATH', help: 'release to this registry, below this path' },
  key: {
    value: 'FILE',
    help:
      "cosign's private key, or the address of one, such as env://COSIGN_PRIVATE_KEY. Its password is in\n" +
      'COSIGN_PASSWORD, or in the file COSIGN_PASSWORD_FILE. With --verify: the public key',
  },
  'dry-run': { help: 'build everything and print what would be pushed, but push and sign nothing' },
  verify: { value: 'HOST/PATH[:VERSION]', help: 'verify a release: signatures, SBOMs, provenance and content' },
} as const;

export interface MakeRelease {
  readonly command: 'release';
  readonly target: Target;
  /** The private key. Undefined in a dry run. */
  readonly key: string | undefined;
}

export interface VerifyOnly {
  readonly command: 'verify';
  readonly target: Target;
  readonly key: string;
}

/** Parses the arguments. @throws UsageError for arguments that don't go together */
export function parseArguments(args: readonly string[]): MakeRelease | VerifyOnly {
  const { given } = parseOptions(args, OPTIONS);
  const { registry, verify, key } = given;
  const dryRun = given['dry-run'] === true;
  if ((registry === undefined) === (verify === undefined))
    throw misused('either --registry or --verify', args.join(' ') || 'no arguments');
  if (key === undefined && !dryRun) throw misused('--key FILE, because every release is signed', 'no --key');
  const keyFile = key === undefined || dryRun ? undefined : keyOf(key);
  if (registry !== undefined) return { command: 'release', target: releaseTarget(registry), key: keyFile };
  if (keyFile === undefined) throw misused('--dry-run only with --registry', '--verify --dry-run');
  return { command: 'verify', target: targetOf(verify ?? '', '--verify'), key: keyFile };
}

function releaseTarget(text: string): Target {
  const target = targetOf(text, '--registry');
  if (target.version === versions.lab && !text.endsWith(`:${versions.lab}`)) return target;
  throw misused('--registry HOST/PATH without a version: it is that of lab/versions.ts', text);
}

/** Returns the address of a key, or the absolute path of its file. */
function keyOf(text: string): string {
  return /^[a-z0-9]+:\/\//.test(text) ? text : fileOf(text, '--key');
}

function misused(expected: string, found: string): UsageError {
  const todo = 'npm run release -- --help shows the options';
  return new UsageError("These arguments don't make a release.", { expected, found, todo });
}
