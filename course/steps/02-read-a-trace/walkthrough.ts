import { outputOf } from '../../harness/walkthrough.ts';
import type { CommandOutput, Learner, Row, Walkthrough } from '../../harness/walkthrough.ts';

async function onPage(learner: Learner): Promise<void> {
  const [root, ...others] = await learner.waterfall();
  const slowest = others.toSorted((a, b) => b.took - a.took)[0];
  const child = others.find(({ level }) => level === 2);
  const fill = (label: RegExp, row: Row | undefined): Promise<void> =>
    learner.page.getByLabel(label).fill(`${row?.service} ${row?.name}`);
  await fill(/^The root/, root);
  await fill(/^Leave out the root/, slowest);
  await fill(/^Name a parent/, root);
  await fill(/^…and one of its children/, child);
}

/** Parses a printed trace, whose lines look like `  dice GET /rolldice | server | 0.5 ms | b3ddfe8b8cbc32cf`. */
function answers(output: CommandOutput): Record<string, string> {
  const lines = outputOf(output, / trace /).matchAll(/^( *)\S.* \| \w+ \| ([\d.]+) ms \| ([0-9a-f]{16})/gm);
  const [root, ...others] = [...lines].map(([, indent = '', took, id = '']) => ({
    depth: indent.length,
    took: Number(took),
    id,
  }));
  const child = others.find(({ depth }) => depth === 2);
  const slowest = others.toSorted((a, b) => b.took - a.took)[0];
  return { root: root?.id ?? '', slowest: slowest?.id ?? '', parent: root?.id ?? '', child: child?.id ?? '' };
}

export const walkthrough: Walkthrough = { onPage, answers };
