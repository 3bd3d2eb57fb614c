import { h } from '../dom.ts';
import type { Child } from '../dom.ts';

/** Returns a text whose parts between backticks are code. */
export const withCode = (text: string): Child[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
