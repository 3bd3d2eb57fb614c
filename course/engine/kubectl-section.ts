// Builds the kubectl section of a step: the commands that do the step from a terminal. Most of the commands are the
// same for every step, and this file contains them. A step adds its own commands in the front matter of its step.md.
//
// No command overwrites a file that the learner has edited. Each step has files of its own (`06-manual-app.ts`), and a
// file that is there already stays. The solution has another name again, and is not in the row of commands.
import { OWN } from '../../lab/names.ts';
import { shells } from '../../apps/guide/contract.ts';
import type { FileName, Shell } from '../../apps/guide/contract.ts';

/** A command as each shell takes it. Most commands are the same in all of them. */
export type ShellCommand = Readonly<Record<Shell, string>>;

/** A paragraph of text, and the commands that the section shows below the paragraph. */
export interface CommandBlock {
  readonly text: string;
  readonly commands: readonly ShellCommand[];
  /** Whether only a learner who is stuck needs the commands. */
  readonly isHelp?: boolean;
}

/**
 * Commands that a step adds to the section, in the front matter of its step.md. `commandOf` explains how they are
 * written.
 */
interface StepCommands {
  readonly text: string;
  readonly run: readonly string[];
}

/** The field `kubectl` in the front matter of a step. */
export interface KubectlMatter {
  /** Commands that run after the step has started, before the learner changes files. */
  readonly afterStart?: readonly StepCommands[];
  /** Commands that run when the learner has done the step, before its check. */
  readonly beforeCheck?: readonly StepCommands[];
  /**
   * Example answers that fit on the command line, and a text that says what the learner must replace in them. If a step
   * with questions has no such field, the learner writes the answers to a file.
   */
  readonly answers?: { readonly text: string; readonly example: string };
}

export interface KubectlOptions {
  readonly id: string;
  /** The files that the learner changes in the step. */
  readonly files: readonly FileName[];
  readonly hasQuestions: boolean;
  readonly kubectl: KubectlMatter;
  /** The number of hints. */
  readonly hints: number;
}

const kubectl = (args: string): string => `kubectl -n $NAMESPACE ${args}`;

const inGuide = (program: string, flags = ''): string =>
  kubectl(`exec ${flags}deploy/$RELEASE-guide -- node /app/${program}`);

const course = (args: string): string => inGuide(`course.js ${args}`);

/** A command that every shell takes as it is. */
const inEvery = (command: string): ShellCommand => ({ bash: command, powershell: command, cmd: command });

/**
 * A command that reads or writes a file. Windows PowerShell writes UTF-16 with `>` and has no `<`, so it has cmd run
 * the command, which must have no double quotes.
 */
const withFile = (command: string): ShellCommand => ({
  bash: command,
  powershell: `cmd /c "${command}"`,
  cmd: command,
});

/** Writes the output of a command to a file, unless the file is there already. */
function intoNew(file: string, bash: string, windows = bash): ShellCommand {
  const cmd = `if not exist ${file} ${windows} > ${file}`;
  return { bash: `[ -s ${file} ] || ${bash} > ${file}`, powershell: `cmd /c "${cmd}"`, cmd };
}

/**
 * Turns a line of the front matter into a command. Lines that start with `course` or `why` run that program in the
 * guide's pod. All other lines are arguments of kubectl. `$STEP` stands for the step's id.
 */
function commandOf(line: string, id: string): ShellCommand {
  const [, program, args = ''] = /^(course|why)\b(.*)$/.exec(line) ?? [];
  const command = program ? inGuide(`${program}.js${args}`) : kubectl(line);
  return inEvery(command.replaceAll('$STEP', id));
}

/** Builds the whole kubectl section, in the order in which the learner runs the commands. */
export function kubectlBlocks({ id, files, hasQuestions, kubectl: matter, hints }: KubectlOptions): CommandBlock[] {
  const expand = ({ text, run }: StepCommands): CommandBlock => ({
    text,
    commands: run.map((line) => commandOf(line, id)),
  });
  return [
    start(id, files),
    ...(matter.afterStart ?? []).map(expand),
    ...(files.length > 0 ? apply(id, files) : []),
    ...(matter.beforeCheck ?? []).map(expand),
    ...check(id, hasQuestions, matter.answers),
    ...help(id, files, hints),
  ];
}

