// Reads what the course's commands print, as a learner does, and fills in the questions by it.
import { pluginsIn, shared } from './rounds.ts';
import type { Seen } from './rounds.ts';

type Printed = ReadonlyMap<string, string>;

/** The file of questions with an answer to each. */
export function answersFrom(form: string, printed: Printed): string {
  const answers: Readonly<Record<string, string>> = form.includes('spike.')
    ? fromSpans(printed)
    : fromTree(textOf(printed, / trace /));
  return form.replaceAll(/^([\w.]+)=$/gm, (line, name: string) => line + (answers[name] ?? ''));
}

function textOf(printed: Printed, command: RegExp): string {
  const found = [...printed].find(([words]) => command.test(words));
  if (found === undefined)
    throw new Error(`none of the commands is ${String(command)}: ${[...printed.keys()].join('\n')}`);
  return found[1];
}

/** `  dice GET /rolldice | server | 0.5 ms | b3ddfe8b8cbc32cf`: who stands further in was called by who stands above. */
function fromTree(text: string): Record<string, string> {
  const spans = [...text.matchAll(/^( *)\S.* \| \w+ \| ([\d.]+) ms \| ([0-9a-f]{16})/gm)].map(
    ([, indent = '', took, id = '']) => ({ depth: indent.length, took: Number(took), id }),
  );
  const [root, ...others] = spans;
  const child = others.find(({ depth }) => depth === 2);
  const slowest = others.toSorted((a, b) => b.took - a.took)[0];
  return { root: root?.id ?? '', slowest: slowest?.id ?? '', parent: root?.id ?? '', child: child?.id ?? '' };
}

function fromSpans(printed: Printed): Record<string, string> {
  const spiked = roundsIn(textOf(printed, /spans prizes \| grep .*400\|500/));
  const late = roundsIn(textOf(printed, /spans prizes \| grep .*server/));
  return {
    'spike.version': shared(spiked, ({ version }) => [version]),
    'spike.client': shared(spiked, ({ client }) => [client]),
    'timeouts.version': shared(late, ({ version }) => [version]),
    'timeouts.plugin': shared(late, ({ plugins }) => plugins),
    'timeouts.pool': shared(late, ({ pool }) => [pool]),
  };
}

function roundsIn(text: string): Seen[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const value = (name: string): string => new RegExp(`${name}=\\[?"([^"]*)"`).exec(line)?.[1] ?? '';
      return {
        version: value('service.version'),
        pool: value('deployment.node_pool'),
        client: value('x-client-version'),
        plugins: pluginsIn(value('x-browser-plugins')),
      };
    });
}
