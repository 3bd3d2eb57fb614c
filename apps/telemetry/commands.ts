// Commands that an app accepts on its health port. No Service and no proxy exposes that port.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../support/errors.ts';

/**
 * A function that runs a command with the body of the request.
 * @returns the response's body
 * @throws Error with the expected format if the body is invalid
 */
export type Command = (text: string) => string | Promise<string>;

/** Answers all requests for a path. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const LONGEST = 10_000; // bytes
const commands = new Map<string, Command>();
const routes = new Map<string, Route>();

/** Registers a command that handles PUT requests to the path. */
export function registerCommand(path: string, command: Command): void {
  commands.set(path, command);
}

/** Registers what answers the requests for a path of the health port. It must not throw. */
export function registerRoute(path: string, route: Route): void {
  routes.set(path, route);
}

export const routeAt = (path: string | undefined): Route | undefined => routes.get(path ?? '');

export const commandAt = (path: string | undefined): Command | undefined => commands.get(path ?? '');

/** Runs the command of a request. Responds with status 200 and the result, or with status 400 and the error message. */
export async function answerCommand(
  command: Command,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = await command(await bodyOf(request, LONGEST));
    response.writeHead(200, { 'content-type': 'application/json' }).end(result);
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`);
  }
}

/** Returns the body of a request as text. @throws Error if it has more than `longest` bytes */
export async function bodyOf(request: IncomingMessage, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) throw new Error(`expected at most ${longest} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
