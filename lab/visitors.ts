// Who comes to play: browsers, their plugins and the client's version, in an order that brings up every combination.

export interface Visitor {
  player: string;
  userAgent: string;
  plugins: string;
  clientVersion: string;
}

const browsers = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
];
/** Each plugin is with two of the five, so that whichever it is that matters is met soon, and is not told from one visitor alone. */
export const plugins = [
  'none',
  'dark-reader/4.9, coupon-finder/7.1',
  'ad-blocker/1.62',
  'coupon-finder/7.1',
  'dark-reader/4.9, ad-blocker/1.62',
];
export const clientVersions = ['3.1.0', '3.2.0'];
const players = ['ada', 'grace', 'linus', 'margaret', 'edsger', 'barbara', 'ken'];

/** The visitor of the `round`th round. The lists' lengths share no divisor, so all combinations come. */
export function visitorOf(round: number): Visitor {
  return {
    player: pick(players, round),
    userAgent: pick(browsers, round),
    plugins: pick(plugins, round),
    clientVersion: pick(clientVersions, round),
  };
}

/** The plugins in a list as visitors send it. */
export const pluginsOf = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'none');

function pick(list: string[], round: number): string {
  return list[round % list.length] ?? '';
}
