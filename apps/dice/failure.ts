// The few lines that a learner gets when their code does not start: what is wrong, in which file, on which line.

/**
 * @param source where the code was looked for; a ConfigMap mounts it through links, whose names mean nothing to anyone
 * @param stack what Node said
 */
export function startFailure(source: string, stack: string): string {
  return [`dice can't start: its code ${source} has an error.`, ...linesOf(source, stack)].join('\n');
}

/** What to say of an end that the learner's code itself has asked for; undefined when it was somebody else. */
export function exitCalled(source: string, stack: string, code?: number | string | null): string | undefined {
  const place = linesOf(source, stack).find((line) => line.includes(`${source}:`));
  return place && `dice ends: your code calls process.exit(${code ?? ''})\n${place}`;
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
