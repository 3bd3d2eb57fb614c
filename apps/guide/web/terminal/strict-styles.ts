// Makes xterm.js keep to the pages' policy, which allows no inline style. It writes its rules into <style> elements,
// and colours into the attribute `style`. Style sheet objects and the CSSOM do the same, and the policy allows them. So
// the build replaces these few calls. It fails if a new version has others.
// https://www.w3.org/TR/CSP3/#directive-style-src
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Creates what stands for a <style> element: its text goes into a style sheet object of the document. */
const STYLE_ELEMENT = `function cspStyle(doc) {
  const element = doc.createElement('template');
  const sheet = new CSSStyleSheet();
  doc.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text) => sheet.replaceSync(text) });
  element.remove = () => {
    doc.adoptedStyleSheets = doc.adoptedStyleSheets.filter((one) => one !== sheet);
    HTMLElement.prototype.remove.call(element);
  };
  return element;
}
`;

interface Replacement {
  readonly from: RegExp;
  readonly to: string;
  /** How often xterm.js has it. */
  readonly times: number;
}

const REPLACEMENTS: readonly Replacement[] = [
  { from: /([\w.]+)\.createElement\("style"\)/g, to: 'cspStyle($1)', times: 3 },
  { from: /(\w+)\.setAttribute\("style",(`[^;]*;`)\)/g, to: '$1.style.cssText=$2', times: 1 },
];

export const strictStyles: Plugin = {
  name: 'strict-styles',
  setup(build) {
    build.onLoad({ filter: /@xterm[\\/]xterm[\\/]lib[\\/]xterm\.mjs$/ }, async ({ path }) => ({
      contents: STYLE_ELEMENT + REPLACEMENTS.reduce(replaced, await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

function replaced(text: string, { from, to, times }: Replacement): string {
  const found = [...text.matchAll(from)].length;
  if (found !== times) throw new Error(`expected ${from} ${times} times in xterm.js, found ${found}. Read it again.`);
  return text.replaceAll(from, to);
}
