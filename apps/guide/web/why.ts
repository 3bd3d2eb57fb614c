// The script of the page "Why is there no trace?". It tests each hop from dice to Jaeger when the page opens, and when
// the reader presses the button.
import { get, messageOf } from './api.ts';
import type { PipelineHop } from '../contract.ts';
import { byId, fill, h, whenPressed } from './dom.ts';

const titles: Record<PipelineHop['name'], string> = {
  sdk: 'SDK, in dice',
  exporter: 'Exporter, in dice',
  collector: 'Collector',
  jaeger: 'Jaeger',
};

async function look(): Promise<void> {
  const status = byId('why-status');
  status.textContent = 'Asking each hop…';
  try {
    const { hops } = await get<{ hops: PipelineHop[] }>('/api/why');
    fill(byId('hops'), hops.map(item));
    const broken = hops.find(({ ok }) => !ok);
    status.dataset.tone = broken ? 'bad' : 'good';
    status.textContent = broken
      ? `Begin with this one: ${titles[broken.name]}.`
      : 'Every hop works: spans that dice makes come to Jaeger.';
  } catch (error) {
    status.dataset.tone = 'bad';
    status.textContent = messageOf(error);
  }
}

function item({ name, ok, says, todo }: PipelineHop): HTMLElement {
  return h(
    'li',
    { class: ok ? 'hop good' : 'hop bad-hop' },
    h(
      'h2',
      {},
      titles[name],
      h('span', { class: ok ? 'verdict-word good' : 'verdict-word bad' }, ok ? 'works' : 'is broken'),
    ),
    h('p', {}, says),
    todo !== undefined && h('p', { class: 'todo' }, h('strong', {}, 'To do: '), todo),
  );
}

whenPressed(byId<HTMLButtonElement>('again'), look);
void look();
