// The description of a claim: who has a seat of a class that people join at the portal.
import { time } from '../schema/resource.ts';
import { entry, text } from '../schema/schema.ts';
import type { Text } from '../schema/schema.ts';

/** Describes a field that contains a SHA-256, in hexadecimal. */
const sha256 = (doc: string): Text => text({ doc, pattern: '^[0-9a-f]{64}$', maxLength: 64 });

/** Longest name of a person, in characters. */
export const NAME_LENGTH = 100;

export const claim = entry(
  'Who has the seat, if somebody joined at the portal. The portal writes it. Remove it to free the seat.',
  {
    id: sha256("SHA-256 of the id that the person's browser made before it asked for a seat."),
    name: text({
      doc: 'What the person asked to be called, in one line.',
      pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*$',
      minLength: 1,
      maxLength: NAME_LENGTH,
    }),
    key: sha256('Hash of the three words with which the person gets to the same seat from another device.'),
    at: time('When the person got the seat.'),
  },
  ['id', 'name', 'key', 'at'],
);
