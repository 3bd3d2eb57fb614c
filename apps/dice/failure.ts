// The few lines that a learner gets when their code does not start: what is wrong, in which file, on which line.

/**
 * @param source where the code was looked for; a ConfigMap mounts it through links, whose names mean nothing to anyone
 * @param stack what Node said
 */
export function startFailure(source: string, stack: string): string {
  const folder = source.slice(0, source.lastIndexOf('/'));
  const lines = stack
    .replaceAll('file://', '')
    .replaceAll(new RegExp(`${escaped(folder)}/\\.\\.[^/]+/`, 'g'), `${folder}/`)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^\s+at .*(node:|node_modules)/.test(line));
  return [`dice can't start: its code ${source} has an error.`, ...lines].join('\n');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
