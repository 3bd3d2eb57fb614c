// Reads our Dockerfiles, so that an image that is built without a container engine gets the same configuration and
// files. It knows the instructions that our Dockerfiles use, and refuses all others:
// https://docs.docker.com/reference/dockerfile/
import { posix } from 'node:path';
import type { ImageConfig } from '../components/oci.ts';

/** A COPY instruction: a path in the build context, and the path in the image that its content goes to. */
export interface Copy {
  readonly from: string;
  readonly to: string;
}

export interface Stage {
  readonly config: ImageConfig;
  readonly copies: readonly Copy[];
}

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The only base of a stage that this file knows: the argument that the caller's `base` stands for. */
const BASE = '${BASE}';

/**
 * Returns the stage of a Dockerfile that has the name `target`, by default its only stage.
 * @param base the configuration of the image in the argument BASE
 * @throws Error if the stage has an instruction that this file doesn't know
 */
export function readDockerfile(text: string, base: ImageConfig, target?: string): Stage {
  const stages = stagesOf(instructionsIn(text));
  const named = stages.filter(({ from }) => target === undefined || from.endsWith(` AS ${target}`));
  const [stage] = named;
  if (stage === undefined || named.length > 1)
    throw new Error(`expected one stage ${target ?? ''} in the Dockerfile, found ${named.length}`);
  if (stage.from.replace(/ AS .*/, '') !== BASE) throw new Error(`expected FROM ${BASE}, found FROM ${stage.from}`);
  return stage.instructions.reduce(apply, { config: structuredClone(base), copies: [] });
}

function stagesOf(instructions: readonly Instruction[]): { from: string; instructions: Instruction[] }[] {
  const stages: { from: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name === 'FROM') stages.push({ from: instruction.rest, instructions: [] });
    else if (instruction.name !== 'ARG' || stages.length > 0) stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** Lists the instructions, each on one line, without comments. */
function instructionsIn(text: string): Instruction[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  const joined = lines.join('\n').replace(/\\\n/g, ' ');
  return joined.split('\n').map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (name === '') throw new Error(`expected an instruction of a Dockerfile, found ${line}`);
    return { name, rest };
  });
}

/** For each instruction: the stage after it, from the stage before it and the instruction's text. */
const effects: Readonly<Record<string, (stage: Stage, rest: string) => Stage>> = {
  LABEL: (stage, rest) => withConfig(stage, { Labels: { ...stage.config.Labels, ...pairsIn(rest) } }),
  ENV: (stage, rest) => withConfig(stage, { Env: withVariables(stage.config.Env ?? [], pairsIn(rest)) }),
  WORKDIR: (stage, rest) => withConfig(stage, { WorkingDir: plain(rest) }),
  USER: (stage, rest) => withConfig(stage, { User: plain(rest) }),
  STOPSIGNAL: (stage, rest) => withConfig(stage, { StopSignal: plain(rest) }),
  CMD: (stage, rest) => withConfig(stage, { Cmd: wordsIn(rest) }),
  COPY: (stage, rest) => ({ ...stage, copies: [...stage.copies, copyOf(rest, stage.config.WorkingDir)] }),
};

function apply(stage: Stage, { name, rest }: Instruction): Stage {
  const effect = effects[name];
  if (effect !== undefined) return effect(stage, rest);
  throw new Error(`expected one of ${Object.keys(effects).join(', ')} in the Dockerfile, found ${name} ${rest}`);
}

function withConfig(stage: Stage, change: ImageConfig): Stage {
  return { ...stage, config: { ...stage.config, ...change } };
}

/** Parses pairs such as `a=b c="d e"`. */
function pairsIn(text: string): Record<string, string> {
  const pair = /\s*([\w.-]+)=(?:"([^"\\]*)"|([^\s"'\\]+))(?=\s|$)/y;
  const pairs: Record<string, string> = {};
  for (let at = 0; at < text.trimEnd().length; at = pair.lastIndex) {
    const [, key = '', quoted, bare] = pair.exec(text) ?? [];
    if (key === '') throw new Error(`expected pairs such as a=b or a="b c", found ${text.slice(at)}`);
    pairs[key] = quoted ?? bare ?? '';
  }
  return pairs;
}

/** Adds variables to an environment. A value may refer to a variable of the environment, as $NAME. */
function withVariables(env: readonly string[], added: Readonly<Record<string, string>>): string[] {
  const before = new Map(env.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]));
  const values = Object.entries(added).map(([name, value]) => [name, expanded(value, before)] as const);
  return [...new Map([...before, ...values])].map(([name, value]) => `${name}=${value}`);
}

function expanded(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\w*)/g, (_, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`expected a variable that is set before, found $${name}`);
    return value;
  });
}

function copyOf(text: string, workdir = '/'): Copy {
  const [from = '', to = '', ...more] = text.split(/\s+/);
  if (from.startsWith('-') || to === '' || more.length > 0)
    throw new Error(`expected COPY with one source and one target, found COPY ${text}`);
  return { from, to: posix.resolve(workdir, to) };
}

function wordsIn(text: string): string[] {
  const words: unknown = text.startsWith('[') ? JSON.parse(text) : undefined;
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  throw new Error(`expected a list of words such as ["a", "b"], found ${text}`);
}

function plain(text: string): string {
  if (/^[\w:/.-]+$/.test(text)) return text;
  throw new Error(`expected one plain word, found ${text}`);
}
