// Keeps the URL of the front page that of the open step.
import { hrefOf } from './step-url.ts';

/**
 * Puts a step into the browser's history, unless it is open already.
 * @returns false if the browser loads the page anew: a page in a sandbox may not change its URL
 */
export function goTo(id: string): boolean {
  try {
    if (!isAt(id)) history.pushState(null, '', hrefOf(id));
    return true;
  } catch {
    location.search = hrefOf(id);
    return false;
  }
}

/** Makes the URL that of the open step, without a new entry in the history. */
export function stayAt(id: string): void {
  try {
    if (!isAt(id)) history.replaceState(null, '', hrefOf(id));
  } catch {
    // A page in a sandbox keeps its URL.
  }
}

const isAt = (id: string): boolean => location.search === hrefOf(id) && !/^#\d/.test(location.hash);
