// Relative URLs. The guide may be below a prefix such as /s/class-5-ada/, which a proxy removes from the path. So the
// guide writes no absolute URL in its pages, scripts and redirects, and needs no prefix. A page with a script is always
// one segment deep, such as /explore, so the URLs in scripts are relative to the guide's root.
import type { Request } from 'express';

/** Returns the relative URL from a request's path to the guide's root: `./` from /lab, `../` from /traces/ID. */
export function rootOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const [path = '/'] = originalUrl.split('?');
  return '../'.repeat(path.split('/').length - 2) || './';
}
