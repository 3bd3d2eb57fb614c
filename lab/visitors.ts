// The visitors: their browser, plugins and client version. The order covers every combination.

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
/** Two of the five entries have each plugin. So each plugin comes soon, and one visitor alone does not give it away. */
export const plugins = [
  'none',
  'dark-reader/4.9, coupon-finder/7.1',
  'ad-blocker/1.62',
  'coupon-finder/7.1',
  'dark-reader/4.9, ad-blocker/1.62',
];
export const clientVersions = ['3.1.0', '3.2.0'];
const players = ['ada', 'grace', 'linus', 'margaret', 'edsger', 'barbara', 'ken'];

/** The visitor of a round. The lengths of the lists share no divisor, so every combination comes. */
export function visitorOf(round: number): Visitor {
  return {
    player: pick(players, round),
    userAgent: pick(browsers, round),
    plugins: pick(plugins, round),
    clientVersion: pick(clientVersions, round),
  };
}

/** The plugins in a list that a visitor sends. */
export const pluginsOf = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'none');

function pick(list: string[], round: number): string {
  return list[round % list.length] ?? '';
}
