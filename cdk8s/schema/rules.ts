// Validation rules in the Common Expression Language (CEL). The API server checks them.
// https://kubernetes.io/docs/reference/using-api/cel/

export type Rule = {
  readonly rule: string;
  /** Path of the field that the user must correct, if it isn't the field that has the rule. */
  readonly fieldPath?: string;
} & (
  | {
      /** The error message: what the rule expects, and what the user must do. */
      readonly message: string;
    }
  | {
      /** A CEL expression whose result is the error message. */
      readonly messageExpression: string;
    }
);

/** Returns the text as a CEL string literal. */
export const celString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/**
 * Returns a rule for a regular expression with a readable message. The API server's own message only repeats the
 * expression.
 */
export const matching = (pattern: string, message: string): Rule => ({
  rule: `self.matches(${celString(pattern)})`,
  message,
});
