// Puts the findings of failed checks into words.
import { findingText, isFinding } from '../../../lab/findings.ts';

/** Returns the sentence of a finding. If it is one of a newer release, that of its hop. */
export function textOf(finding: string, hop: string): string {
  const id = [finding, hop].find((one) => isFinding(one));
  return id === undefined ? 'the check failed for a reason that this board does not know' : findingText(id);
}
