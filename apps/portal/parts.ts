// What the portal's routes work with.
import type { HttpApi } from '../../kubernetes/client.ts';
import { PORTAL } from '../../lab/names.ts';
import { Claims } from './claims.ts';
import type { Classes } from './classes.ts';
import { GuideAddresses } from './guide-addresses.ts';
import type { FindGuide } from './guide-finder.ts';
import { OpenExchanges } from './open-exchanges.ts';
import type { Origin } from './origin.ts';
import { GuideProxy } from './proxy.ts';
import type { Polls } from './polls.ts';
import type { Secrets } from './secret-files.ts';
import { hostOnly, SeatHosts } from './seat-hosts.ts';
import { Sessions } from './sessions.ts';
import { TokenBucket, TokenBuckets } from './token-bucket.ts';
import { Tokens } from './tokens.ts';

export interface PortalOptions {
  readonly api: Pick<HttpApi, 'create' | 'get' | 'mergePatch'>;
  readonly classes: Classes;
  readonly polls: Polls;
  readonly secrets: () => Secrets;
  readonly findGuide: FindGuide;
  /** Where browsers reach the portal, from the chart's value portal.url. */
  readonly url?: Origin | undefined;
  /** Whether each seat has a host of its own, from the chart's value portal.subdomains. It needs a URL. */
  readonly subdomains?: boolean;
  /** Folder with the files under /assets. */
  readonly assets: string;
  readonly log?: PortalLog;
}

export interface PortalLog {
  warn(fields: object, message: string): void;
}

/** What the routes need. */
export interface PortalParts extends Pick<PortalOptions, 'api' | 'classes' | 'polls' | 'secrets' | 'url' | 'log'> {
  readonly claims: Claims;
  readonly sessions: Pick<Sessions, 'of' | 'find' | 'cookieFor'>;
  /** The seats' own hosts. Undefined if all seats are at the portal's host. */
  readonly hosts?: SeatHosts | undefined;
  /** Whether the request came to the host of its seat, which serves the guide at `/`. */
  readonly isSeatHost?: boolean;
  readonly proxy: GuideProxy;
  readonly tokens: Tokens;
  readonly open: OpenExchanges;
  /**
   * Limits what the portal says to wrong class codes. It is one for all, because a whole class may have one address. A
   * right code is never refused.
   */
  readonly wrongCodes: TokenBucket;
  /** Limits guesses of three words. While it is empty, no words are checked. */
  readonly wrongKeys: TokenBucket;
  /** Limits how often the pages of a seat ask for the state of the class. Several tabs may be open. */
  readonly classReads: TokenBuckets;
  /** Limits how often the person of a seat changes something in the class. */
  readonly classWrites: TokenBuckets;
}

export function partsOf(options: PortalOptions): PortalParts {
  const { api, classes, polls, secrets, findGuide, url, log, subdomains } = options;
  const secret = (): Buffer => secrets().cookie;
  const hosts = subdomains && url ? new SeatHosts({ url, secret }) : undefined;
  const claims = new Claims({ api, classes, people: () => secrets().people });
  const [open, tokens, addresses] = [new OpenExchanges(), new Tokens(), new GuideAddresses(findGuide)];
  const classReads = new TokenBuckets({ size: 40, perSecond: 4 });
  const classWrites = new TokenBuckets({ size: 10, perSecond: 0.25 });
  classes.seats.onChange((before, after) => {
    const name = (after ?? before)?.metadata.name ?? '';
    open.endOthers(name, after?.spec.claim?.id);
    if (after) return;
    addresses.lost(name);
    for (const known of [tokens, classReads, classWrites]) known.forget(name);
  });
  return {
    api,
    classes,
    polls,
    secrets,
    url,
    ...(log && { log }),
    claims,
    hosts,
    sessions: new Sessions({ classes, claims, secret, cookie: cookieName(hosts) }),
    proxy: new GuideProxy(addresses),
    tokens,
    open,
    wrongCodes: new TokenBucket({ size: 100, perSecond: 5 }),
    wrongKeys: new TokenBucket({ size: 30, perSecond: 1 }),
    classReads,
    classWrites,
  };
}

/** Name of the portal's own cookie. With hosts for the seats, no page of a seat's host may set it. */
export const cookieName = (hosts: SeatHosts | undefined): string => hostOnly(PORTAL.cookie, hosts?.isSecure === true);
