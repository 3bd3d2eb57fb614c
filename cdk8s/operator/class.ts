// The description of what people of a class tell each other through the portal: requests for help, hints, visits and
// polls. The portal writes these fields. Nothing of them reaches a lab.
import { CLASS_LIMITS } from '../../lab/class-limits.ts';
import { DNS_LABEL, option, time } from '../schema/resource.ts';
import { entry, list, text } from '../schema/schema.ts';
import type { Text } from '../schema/schema.ts';

/** Text of one line. */
const ONE_LINE = '^[^\\x00-\\x1f\\x7f-\\x9f]*$';

/** Text that may have line breaks. */
const LINES = '^[^\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]*$';

const words = (doc: string): Text => text({ doc, pattern: LINES, minLength: 1, maxLength: CLASS_LIMITS.words });

const line = (doc: string, maxLength: number): Text => text({ doc, pattern: ONE_LINE, minLength: 1, maxLength });

const instructor = (doc: string): Text => line(doc, CLASS_LIMITS.name);

export const help = entry(
  'The person of the seat is stuck and asked for help. The portal removes it when it is resolved or withdrawn.',
  {
    text: words('What the person wrote about it, if anything.'),
    at: time('When the person asked.'),
    takenBy: instructor('Name of the instructor who is coming.'),
    takenAt: time('When the instructor said so.'),
  },
  ['at'],
);

const hintWith = (doc: string) =>
  entry(
    doc,
    {
      text: words('The hint.'),
      by: instructor('Name of the instructor who sent it.'),
      at: time('When the instructor sent it.'),
    },
    ['text', 'by', 'at'],
  );

export const hint = hintWith('The newest hint to the person of the seat. The page of the lab shows it.');

export const visit = entry(
  'An instructor looks at the lab. The page of the lab says so. It counts for 90 seconds after `at`.',
  {
    by: instructor('Name of the instructor.'),
    at: time('When the page of the instructor last said that it is still open.'),
    takeover: option('Whether the instructor asked to work in the lab, and the person of the seat agreed.', [
      'asked',
      'granted',
    ]),
  },
  ['by', 'at'],
);

export const announcement = hintWith('A hint to everybody in the class. The pages of all labs show it.');

export const poll = entry(
  'The open question to everybody in the class. Remove it to close the poll.',
  {
    id: text({
      doc: 'Identifies the poll in the class: lower-case letters, digits and hyphens.',
      pattern: DNS_LABEL,
      minLength: 1,
      maxLength: CLASS_LIMITS.pollId,
    }),
    question: line('The question.', CLASS_LIMITS.question),
    options: list({
      doc: 'The answers to choose from. Without options, people answer in their own words.',
      of: line('An answer.', CLASS_LIMITS.option),
      maxItems: CLASS_LIMITS.options,
    }),
    at: time('When the poll was opened.'),
  },
  ['id', 'question', 'at'],
);
