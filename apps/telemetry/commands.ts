// What a component can be told from inside the lab, on its health port, which no Service and no proxy has.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../support/console.ts';

/** @returns what to answer. @throws Error that says what was expected, where the text is not that */
export type Command = (text: string) => string;

const LONGEST = 10_000; // bytes
const commands = new Map<string, Command>();

/** From now on `PUT path` is obeyed. */
export function registerCommand(path: string, command: Command): void {
  commands.set(path, command);
}

export const commandAt = (path: string | undefined): Command | undefined => commands.get(path ?? '');

/** Answers 200 with what the command says, 400 with why it can't be obeyed. */
export async function answerCommand(
  command: Command,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const said = command(await textOf(request));
    response.writeHead(200, { 'content-type': 'application/json' }).end(said);
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
