/**
 * Limits of what people of a class write, in characters, and of the number of options of a poll. The pages, the portal
 * and the API server hold the same.
 */
export const CLASS_LIMITS = {
  /** Words of a request for help, and text of a hint or an announcement. */
  words: 500,
  /** Name of an instructor, or of a person whom an instructor adds. */
  name: 60,
  pollId: 40,
  question: 200,
  option: 80,
  /** Number of options of a poll. */
  options: 8,
  /** Answer to a poll. The portal keeps answers in a ConfigMap. */
  answer: 200,
} as const;
