// Commands that an app accepts on its health port. No Service and no proxy exposes that port.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../support/errors.ts';

/**
 * A function that runs a command with the body of the request.
 * @returns the response's body
 * @throws Error with the expected format if the body is invalid
 */
export type Command = (text: string) => string | Promise<string>;

const LONGEST = 10_000; // bytes
const commands = new Map<string, Command>();

/** Registers a command that handles PUT requests to the path. */
export function registerCommand(path: string, command: Command): void {
  commands.set(path, command);
}

export const commandAt = (path: string | undefined): Command | undefined => commands.get(path ?? '');

/** Runs the command of a request. Responds with status 200 and the result, or with status 400 and the error message. */
export async function answerCommand(
  command: Command,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const result = await command(await textOf(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(result);
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${messageOf(error)}\n`);
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST) throw new Error(`expected at most ${LONGEST} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
