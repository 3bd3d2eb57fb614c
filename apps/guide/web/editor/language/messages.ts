// What the page and the worker of the language service tell each other, and the words for both.

/** A mistake in a file, found without running it. Positions count UTF-16 units from the start of the text. */
export interface Mistake {
  readonly from: number;
  readonly to: number;
  /** What is wrong, and what to do. */
  readonly message: string;
  /** Whether dice can't start with it. Otherwise it starts, and the mistake shows later, or never. */
  readonly stops: boolean;
}

export interface Suggestion {
  readonly label: string;
  /** The kind of thing in CodeMirror's words, such as `method`. */
  readonly type: string;
  /** The larger, the further up in the list: between -99 and 99. */
  readonly boost: number;
  /** What to write instead of the label, and from where on, if it differs. */
  readonly insert?: { readonly text: string; readonly from: number };
}

export interface Suggestions {
  /** Where the word begins that a suggestion replaces. */
  readonly from: number;
  readonly items: readonly Suggestion[];
}

export interface Explanation {
  readonly from: number;
  readonly to: number;
  /** The declaration, such as `(method) Span.end(endTime?: TimeInput): void`. */
  readonly code: string;
  /** The documentation, as paragraphs. */
  readonly text: readonly string[];
}

/** What the page asks, each with the current text of the file. */
export interface Requests {
  readonly check: { readonly ask: { text: string }; readonly answer: Mistake[] };
  readonly suggest: { readonly ask: { text: string; at: number }; readonly answer: Suggestions | undefined };
  readonly describe: {
    readonly ask: { text: string; at: number; label: string };
    readonly answer: Omit<Explanation, 'from' | 'to'> | undefined;
  };
  readonly explain: { readonly ask: { text: string; at: number }; readonly answer: Explanation | undefined };
}

export type Verb = keyof Requests;

export interface Question<V extends Verb = Verb> {
  readonly id: number;
  readonly verb: V;
  readonly ask: Requests[V]['ask'];
}

export type Reply = { readonly id: number; readonly answer: unknown } | { readonly id: number; readonly error: string };
