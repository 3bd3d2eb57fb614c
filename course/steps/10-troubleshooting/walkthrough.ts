import { outputOf } from '../../harness/walkthrough.ts';
import type { CommandOutput, Walkthrough } from '../../harness/walkthrough.ts';
import { onPage } from './on-page.ts';
import { ENOUGH, pluginsIn, shared } from './rounds.ts';
import type { SeenRound } from './rounds.ts';

function answers(output: CommandOutput): Record<string, string> {
  const spiked = roundsIn(outputOf(output, /spans prizes .*400\|500/));
  const late = roundsIn(outputOf(output, /spans prizes .*server/));
  return {
    'spike.version': shared(spiked, ({ version }) => [version]),
    'spike.client': shared(spiked, ({ client }) => [client]),
    'timeouts.version': shared(late, ({ version }) => [version]),
    'timeouts.plugin': shared(late, ({ plugins }) => plugins),
    'timeouts.pool': shared(late, ({ pool }) => [pool]),
  };
}

/** Parses printed spans of prizes, one span on each line. */
const roundsIn = (text: string): SeenRound[] => text.trim().split('\n').map(roundIn);

function roundIn(line: string): SeenRound {
  const value = (name: string): string => new RegExp(`${name}=\\[?"([^"]*)"`).exec(line)?.[1] ?? '';
  return {
    version: value('service.version'),
    pool: value('deployment.node_pool'),
    client: value('x-client-version'),
    plugins: pluginsIn(value('x-browser-plugins')),
  };
}

/** Returns whether the printed spans contain enough failed rounds, from visitors with different browser plugins. */
function isEnough(text: string): boolean {
  const plugins = [...text.matchAll(/x-browser-plugins=(\[.*?\])/g)].map(([, list]) => list);
  return plugins.length >= ENOUGH && new Set(plugins).size >= 2;
}

export const walkthrough: Walkthrough = { onPage, answers, repeat: { commands: /\bspans \w+ ./, isEnough } };
