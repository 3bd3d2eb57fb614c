// The script of the page "Why is there no telemetry?". It tests each hop of each signal when the page opens, and when
// the reader presses the button.
import { get, messageOf } from './api.ts';
import type { PipelineHop, TelemetrySignal } from '../contract.ts';
import { clock } from './explore/words.ts';
import { byId, fill, h, whenPressed } from './dom.ts';

const titles: Record<PipelineHop['name'], string> = {
  sdk: 'SDK, in dice',
  exporter: 'Exporter, in dice',
  collector: 'Collector',
  jaeger: 'Jaeger',
  guide: 'Guide',
  prometheus: 'Prometheus',
};

const signals: readonly [signal: TelemetrySignal, title: string][] = [
  ['traces', 'Traces'],
  ['metrics', 'Metrics'],
  ['logs', 'Logs'],
];

async function look(): Promise<void> {
  const status = byId('why-status');
  status.textContent = 'Asking each hop…';
  try {
    const { hops } = await get<{ hops: PipelineHop[] }>('api/why');
    fill(
      byId('hops'),
      signals.flatMap(([signal, title]) =>
        section(
          title,
          hops.filter((hop) => hop.signal === signal),
        ),
      ),
    );
    const broken = hops.find(({ ok }) => !ok);
    status.dataset.tone = broken ? 'bad' : 'good';
    status.textContent = broken
      ? `Begin with this one: ${titles[broken.name]}, for ${broken.signal}.`
      : `Every hop works, as of ${clock(Date.now())}: what the guide has just sent through the Collector came to ` +
        'Jaeger and to the guide, and nothing that is known of dice is in the way.';
  } catch (error) {
    status.dataset.tone = 'bad';
    status.textContent = messageOf(error);
  }
}

const section = (title: string, hops: readonly PipelineHop[]): HTMLElement[] => [
  h('h2', {}, title),
  h('ol', { class: 'hops' }, ...hops.map(item)),
];

function item({ name, ok, says, todo }: PipelineHop): HTMLElement {
  return h(
    'li',
    { class: ok ? 'hop good' : 'hop bad-hop' },
    h(
      'h3',
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
