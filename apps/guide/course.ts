// The course at a terminal: `node /app/course.js` in the guide's pod. It asks the guide that runs there, so both know the same.
import { join } from 'node:path';
import { call } from '../support/http.ts';
import { fatal, printLine } from '../support/output.ts';
import { portFromEnv } from '../support/env.ts';
import { Steps } from './course/engine/steps.ts';
import type { Overview, StepView } from './course/engine/course.ts';
import type { Verdict } from './course/engine/check.ts';

const usage = `expected one of:
  list                        the steps, and how far you are
  show STEP                   the step's state, questions and commands
  start STEP                  begins the step
  check STEP [NAME=ANSWER…]   checks it
  skip STEP                   the files as they should be by then
  reset STEP | reset          the files as they are at the step's start; all of the course
  solution STEP FILE          prints app.ts, settings.env or collector.yaml as it should be when the step is done
  fault NAME on|off           switches spike or timeouts
STEP is the id (04-automatic), or its number (4).`;

const base = `http://127.0.0.1:${portFromEnv('PORT', 8080)}/api`;

async function ask<T>(path: string, body?: object, method = 'POST'): Promise<T> {
  const headers = { 'x-intro-otel': '1', 'content-type': 'application/json' };
  const answer = await call(base + path, body ? { method, headers, body: JSON.stringify(body) } : {});
  const said = JSON.parse(answer.body) as T & { error?: string };
  if (answer.status !== 200) throw new Error(said.error ?? `expected the guide to answer ${path} with 200, found ${answer.status}`);
  return said;
}

async function idOf(step = ''): Promise<string> {
  const { steps } = await ask<Overview>('/course');
  const found = steps.find(({ id, number }) => id === step || String(number) === step);
  if (!found) throw new Error(`expected a step, found "${step}": ${steps.map(({ id }) => id).join(', ')}`);
  return found.id;
}

async function list(): Promise<void> {
  const { steps, passed, total } = await ask<Overview>('/course');
  for (const { id, title, state } of steps) printLine(`${state.padEnd(10)}  ${id.padEnd(22)}  ${title}`);
  printLine(`${passed} of ${total} steps passed`);
}

function show({ id, title, state, traceId, questions, commands }: StepView): void {
  printLine(`${id}: ${title} (${state})`);
  if (traceId) printLine(`trace: ${traceId}`);
  for (const { name, label, options } of questions) printLine(`  ${name}=…  ${label}${options ? ` (${options.join(' | ')})` : ''}`);
  for (const command of commands) printLine(`\n${command}`);
}

async function check(id: string, pairs: string[]): Promise<void> {
  const answers = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  const verdict = await ask<Verdict>(`/course/${id}/check`, { answers });
  if (verdict.passed) return printLine(`passed ${id}${verdict.traceId ? `, by trace ${verdict.traceId}` : ''}`);
  printLine(`not yet (${verdict.hop})\nexpected: ${verdict.expected}\nfound:    ${verdict.found}\nhint:     ${verdict.hint}`);
  process.exitCode = 1;
}

function solution(id: string, file = ''): void {
  const { RELEASE: release = 'intro-otel', POD_NAMESPACE: namespace = 'default', PRIZES_URL: prizes = '' } = process.env;
  const files: Record<string, string> = { ...new Steps(join(import.meta.dirname, 'course'), { RELEASE: release, NAMESPACE: namespace, PRIZES_URL: prizes }).atEnd(id) };
  const text = files[file];
  if (text === undefined) throw new Error(`expected one of ${Object.keys(files).join(', ')}, found "${file}"`);
  process.stdout.write(text);
}

async function fault(name: string, on: string | undefined): Promise<void> {
  const { faults } = await ask<{ faults: { name: string; on: boolean }[] }>('/faults', { name, on: on === 'on' }, 'PUT');
  for (const { name: known, on: isOn } of faults) printLine(`${known}: ${isOn ? 'on' : 'off'}`);
}

type Command = (step: string | undefined, more: string[]) => Promise<void>;

const change = (verb: string): Command => async (step) => show(await ask<StepView>(`/course/${await idOf(step)}/${verb}`, {}));

const commands: Record<string, Command> = {
  list,
  show: async (step) => show(await ask<StepView>(`/course/${await idOf(step)}`)),
  start: change('start'),
  check: async (step, answers) => check(await idOf(step), answers),
  skip: change('skip'),
  reset: (step, more) => (step === undefined ? resetAll() : change('reset')(step, more)),
  solution: async (step, [file]) => solution(await idOf(step), file),
  fault: (name, [on]) => fault(name ?? '', on),
};

async function resetAll(): Promise<void> {
  await ask('/course/reset', {});
  return list();
}

async function run([name = '', step, ...more]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Error(usage);
  await command(step, more);
}

await run(process.argv.slice(2)).catch(fatal);
