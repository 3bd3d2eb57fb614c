// Short error messages for a learner whose code doesn't start or ends itself. They name the error, the file and the
// line.

/**
 * Returns the message for learner's code that fails while it starts.
 * @param source path of the learner's code. Kubernetes mounts a ConfigMap's files through linked folders, whose names
 * start with `..`. The message leaves these folders out of the path.
 * @param stack Node's error output
 */
export function startFailure(source: string, stack: string): string {
  return [`dice can't start: its code ${source} has an error.`, ...linesOf(source, stack)].join('\n');
}

/** Returns the message for a `process.exit` in the learner's code, or undefined if other code called `process.exit`. */
export function exitCalled(source: string, stack: string, code?: number | string | null): string | undefined {
  const place = linesOf(source, stack).find((line) => line.includes(`${source}:`));
  return place && `dice ends: your code calls process.exit(${code ?? ''})\n${place}`;
}

/** Returns the message and the line of an error that happened in the learner's code, or undefined. */
export function errorIn(source: string, stack: string): { message: string; line: number } | undefined {
  const [message = '', ...frames] = linesOf(source, stack);
  const place = frames.find((line) => /^\s+at /.test(line) && line.includes(`${source}:`));
  const line = Number(place?.split(`${source}:`)[1]?.split(':')[0]);
  return line > 0 ? { message, line } : undefined;
}

function linesOf(source: string, stack: string): string[] {
  const folder = source.slice(0, source.lastIndexOf('/'));
  return stack
    .replaceAll('file://', '')
    .replaceAll(new RegExp(`${escaped(folder)}/\\.\\.[^/]+/`, 'g'), `${folder}/`)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^\s+at .*(node:|node_modules)/.test(line));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
