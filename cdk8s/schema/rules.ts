// Validation rules in CEL, which the API server checks. https://kubernetes.io/docs/reference/using-api/cel/

export type Rule = {
  readonly rule: string;
  /** The field to correct, if it isn't the one that carries the rule. */
  readonly fieldPath?: string;
} & (
  | {
      /** What was expected, and what to do. */
      readonly message: string;
    }
  | {
      /** A CEL expression that builds the message. */
      readonly messageExpression: string;
    }
);

/** A string literal in CEL. */
export const celString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A regular expression with a message of its own, since the API server's message only repeats the expression. */
export const matching = (pattern: string, message: string): Rule => ({
  rule: `self.matches(${celString(pattern)})`,
  message,
});
