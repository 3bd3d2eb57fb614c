// Validation rules in the Common Expression Language (CEL). The API server checks them.
// https://kubernetes.io/docs/reference/using-api/cel/

export type Rule = {
  readonly rule: string;
  /** Path of the field that the API server's error names. Default: the field that has the rule. */
  readonly fieldPath?: string;
} & (
  | {
      /** The error message: what the rule expects, and what the user must do. */
      readonly message: string;
    }
  | {
      /** A CEL expression that computes the error message. */
      readonly messageExpression: string;
    }
);

/** Returns the text as a CEL string literal. */
export const celString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/**
 * Returns a rule that checks a text with a regular expression and has a readable error message. A `pattern` in the
 * schema does the same check, but then the error message only repeats the expression.
 */
export const matching = (pattern: string, message: string): Rule => ({
  rule: `self.matches(${celString(pattern)})`,
  message,
});
