// Browsers and attackers at a portal whose seats have hosts of their own. They come as from the proxy in front of the
// portal, which has ended TLS and leaves Host as it is.
import { request as ask } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { aSeat, aWorkshop, CODE } from './objects.ts';
import { claimIn, PortalHarness } from './portal-harness.ts';
import { SeatApi } from './seat-api.ts';

export const PORTAL_HOST = 'class.example.com';
export const url = { proto: 'https', host: PORTAL_HOST } as const;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends a request to a host at the port of the portal. */
export function send(
  port: number,
  host: string,
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host, accept: 'text/html', ...headers };
    const asked = ask({ host: '127.0.0.1', port, path, method, headers: all }, (answer) => {
      let text = '';
      answer.on('data', (bytes: Buffer) => (text += bytes.toString()));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    asked.once('error', reject).end(body);
  });
}

/** Sends the lines of a request as they are. @returns what the portal answers until it sends no more */
export function sendLines(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write([...lines, '', ''].join('\r\n')));
    let text = '';
    const timer = setTimeout(() => socket.destroy(), 300);
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket
      .on('error', () => undefined)
      .once('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
  });
}

/** A browser: it keeps the cookies of each host, and follows redirects. */
export class Browser {
  readonly #port: number;
  readonly jar = new Map<string, Map<string, string>>();
  readonly visited: string[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  cookies(host: string): string {
    return [...(this.jar.get(host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async step(address: string, { headers, ...rest }: Ask = {}): Promise<Answer> {
    const { host, pathname, search } = new URL(address);
    this.visited.push(address);
    const cookie = this.cookies(host);
    const answer = await send(this.#port, host, pathname + search, {
      ...rest,
      headers: { ...(cookie !== '' && { cookie }), ...headers },
    });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(host, line);
    return answer;
  }

  #keep(host: string, line: string): void {
    expect(line).not.toMatch(/domain=/i);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (name.startsWith('__Host-')) expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure/);
    const cookies = this.jar.get(host) ?? new Map<string, string>();
    if (line.endsWith('Max-Age=0')) cookies.delete(name);
    else cookies.set(name, value);
    this.jar.set(host, cookies);
  }

  async open(address: string): Promise<Answer> {
    for (let next = address, hops = 0; hops < 10; hops++) {
      const answer = await this.step(next);
      const { location } = answer.headers;
      if (location === undefined) return answer;
      next = new URL(location, next).href;
    }
    throw new Error(`expected an end of the redirects, found ${this.visited.join(' ')}`);
  }

  async join(name: string): Promise<this> {
    const path = `https://${PORTAL_HOST}/join/${CODE}`;
    const claim = claimIn((await this.step(path)).text);
    const headers = { origin: `https://${PORTAL_HOST}`, 'content-type': 'application/x-www-form-urlencoded' };
    await this.step(path, { method: 'POST', headers, body: new URLSearchParams({ claim, name }).toString() });
    return this;
  }

  /** Goes to the seat's host, up to the URL with the token, which it doesn't open. */
  async tokenUrl(seat: string): Promise<string> {
    const first = await this.step(`https://${hostOf(seat)}/`);
    return (await this.step(first.headers.location ?? '')).headers.location ?? '';
  }
}

export const hostOf = (seat: string): string => `${seat}.${PORTAL_HOST}`;

/** A class with a portal of which Eve and Ada have a seat. */
export interface HostClass {
  readonly api: SeatApi;
  readonly portal: PortalHarness;
  readonly eve: Browser;
  readonly ada: Browser;
  /** Eve's seat, and Ada's. */
  readonly own: string;
  readonly victim: string;
}

export async function startHostClass(): Promise<HostClass> {
  const api = new SeatApi(
    [aWorkshop(3)],
    ['1', '2', '3'].map((name) => aSeat(name)),
  );
  const portal = await new PortalHarness(api, { url, subdomains: true }).start('otel-1', 'otel-2', 'otel-3');
  const [ada, eve] = [await new Browser(portal.port).join('Ada'), await new Browser(portal.port).join('Eve')];
  const seatOf = (name: string): string =>
    [...api.seats.values()].find(({ spec }) => spec.claim?.name === name)?.metadata.name ?? '';
  return { api, portal, ada, eve, own: seatOf('Eve'), victim: seatOf('Ada') };
}
