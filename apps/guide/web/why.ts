// The script of the page "Why is there no telemetry?". It tests each hop of each signal when the page opens, and when
// the reader presses the button.
import { get, messageOf } from './api.ts';
import type { DiagnosedPart, PipelineHop } from '../contract.ts';
import { clock } from './explore/words.ts';
import { firstToMend, hopTitles } from './hops.ts';
import { byId, fill, h, whenPressed } from './dom.ts';

const parts: readonly [part: DiagnosedPart, title: string, note?: string][] = [
  ['traces', 'Traces'],
  ['metrics', 'Metrics'],
  ['logs', 'Logs'],
  ['charts', 'Charts', 'The Collector makes them from spans. So what is in dice is the same as for traces.'],
];

async function look(): Promise<void> {
  const status = byId('why-status');
  status.textContent = 'Asking each hop…';
  try {
    const { hops } = await get<{ hops: PipelineHop[] }>('api/why');
    fill(
      byId('hops'),
      parts.flatMap(([part, title, note]) => [
        h('h2', {}, title),
        note !== undefined && h('p', { class: 'soft' }, note),
        h('ol', { class: 'hops' }, ...hops.filter(({ signal }) => signal === part).map(item)),
      ]),
    );
    const first = firstToMend(hops.filter(({ ok }) => !ok)) ?? hops.find(loses);
    status.dataset.tone = first ? 'bad' : 'good';
    status.textContent = first
      ? `Begin with this one: ${hopTitles[first.name]}, for ${first.signal}.`
      : `Every hop works, as of ${clock(Date.now())}: what the guide has just sent through the Collector came to ` +
        'Jaeger and to the guide, and nothing that is known of dice is in the way.';
  } catch (error) {
    status.dataset.tone = 'bad';
    status.textContent = messageOf(error);
  }
}

/** Returns whether a hop that works has lost something in the last minutes. */
const loses = ({ losses = [] }: PipelineHop): boolean => losses.some(({ isRecent }) => isRecent);

function item(hop: PipelineHop): HTMLElement {
  const { name, ok, says, todo, losses = [] } = hop;
  const isGood = ok && !loses(hop);
  return h(
    'li',
    { class: isGood ? 'hop good' : 'hop bad-hop' },
    h('h3', {}, hopTitles[name], h('span', { class: `verdict-word ${isGood ? 'good' : 'bad'}` }, verdictOf(hop))),
    h('p', {}, says),
    ...todoOf(todo),
    ...losses.flatMap((loss) => [
      h('p', {}, `${loss.isRecent ? '' : 'Earlier: '}${loss.says}.`),
      ...todoOf(loss.isRecent ? loss.todo : undefined),
    ]),
  );
}

function verdictOf(hop: PipelineHop): string {
  if (hop.untested) return 'is not tested';
  if (!hop.ok) return 'is broken';
  return loses(hop) ? 'works, and has lost some' : 'works';
}

const todoOf = (todo: string | undefined): HTMLElement[] =>
  todo === undefined ? [] : [h('p', { class: 'todo' }, h('strong', {}, 'To do: '), todo)];

whenPressed(byId<HTMLButtonElement>('again'), look);
void look();
