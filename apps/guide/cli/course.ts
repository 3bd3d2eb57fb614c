// The command line of the course: `node /app/course.js` in the guide's pod. It sends requests to the guide's server, so
// the page and the terminal show the same progress.
import { text as textOf } from 'node:stream/consumers';
import { fatal, print } from '../../../support/output.ts';
import { shells } from '../contract.ts';
import type { CourseOverview, Fault, Files, Instrumentation, Shell, Step, Verdict } from '../contract.ts';
import { download, request } from './request.ts';
import { answersIn, formOf } from './answers.ts';
import { printableText } from './lines.ts';
import { printCharts, printLogs, printMetrics } from './signals.ts';
import { askDice, playRound, printSpans, printTrace } from './telemetry.ts';

const usage = `expected one of:
  list                        lists the steps and your progress
  show STEP [SHELL]           prints the step's text, questions and commands, for bash, powershell or cmd
  start STEP [SHELL]          starts the step, and prints the same
  questions STEP              prints its questions, as a file to fill in
  check STEP [NAME=ANSWER…]   checks it; reads answers from a file by: check STEP - < FILE
  skip STEP                   writes the files as if all earlier steps were done
  reset STEP | reset          writes the files of the step's start; resets the whole course
  hint STEP                   prints the next hint
  solution STEP FILE          prints app.ts, settings.env or collector.yaml of the finished step
  ask PATH                    sends a request to dice, and prints its trace
  play                        plays a round, and prints its trace
  libraries [WORD…]           lists the instrumentation libraries in this image
  trace ID | STEP             prints a trace, or the one that the step started with
  spans SERVICE [PATTERN]     prints the newest spans of a service, one per line, with their attributes;
                              with a regular expression, only the lines that match it
  metrics [SERVICE]           prints the instruments of a service, dice by default, with their newest values
  logs [SERVICE | ID]         prints the newest log records of a service, dice by default, or those of a trace
  charts                      prints requests, errors and latency of each service, and slow requests with their traces
  load ROUNDS                 plays extra rounds per minute, 0 to 120
  fault NAME on|off           switches spike or timeouts
  export                      writes your code, settings and a trace, as a zip file: export > intro-otel.zip
STEP is the id (04-automatic), or its number (4).`;

async function idOf(step = ''): Promise<string> {
  const { steps } = await request<CourseOverview>('/course');
  const found = steps.find(({ id, number }) => id === step || String(number) === step);
  if (!found) throw new Error(`expected a step, found "${step}": ${steps.map(({ id }) => id).join(', ')}`);
  return found.id;
}

async function traceOfStep(step: string): Promise<string> {
  const { id, traceId } = await request<Step>(`/course/${await idOf(step)}`);
  if (!traceId)
    throw new Error(
      `expected a trace id of 32 hexadecimal digits, or a step that starts with a trace, found ${id}, which is neither`,
    );
  return traceId;
}

async function list(): Promise<void> {
  const { steps, passed, total } = await request<CourseOverview>('/course');
  for (const { id, title, state } of steps) print(`${state.padEnd(10)}  ${id.padEnd(22)}  ${title}`);
  print(`${passed} of ${total} steps passed`);
}

function show({ id, title, state, traceId, text, questions, commands, hints }: Step, shell: Shell): void {
  print(`${id}: ${title} (${state})`);
  if (traceId) print(`trace: ${traceId}`);
  print(`\n${text}\n`);
  for (const { name, label, options } of questions)
    print(`  ${name}=…  ${label}${options ? ` (${options.join(' | ')})` : ''}`);
  print(`The commands of this step, for ${shell} (others: course.js show ${id} ${otherThan(shell)}):`);
  for (const command of commands[shell]) print(`\n${command}`);
  if (hints.length > 0) print(`\nStuck? course.js hint ${id} prints a hint.`);
}

const otherThan = (shell: Shell): string => shells.filter((other) => other !== shell).join(', ');

function shellIn(word = 'bash'): Shell {
  const shell = shells.find((known) => known === word);
  if (shell === undefined) throw new Error(`expected one of ${shells.join(', ')}, found "${word}"`);
  return shell;
}

/** Prints the next hint that the learner has not seen, in the terminal or on the page. */
async function hint(id: string): Promise<void> {
  const { hints, seen, files } = await request<Step>(`/course/${id}`);
  const next = (seen?.hints ?? 0) + 1;
  const more = hints[next - 1];
  if (hints.length === 0) return print(`${id} has no hints.`);
  if (more) await request(`/course/${id}/hints`, { seen: next });
  print(more ? `${next} of ${hints.length}: ${more.text}` : hints.map(({ text }) => text).join('\n'));
  if (next >= hints.length && files.length > 0)
    print(`There are no more hints. course.js solution ${id} ${files[0]} prints the finished file.`);
}

