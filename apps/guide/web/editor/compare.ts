// Shows how texts differ from the learner's files, line by line: the solution of a step, or an earlier version. The
// learner can put such a text into the editor, where Undo brings their own back.
import { structuredPatch } from 'diff';
import type { FileName, Files } from '../../contract.ts';
import { CHANGE } from '../class/look-in.ts';
import { button, fill, h } from '../dom.ts';

export interface Comparison {
  /** What the texts are, such as "The solution of step 6". */
  readonly title: string;
  readonly texts: readonly { readonly file: FileName; readonly text: string }[];
  /** The files as they are in the editor. */
  readonly mine: Files;
  /** Puts a text into the editor. */
  readonly put: (file: FileName, text: string) => void;
}

export function showComparison(place: HTMLElement, { title, texts, mine, put }: Comparison): void {
  const heading = h('h3', { tabindex: '-1' }, title);
  const changed = texts.filter(({ file, text }) => text !== mine[file]);
  const close = (): void => {
    place.hidden = true;
    fill(place);
  };
  place.hidden = false;
  fill(
    place,
    heading,
    h('p', {}, changed.length === 0 ? 'Your files are the same.' : explanation),
    changed.map(({ file, text }) => [
      h('h4', {}, file),
      difference(file, mine[file], text),
      h(
        'p',
        {},
        button(
          `Put this ${file} into the editor`,
          () => {
            close();
            put(file, text);
          },
          CHANGE,
        ),
      ),
    ]),
    h('p', {}, button('Close', close, { class: 'quiet' })),
  );
  heading.focus();
}

const explanation =
  'A line that begins with − is only in your file. A line that begins with + is only in this one. If you put it into ' +
  'the editor, nothing runs yet, and Undo in the editor brings your text back.';

const signs: Record<string, string> = { '+': 'ins', '-': 'del' };

function difference(file: FileName, mine: string, text: string): HTMLElement {
  const { hunks } = structuredPatch(file, file, mine, text, '', '', { context: 3 });
  return h(
    'pre',
    { class: 'difference', tabindex: '0', role: 'group', 'aria-label': `What differs in ${file}` },
    hunks.map(({ lines }, index) => [
      index > 0 && h('span', { class: 'gap' }, '⋯\n'),
      lines.filter((line) => !line.startsWith('\\')).map(lineOf),
    ]),
  );
}

const lineOf = (line: string): HTMLElement =>
  h('span', { class: signs[line[0] ?? ''] ?? 'same' }, `${line.replace(/^-/, '−')}\n`);
