// The URL of a step: `?step=06-manual` on the front page. A query is part of the URL that the browser asks for, so that
// the guide can keep it at a login, and the links to parts of the page, such as `#trace`, don't replace it.
// Links of before have the step in their hash.

/** Returns the relative URL of a step. */
export const hrefOf = (id: string): string => `?step=${id}`;

/** Returns the ids that a URL may mean, the first one first. The page knows which of them is a step. */
export function stepsIn({ search, hash }: Pick<Location, 'search' | 'hash'>): string[] {
  return [hash.slice(1), new URLSearchParams(search).get('step') ?? ''].filter((id) => id !== '');
}

/** Returns whether a click on a link opens the link here, and not in another tab or window. */
export const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean =>
  button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