async function check(id: string, given: string[]): Promise<void> {
  const answers = answersIn(given[0] === '-' ? await textOf(process.stdin) : given.join('\n'));
  const verdict = await request<Verdict>(`/course/${id}/check`, { answers });
  const states = requirementsOf(verdict);
  if (verdict.passed)
    return print([`passed ${id}${verdict.traceId ? `, by trace ${verdict.traceId}` : ''}`, ...states].join('\n'));
  const { hop, expected, found, hint } = verdict;
  const lines = [`not yet (${hop})`, `expected: ${expected}`, `found:    ${found}`, `hint:     ${hint}`, ...states];
  print(printableText(lines.join('\n')));
  process.exitCode = 1;
}

const signs = { met: '[x]', unmet: '[ ]', unknown: '[?]' };

/** Lists what the step asks for, one line each, if it is more than one thing. */
function requirementsOf({ requirements = [] }: Verdict): string[] {
  return requirements.length < 2 ? [] : requirements.map(({ text, state }) => `${signs[state]} ${text}`);
}

async function solution(id: string, file = ''): Promise<void> {
  const files: Record<string, string> = await request<Files>(`/course/${id}/solution`, {});
  const text = files[file];
  if (text === undefined) throw new Error(`expected one of ${Object.keys(files).join(', ')}, found "${file}"`);
  process.stdout.write(text);
}

async function printLibraries(words: string): Promise<void> {
  const { instrumentations } = await request<{ instrumentations: Instrumentation[] }>(
    `/instrumentations?q=${encodeURIComponent(words)}`,
  );
  for (const { name, version, description, for: target } of instrumentations)
    print(`${name} ${version}, for ${target}: ${description}`);
}

async function load(perMinute: number): Promise<void> {
  await request('/load', { perMinute }, 'PUT');
  print(perMinute === 0 ? 'no extra rounds' : `${perMinute} extra rounds per minute, until you set 0`);
}

async function fault(name: string, on: string | undefined): Promise<void> {
  const { faults } = await request<{ faults: Fault[] }>('/faults', { name, on: on === 'on' }, 'PUT');
  for (const { name: known, on: isOn } of faults) print(`${known}: ${isOn ? 'on' : 'off'}`);
}

async function exportWork(): Promise<void> {
  if (process.stdout.isTTY)
    throw new Error('expected a file for the zip archive, found a terminal. Run: course.js export > intro-otel.zip');
  await download('/export');
}

type Command = (step: string | undefined, more: string[]) => Promise<void>;

const change =
  (verb: string): Command =>
  async (step, [shell]) => {
    const words = shellIn(shell);
    show(await request<Step>(`/course/${await idOf(step)}/${verb}`, {}), words);
  };

const commands: Record<string, Command> = {
  list,
  show: async (step, [shell]) => show(await request<Step>(`/course/${await idOf(step)}`), shellIn(shell)),
  start: change('start'),
  questions: async (step) => print(formOf(await request<Step>(`/course/${await idOf(step)}`))),
  check: async (step, answers) => check(await idOf(step), answers),
  skip: change('skip'),
  reset: (step, more) => (step === undefined ? resetAll() : change('reset')(step, more)),
  hint: async (step) => hint(await idOf(step)),
  solution: async (step, [file]) => solution(await idOf(step), file),
  ask: (path = '/') => askDice(path),
  play: () => playRound(),
  trace: async (which = '') => printTrace(/^[0-9a-f]{32}$/.test(which) ? which : await traceOfStep(which)),
  spans: (service = 'dice', [pattern] = []) => printSpans(service, pattern),
  libraries: (word = '', more) => printLibraries([word, ...more].join(' ')),
  metrics: (service = 'dice') => printMetrics(service),
  logs: (which = 'dice') => printLogs(which),
  charts: () => printCharts(),
  load: (perMinute) => load(Number(perMinute)),
  export: exportWork,
  fault: (name, [on]) => fault(name ?? '', on),
};

async function resetAll(): Promise<void> {
  await request('/course/reset', {});
  return list();
}

async function run([name = '', step, ...more]: string[]): Promise<void> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Error(usage);
  await command(step, more);
}

await run(process.argv.slice(2)).catch(fatal);