/** Returns the commands that a shell runs to do the step, without those for a learner who is stuck. */
export const commandsFor = (blocks: readonly CommandBlock[], shell: Shell): string[] =>
  blocks.filter(({ isHelp }) => !isHelp).flatMap(({ commands }) => commands.map((command) => command[shell]));

/** Writes a command that differs between the shells once for each, and the language of the block names the shell. */
function fenced(command: ShellCommand): string[] {
  const isSame = shells.every((shell) => command[shell] === command.bash);
  const blocks = isSame ? [['sh', command.bash]] : shells.map((shell) => [shell, command[shell]]);
  return blocks.map(([language, text]) => `\`\`\`${language}\n${text}\n\`\`\``);
}

export function markdownOf(blocks: readonly CommandBlock[]): string {
  return blocks.map(({ text, commands }) => [text, ...commands.flatMap(fenced)].join('\n\n')).join('\n\n');
}

const ownFile = (id: string, file: string): string => `${id}-${file}`;

function start(id: string, files: readonly FileName[]): CommandBlock {
  const text =
    'Start the step, and save its files for your own editor. Each step has files of its own. A file that is there ' +
    'already stays as it is:';
  return {
    text: files.length > 0 ? text : 'Start the step:',
    commands: [inEvery(course(`start ${id}`)), ...files.map((file) => download(id, file))],
  };
}

/** Saves a file of the lab. In cmd, quotes in the command would end the quotes that PowerShell needs around it. */
function download(id: string, file: FileName): ShellCommand {
  const path = `jsonpath={.data.${file.replaceAll('.', '\\.')}}`;
  const from = (output: string): string => kubectl(`get configmap $RELEASE-dice -o ${output}`);
  return intoNew(ownFile(id, file), from(`'${path}'`), from(path));
}

function apply(id: string, files: readonly FileName[]): CommandBlock[] {
  const parts = [...new Set(OWN.filter(({ file }) => files.includes(file)).map(({ component }) => component))];
  const sources = files.map((file) => `--from-file=${file}=${ownFile(id, file)}`).join(' ');
  const patch = ownFile(id, 'patch.json');
  return [
    { text: `Now edit ${files.map((file) => `\`${ownFile(id, file)}\``).join(' and ')}.`, commands: [] },
    {
      text: 'Apply your files, and restart the pods that read them:',
      commands: [
        withFile(`${kubectl(`create configmap $RELEASE-dice ${sources} --dry-run=client -o json`)} > ${patch}`),
        inEvery(kubectl(`patch configmap $RELEASE-dice --type merge --patch-file ${patch}`)),
        ...parts.map((part) => inEvery(kubectl(`rollout restart deployment/$RELEASE-${part}`))),
        ...parts.map((part) => inEvery(kubectl(`rollout status deployment/$RELEASE-${part} --timeout=120s`))),
      ],
    },
  ];
}

function check(id: string, hasQuestions: boolean, answers: KubectlMatter['answers']): CommandBlock[] {
  if (answers) return [{ text: answers.text, commands: [inEvery(course(`check ${id} ${answers.example}`))] }];
  if (!hasQuestions) return [{ text: 'Check the step:', commands: [inEvery(course(`check ${id}`))] }];
  const file = ownFile(id, 'answers.env');
  return [
    {
      text: `Save the questions to \`${file}\`, and write each answer after its \`=\`:`,
      commands: [intoNew(file, course(`questions ${id}`))],
    },
    { text: 'Hand in your answers:', commands: [withFile(`${inGuide(`course.js check ${id} -`, '-i ')} < ${file}`)] },
  ];
}

function help(id: string, files: readonly FileName[], hints: number): CommandBlock[] {
  if (hints === 0 && files.length === 0) return [];
  const solution = files.map((file) =>
    withFile(`${course(`solution ${id} ${file}`)} > ${ownFile(id, `solution-${file}`)}`),
  );
  return [
    {
      isHelp: true,
      text:
        'Only if you are stuck: print the next hint, or save the finished files under another name and compare them ' +
        'with yours. The course records that you have seen them:',
      commands: [...(hints > 0 ? [inEvery(course(`hint ${id}`))] : []), ...solution],
    },
  ];
}
