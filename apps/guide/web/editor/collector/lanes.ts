// Draws the configuration that the Collector runs as lanes: from the receivers through the processors to the exporters
// of each pipeline, with the learner's parts marked.
import { fill, h } from '../../dom.ts';
import type { Child } from '../../dom.ts';
import { mergedLanes, PARTS } from './merged.ts';
import type { MergedLane, Stop } from './merged.ts';
import { loadSchema } from './load-schema.ts';

/**
 * Shows the lanes of collector.yaml below the editor, or hides them.
 * @param text the file, or undefined if another file is open
 */
export async function showLanes(editor: HTMLElement, text: string | undefined): Promise<void> {
  const place = placeBelow(editor);
  place.hidden = text === undefined;
  if (text === undefined || place.dataset.text === text) return;
  place.dataset.text = text;
  const { base } = await loadSchema();
  if (place.dataset.text !== text) return;
  fill(
    place,
    h('summary', {}, 'What the Collector runs: the lab’s configuration, with yours merged over it'),
    h('ul', {}, mergedLanes(text, base).map(laneOf)),
  );
}

function placeBelow(editor: HTMLElement): HTMLElement {
  const known = document.getElementById('lanes');
  if (known) return known;
  const place = h('details', { id: 'lanes', class: 'lanes', open: true });
  editor.after(place);
  return place;
}

const laneOf = ({ pipeline, isMine, stops }: MergedLane): HTMLElement =>
  h(
    'li',
    {},
    h('b', {}, pipeline, isMine && yours()),
    h(
      'div',
      {},
      PARTS.map((part, index): Child => [
        index > 0 && h('span', { class: 'way', 'aria-hidden': 'true' }, '→'),
        h('span', { class: 'part', role: 'group', 'aria-label': part }, stops[part].map(stopOf)),
      ]),
    ),
  );

const stopOf = ({ name, isMine }: Stop): HTMLElement =>
  h('span', { class: isMine ? 'stop mine' : 'stop' }, name, isMine && yours());

const yours = (): HTMLElement => h('span', { class: 'yours' }, ' yours');
