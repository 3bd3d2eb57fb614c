// Sends requests to a proxy, and prints as JSON what came back. It is a process of its own and writes bytes that were
// made beforehand, so that it needs much less processor time than the proxy.
// usage: LOAD=JSON node proxy-load.ts, see ProxyLoad
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './benchmark.ts';

export interface ProxyLoad {
  readonly port: number;
  readonly host: string;
  /** For each person: the path of the seat without a slash at the end, and the Cookie header. */
  readonly people: readonly { readonly path: string; readonly cookie: string }[];
  /** Connections that send requests. They take turns with the people. */
  readonly connections: number;
  /** Milliseconds that a connection waits between two requests. */
  readonly pauseMs: number;
  /** Streams of events that stay open meanwhile. They take turns with the people, too. */
  readonly streams: number;
  readonly seconds: number;
}

export interface ProxyLoadResult {
  readonly perSecond: number;
  /** Milliseconds from a request until its answer was complete. */
  readonly p50: number;
  readonly p95: number;
  /** Events that came on all streams. */
  readonly events: number;
}

/** What a browser sends with each request of a page. */
const BROWSER = [
  'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'accept: application/json',
  'accept-encoding: gzip, deflate, br, zstd',
  'accept-language: en-GB,en;q=0.9',
  'connection: keep-alive',
  'sec-ch-ua: "Chromium";v="141", "Not?A_Brand";v="8"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  'sec-fetch-dest: empty',
  'sec-fetch-mode: cors',
  'sec-fetch-site: same-origin',
];
/** Sizes of the answers, in bytes. Eight small ones, as of the guide's API, and one as of a script. */
const SIZES = [1_000, 1_000, 1_000, 1_000, 32_000, 1_000, 1_000, 1_000, 1_000];
const POSTED = 2_000;

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** Reads answers from one connection. Each must have status 200 and a Content-Length. */
class Answers {
  #head: Buffer = NOTHING;
  #left = -1;

  /** @returns whether the answer is complete with these bytes */
  add(bytes: Buffer): boolean {
    if (this.#left < 0) this.#readHead(bytes);
    else this.#left -= bytes.length;
    if (this.#left !== 0) return false;
    this.#left = -1;
    return true;
  }

  #readHead(bytes: Buffer): void {
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#head.toString('latin1', 0, end);
    const length = /^HTTP\/1\.1 200 .*\r\ncontent-length: (\d+)/is.exec(head)?.[1];
    if (length === undefined) throw new Error(`expected status 200 and a length, found: ${head}`);
    this.#left = Number(length) - (this.#head.length - end - HEAD_END.length);
    this.#head = NOTHING;
  }
}

const load = JSON.parse(process.env['LOAD'] ?? '') as ProxyLoad;
const times: number[] = [];
let events = 0;

function requestsOf({ path, cookie }: ProxyLoad['people'][number]): Buffer[] {
  const origin = `http://${load.host}:${load.port}`;
  const head = (line: string, more: readonly string[] = []): string =>
    [`${line} HTTP/1.1`, `host: ${load.host}:${load.port}`, ...BROWSER, ...more, `cookie: ${cookie}`, '', ''].join(
      '\r\n',
    );
  const posted = [`origin: ${origin}`, 'content-type: application/json', `content-length: ${POSTED}`];
  const requests = SIZES.map((size) => head(`GET ${path}/api/${size}`));
  requests.push(head(`POST ${path}/api/1000`, posted) + 'x'.repeat(POSTED));
  return [head(`GET ${path}/events`), ...requests].map((text) => Buffer.from(text));
}

const people = load.people.map(requestsOf);

const open = (): Socket => connect({ host: load.host, port: load.port, noDelay: true });

/** Sends the requests of one person, one after the other, until `until`. */
function sendRequests(index: number, until: number): Promise<void> {
  const [, ...requests] = people[index % people.length] ?? [];
  return new Promise((resolve, reject) => {
    const [socket, answers] = [open(), new Answers()];
    let [turn, began] = [index, 0];
    const send = (): void => {
      began = performance.now();
      if (began < until) return void socket.write(requests[(turn += 1) % requests.length] ?? NOTHING);
      socket.destroy();
      resolve();
    };
    const next = load.pauseMs === 0 ? send : () => void setTimeout(send, load.pauseMs);
    const read = (bytes: Buffer): void => {
      if (!answers.add(bytes)) return;
      times.push(performance.now() - began);
      next();
    };
    socket.once('connect', () => (load.pauseMs === 0 ? send() : void setTimeout(send, Math.random() * load.pauseMs)));
    socket.on('data', (bytes) => {
      try {
        read(bytes);
      } catch (cause) {
        reject(new Error('an answer was not as expected', { cause }));
      }
    });
    socket.on('error', reject).once('end', () => reject(new Error('the proxy closed a connection')));
  });
}

/** Opens a stream. @returns the socket, once the first bytes are there */
function openStream(index: number): Promise<Socket> {
  const [request = NOTHING] = people[index % people.length] ?? [];
  return new Promise((resolve, reject) => {
    const socket = open();
    socket.once('connect', () => socket.write(request));
    socket.once('data', () => resolve(socket));
    socket.on('data', (bytes) => (events += bytes.toString('latin1').split('data: ').length - 1));
    socket.on('error', reject).once('end', () => reject(new Error('the proxy closed a stream')));
  });
}

const streams = await Promise.all(Array.from({ length: load.streams }, (_, index) => openStream(index)));
const began = performance.now();
const until = began + load.seconds * 1_000;
await Promise.all(Array.from({ length: load.connections }, (_, index) => sendRequests(index, until)));
const took = (performance.now() - began) / 1_000;
if (load.connections === 0) await sleep(load.seconds * 1_000);
streams.forEach((socket) => socket.destroy());
const result: ProxyLoadResult = {
  perSecond: times.length / took,
  p50: percentile(times, 0.5),
  p95: percentile(times, 0.95),
  events,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
