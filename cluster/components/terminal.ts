// The parts of the terminal's image that don't come from apps/terminal: Debian's busybox, and kubectl.
import { run } from '../../support/run.ts';
import { PATH, TMP } from './images.ts';
import type { Entry, Image, ImageConfig } from './oci.ts';
import type { Packages } from './packages.ts';

/** The path of Debian's busybox, which needs no library. */
const BUSYBOX = '/bin/busybox';

/** The Debian package with the busybox for the image. */
export const terminalPackages: Packages = { 'busybox-static': [BUSYBOX] };

export const TERMINAL_CONFIG: ImageConfig = { Cmd: ['sh'], Env: [PATH] };

/** The commands of busybox that the image has: each is a link to it. */
const COMMANDS = [
  ...['[', 'ash', 'awk', 'base64', 'basename', 'cat', 'chmod', 'clear', 'cmp', 'comm', 'cp', 'cut', 'date', 'dd', 'df'],
  ...['diff', 'dirname', 'du', 'echo', 'egrep', 'env', 'expr', 'false', 'fgrep', 'find', 'fold', 'free', 'grep'],
  ...['gunzip', 'gzip', 'head', 'hexdump', 'hostname', 'id', 'kill', 'killall', 'less', 'ln', 'ls', 'md5sum', 'mkdir'],
  ...['mktemp', 'more', 'mv', 'nc', 'nl', 'nproc', 'nslookup', 'od', 'paste', 'pgrep', 'pidof', 'pkill', 'printenv'],
  ...['printf', 'ps', 'pwd', 'readlink', 'realpath', 'reset', 'rev', 'rm', 'rmdir', 'sed', 'seq', 'sh', 'sha256sum'],
  ...['sleep', 'sort', 'split', 'stat', 'strings', 'stty', 'tac', 'tail', 'tar', 'tee', 'test', 'time', 'timeout'],
  ...['top', 'touch', 'tr', 'true', 'tty', 'uname', 'uniq', 'unzip', 'uptime', 'vi', 'watch', 'wc', 'wget', 'which'],
  ...['whoami', 'xargs', 'xxd', 'yes', 'zcat'],
];

/** Returns the links to busybox, and the files by which programs know their user and find names. */
export const TERMINAL_FILES: readonly Entry[] = [
  TMP,
  {
    path: '/etc/passwd',
    mode: 0o644,
    from: { content: 'root:x:0:0:root:/:/bin/sh\nyou:x:10001:10001::/work:/bin/sh\n' },
  },
  { path: '/etc/group', mode: 0o644, from: { content: 'root:x:0:\nyou:x:10001:\n' } },
  { path: '/etc/nsswitch.conf', mode: 0o644, from: { content: 'hosts: files dns\n' } },
  ...COMMANDS.map((name) => ({ path: `/bin/${name}`, from: { link: 'busybox' } })),
];

/** Builds the base image of the terminal, for machines that can't reach a registry. */
export async function busyboxImage(): Promise<Image> {
  const { stdout } = await run('dpkg-query', ['--show', '--showformat=${Version}', 'busybox-static']);
  return {
    name: `throwaway.intro-otel.dev/busybox:${stdout.replace(/[^\w.-]+/g, '-')}`,
    entries: [{ path: BUSYBOX, from: { source: BUSYBOX } }, ...TERMINAL_FILES],
    config: TERMINAL_CONFIG,
  };
}
