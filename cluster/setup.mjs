// Runs a command of this repository with the pinned Node. It first installs the dependencies if they are missing or
// older than the lockfile. It is plain JavaScript and uses no packages, because none may be installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function fail(message) {
  console.error(`intro-otel: ${message}`);
  process.exit(1);
}

/**
 * Returns whether the lockfile's packages are installed. Compares the packages' versions only if the lockfile has
 * changed since the last install.
 */
function installed() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  const lockfile = join(root, 'package-lock.json');
  if (!existsSync(marker)) return false;
  if (statSync(marker).mtimeMs >= statSync(lockfile).mtimeMs) return true;
  const [has, wanted] = [marker, lockfile].map((file) => JSON.parse(readFileSync(file, 'utf8')).packages);
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    return has[path] === undefined
      ? optional === true
      : has[path].version === version && has[path].integrity === integrity;
  });
}

function install() {
  console.error('intro-otel: installing the dependencies in package-lock.json (about a minute, only this once) …');
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const result = spawnSync(command, [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0)
    fail('npm ci failed (see its output above). Check the network and the disk, then run this again.');
}

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Expected Node 20 or later, found ${process.versions.node}. Install a newer Node, then run this again.`);
if (!installed()) install();

const [first, ...rest] = process.argv.slice(2);
const isBin = first === '--bin';
const script = isBin ? join(bin, rest[0]) : join(root, first);
const args = isBin ? rest.slice(1) : rest;
const nodeOptions =
  isBin && rest[0] === 'jest' ? '--experimental-vm-modules --disable-warning=ExperimentalWarning' : '';
const child = spawn(pinnedNode, [...nodeOptions.split(' ').filter(Boolean), script, ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
});
// This process only passes the signal on and waits, because the command handles it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`The pinned Node did not start: ${error.message}. Run npm ci, then run this again.`));
child.on('exit', (code) => process.exit(code ?? 1));
