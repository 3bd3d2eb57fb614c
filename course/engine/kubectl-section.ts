// Builds the kubectl section of a step: the commands that do the step from a terminal. Most of the commands are the
// same for every step, and this file contains them. A step adds its own commands in the front matter of its step.md.
import { OWN } from '../../lab/names.ts';
import type { FileName } from '../../apps/guide/contract.ts';

/** A paragraph of text, and the commands that the section shows below the paragraph. */
export interface CommandBlock {
  readonly text: string;
  readonly commands: readonly string[];
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
}

const kubectl = (args: string): string => `kubectl -n $NAMESPACE ${args}`;

const inGuide = (program: string, flags = ''): string =>
  kubectl(`exec ${flags}deploy/$RELEASE-guide -- node /app/${program}`);

const course = (args: string): string => inGuide(`course.js ${args}`);

/**
 * Turns a line of the front matter into a command. Lines that start with `course` or `why` run that program in the
 * guide's pod. All other lines are arguments of kubectl. `$STEP` stands for the step's id.
 */
function commandOf(line: string, id: string): string {
  const [, program, args = ''] = /^(course|why)\b(.*)$/.exec(line) ?? [];
  const command = program ? inGuide(`${program}.js${args}`) : kubectl(line);
  return command.replaceAll('$STEP', id);
}

/**
 * Builds the whole kubectl section, in the order in which the learner runs the commands. The last command runs the
 * step's check.
 */
export function kubectlBlocks({ id, files, hasQuestions, kubectl: matter }: KubectlOptions): CommandBlock[] {
  const expand = ({ text, run }: StepCommands): CommandBlock => ({
    text,
    commands: run.map((line) => commandOf(line, id)),
  });
  return [
    start(id, files),
    ...(matter.afterStart ?? []).map(expand),
    ...(files.length > 0 ? [solution(id, files), apply(files)] : []),
    ...(matter.beforeCheck ?? []).map(expand),
    ...check(id, hasQuestions, matter.answers),
  ];
}

export function markdownOf(blocks: readonly CommandBlock[]): string {
  return blocks
    .map(({ text, commands }) => [text, ...commands.map((command) => `\`\`\`sh\n${command}\n\`\`\``)].join('\n\n'))
    .join('\n\n');
}

function start(id: string, files: readonly FileName[]): CommandBlock {
  return {
    text: files.length > 0 ? 'Start the step, and copy its files to your own editor:' : 'Start the step:',
    commands: [course(`start ${id}`), ...files.map(download)],
  };
}

const download = (file: FileName): string =>
  kubectl(`get configmap $RELEASE-dice -o go-template='{{index .data "${file}"}}' > ${file}`);

function solution(id: string, files: readonly FileName[]): CommandBlock {
  return {
    text: 'Edit the files. If you are stuck, take the ones of a finished step:',
    commands: files.map((file) => course(`solution ${id} ${file} > ${file}`)),
  };
}

function apply(files: readonly FileName[]): CommandBlock {
  const parts = [...new Set(OWN.filter(({ file }) => files.includes(file)).map(({ component }) => component))];
  const sources = files.map((file) => `--from-file=${file}`).join(' ');
  const patch = kubectl('patch configmap $RELEASE-dice --type merge --patch-file /dev/stdin');
  return {
    text: 'Apply your files, and restart the pods that read them:',
    commands: [
      `${kubectl(`create configmap $RELEASE-dice ${sources} --dry-run=client -o json`)} | ${patch}`,
      ...parts.map((part) => kubectl(`rollout restart deployment/$RELEASE-${part}`)),
      ...parts.map((part) => kubectl(`rollout status deployment/$RELEASE-${part} --timeout=120s`)),
    ],
  };
}

function check(id: string, hasQuestions: boolean, answers: KubectlMatter['answers']): CommandBlock[] {
  if (answers) return [{ text: answers.text, commands: [course(`check ${id} ${answers.example}`)] }];
  if (!hasQuestions) return [{ text: 'Check the step:', commands: [course(`check ${id}`)] }];
  return [
    {
      text: 'Save the questions to a file, and write each answer after its `=`:',
      commands: [course(`questions ${id} > answers.env`)],
    },
    { text: 'Hand in your answers:', commands: [inGuide(`course.js check ${id} - < answers.env`, '-i ')] },
  ];
}
