// The simulated visitors: their browser, browser plugins and client version.

export interface Visitor {
  player: string;
  userAgent: string;
  plugins: string;
  clientVersion: string;
}

const browsers = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 ' +
    'Mobile/15E148 Safari/604.1',
];
/**
 * Values of the header x-browser-plugins. Each browser plugin is in two of the five values. So a fault that affects one
 * plugin affects visitors with different values.
 */
export const plugins = [
  'none',
  'dark-reader/4.9, coupon-finder/7.1',
  'ad-blocker/1.62',
  'coupon-finder/7.1',
  'dark-reader/4.9, ad-blocker/1.62',
];
export const clientVersions = ['3.1.0', '3.2.0'];
const players = ['ada', 'grace', 'linus', 'margaret', 'edsger', 'barbara', 'ken'];

/**
 * Returns the visitor who plays a round. The lists of browsers, plugins and versions have lengths without a common
 * divisor. So every combination occurs in some round.
 */
export function visitorOf(round: number): Visitor {
  return {
    player: pick(players, round),
    userAgent: pick(browsers, round),
    plugins: pick(plugins, round),
    clientVersion: pick(clientVersions, round),
  };
}

/** Parses the value of the header x-browser-plugins and returns the browser plugins in it. */
export const pluginsOf = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'none');

function pick(list: string[], round: number): string {
  return list[round % list.length] ?? '';
}
