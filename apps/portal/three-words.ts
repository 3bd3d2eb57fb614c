// The three words with which a person gets to the same seat from another device.
import { createHmac } from 'node:crypto';
import { WORDS } from './word-list.ts';

const COUNT = 3;

/**
 * Returns the words of a claim, separated by spaces. They depend on the claim's random id and on the secret `people`.
 * So every replica can show them again, and nobody who reads the Seat can.
 */
export function wordsOf(people: Buffer, workshopUid: string, claimId: string): string {
  const digest = createHmac('sha256', people).update(`words\0${workshopUid}/${claimId}`).digest();
  return Array.from({ length: COUNT }, (_, index) => WORDS[digest.readUInt32BE(4 * index) % WORDS.length]).join(' ');
}

/** Returns what a Seat has of the words: an HMAC, in hexadecimal. */
export const keyOf = (people: Buffer, workshopUid: string, words: string): string =>
  createHmac('sha256', people).update(`${workshopUid}/${words}`).digest('hex');

export type WordsResult = { readonly words: string } | { readonly problem: string };

const known = new Set(WORDS);

/** Reads words that a person typed. Capital letters, hyphens and more spaces don't matter. */
export function parseWords(text: string): WordsResult {
  const words =
    text
      .slice(0, 200)
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  if (words.length !== COUNT) return { problem: `Expected three words, found ${words.length}.` };
  const unknown = words.filter((word) => !known.has(word));
  if (unknown.length > 0) return { problem: `No key has the word “${unknown.join('”, “')}”. Check the spelling.` };
  return { words: words.join(' ') };
}
