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

/** The most names that are looked for. A learner's code decides how many attributes there are. */
const MOST_NAMES = 1_000;

export class Sources {
  readonly #attributes = new Map<string, Place | undefined>();
  readonly #lines: Readonly<Record<LearnerFile, readonly string[]>>;

  constructor(texts: SourceTexts) {
    this.#lines = {
      'app.ts': codeLines(withoutImports(texts['app.ts'] ?? ''), '//'),
      'settings.env': codeLines(texts['settings.env'] ?? '', '#'),
      'collector.yaml': codeLines(texts['collector.yaml'] ?? '', '#'),
    };
  }

  /** Returns where the files mention an attribute, app.ts first. */
  attribute(name: string): Place | undefined {
    if (!this.#attributes.has(name) && this.#attributes.size < MOST_NAMES)
      this.#attributes.set(name, this.#mention(name));
    return this.#attributes.get(name);
  }

  #mention(name: string): Place | undefined {
    return (
      this.#find('app.ts', (line) => isQuoted(line, name) || constantsOf(name).some((word) => hasWord(line, word))) ??
      this.#property(name) ??
      this.#find('settings.env', (line) => hasWord(line, name)) ??
      this.#find('collector.yaml', (line) => hasWord(line, name))
    );
  }

  /** Returns the line of app.ts with this name in quotes: a span, an instrument or a logger. */
  text(name: string): Place | undefined {
    return name === '' ? undefined : this.#find('app.ts', (line) => isQuoted(line, name));
  }

  /** Returns the line of app.ts with a text in backticks that begins like this, such as `roll-${id}`. */
  template(start: string): Place | undefined {
    return start.trim().length < 2 ? undefined : this.#find('app.ts', (line) => line.includes(`\`${start}\${`));
  }

  /** Returns the first line of app.ts that matches. */
  code(pattern: RegExp): Place | undefined {
    return this.#find('app.ts', (line) => pattern.test(line));
  }

  /** Returns the line of settings.env that sets a variable. */
  setting(name: string): Place | undefined {
    return this.#find('settings.env', (line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line));
  }

  /** A name without a dot may be the key of an object, without quotes: { hits } or { hits: 1 }. */
  #property(name: string): Place | undefined {
    if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
    return this.#find('app.ts', (line) => new RegExp(`[{,]\\s*${name}\\s*[:,}]`).test(line));
  }

  #find(file: LearnerFile, matches: (line: string) => boolean): Place | undefined {
    const index = this.#lines[file].findIndex(matches);
    return index < 0 ? undefined : { file, line: index + 1 };
  }
}

/** Empties the lines of imports. They name constants, and another line uses them. */
const withoutImports = (code: string): string =>
  code.replace(/^import\s[^'"]*['"][^'"\n]*['"].*$/gm, (statement) => statement.replace(/[^\n]/g, ''));

/** Returns the lines, those of comments empty. */
const codeLines = (text: string, comment: string): string[] =>
  text.split('\n').map((line) => (line.trimStart().startsWith(comment) ? '' : line));

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
