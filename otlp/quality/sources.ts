// Finds the line of the learner's files that a finding comes from: by the text of a name, or by the constant of
// @opentelemetry/semantic-conventions for it. So it also tells whether a name is the learner's own at all.

export type LearnerFile = 'app.ts' | 'settings.env' | 'collector.yaml';

export interface Place {
  readonly file: LearnerFile;
  /** The first line is 1. */
  readonly line: number;
}

/** The texts of the learner's files. One may be missing. */
export type SourceTexts = Readonly<Partial<Record<LearnerFile, string>>>;

/** The most texts that are looked for. A learner's code decides how many attributes and spans there are. */
const MOST = 300;

export class Sources {
  /** What was looked for already. */
  readonly #known = new Map<string, Place | undefined>();
  /** The files, with the lines of comments and imports empty. */
  readonly #texts: Readonly<Record<LearnerFile, string>>;

  constructor(texts: SourceTexts) {
    this.#texts = {
      'app.ts': withoutComments(withoutImports(texts['app.ts'] ?? ''), '//'),
      'settings.env': withoutComments(texts['settings.env'] ?? '', '#'),
      'collector.yaml': withoutComments(texts['collector.yaml'] ?? '', '#'),
    };
  }

  /** Returns where the files mention an attribute, app.ts first. */
  attribute(name: string): Place | undefined {
    return this.#once(`attribute ${name}`, () => this.#mention(name));
  }

  #mention(name: string): Place | undefined {
    const constants = constantsOf(name);
    return (
      this.#find('app.ts', [name], (line) => isQuoted(line, name)) ??
      this.#find('app.ts', constants, (line) => constants.some((word) => hasWord(line, word))) ??
      this.#property(name) ??
      this.#find('settings.env', [name], (line) => hasWord(line, name)) ??
      this.#find('collector.yaml', [name], (line) => hasWord(line, name))
    );
  }

  /** Returns the line of app.ts with this name in quotes: a span, an instrument or a logger. */
  text(name: string): Place | undefined {
    if (name === '') return undefined;
    return this.#once(`text ${name}`, () => this.#find('app.ts', [name], (line) => isQuoted(line, name)));
  }

  /** Returns the line of app.ts with a text in backticks that begins like this, such as `roll-${id}`. */
  template(start: string): Place | undefined {
    const template = `\`${start}\${`;
    if (start.trim().length < 2) return undefined;
    return this.#once(template, () => this.#find('app.ts', [template], (line) => line.includes(template)));
  }

  /** Returns the first line of app.ts that matches. */
  code(pattern: RegExp): Place | undefined {
    return this.#once(String(pattern), () => this.#find('app.ts', [''], (line) => pattern.test(line)));
  }

  /** Returns the line of settings.env that sets a variable. */
  setting(name: string): Place | undefined {
    const pattern = new RegExp(`^\\s*(export\\s+)?${name}\\s*=`);
    return this.#find('settings.env', [name], (line) => pattern.test(line));
  }

  #once(key: string, find: () => Place | undefined): Place | undefined {
    if (!this.#known.has(key) && this.#known.size < MOST) this.#known.set(key, find());
    return this.#known.get(key);
  }

  /** A name without a dot may be the key of an object, without quotes: { hits } or { hits: 1 }. */
  #property(name: string): Place | undefined {
    if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const pattern = new RegExp(`[{,]\\s*${name}\\s*[:,}]`);
    return this.#find('app.ts', [name], (line) => pattern.test(line));
  }

  /** Returns the first line that matches. Only texts with one of the words have any, and to look for words is quick. */
  #find(file: LearnerFile, words: readonly string[], matches: (line: string) => boolean): Place | undefined {
    const text = this.#texts[file];
    if (!words.some((word) => text.includes(word))) return undefined;
    const index = text.split('\n').findIndex(matches);
    return index < 0 ? undefined : { file, line: index + 1 };
  }
}

/** Empties the lines of imports. They name constants, and another line uses them. */
const withoutImports = (code: string): string =>
  code.replace(/^import\s[^'";]{0,2000}['"][^'"\n]*['"].*$/gm, (statement) => statement.replace(/[^\n]/g, ''));

const withoutComments = (text: string, comment: string): string =>
  text
    .split('\n')
    .map((line) => (line.trimStart().startsWith(comment) ? '' : line))
    .join('\n');

const isQuoted = (line: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => line.includes(`${quote}${name}${quote}`));

/** Whether a line has a word that is no part of a longer name. */
function hasWord(line: string, word: string): boolean {
  const at = line.indexOf(word);
  return at >= 0 && !/[\w.]/.test(line.charAt(at - 1)) && !/[\w.]/.test(line.charAt(at + word.length));
}

/** Returns the constants that stand for an attribute, with the prefixes of this package and of its first version. */
function constantsOf(name: string): string[] {
  const word = name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return [`ATTR_${word}`, `SEMATTRS_${word}`, `SEMRESATTRS_${word}`];
}
