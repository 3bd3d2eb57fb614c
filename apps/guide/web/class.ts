// The script of the class bar. The server adds it to the pages of a person who comes through the class's portal.
import { ClassBar } from './class/bar.ts';
import { ClassClient } from './class/client.ts';
import { Store } from './store.ts';

/** The page of a trace is in a folder of its own, so paths count from this script. */
const root = new URL('../', import.meta.url);

function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

new ClassBar(new ClassClient(new URL('class/', root)), new Store(storage(), root.pathname)).start();
