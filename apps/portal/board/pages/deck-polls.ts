// The questions of the deck, ready to be asked.

export interface PollDraft {
  /** A DNS label of at most 40 characters. A poll that is opened again goes on with its answers. */
  readonly id: string;
  readonly question: string;
  /** Without options, people answer in their own words. */
  readonly options?: readonly string[];
}

export const DECK_POLLS: readonly PollDraft[] = [
  { id: 'first-monitoring-tool', question: 'What was your first monitoring tool?' },
  { id: 'tracing', question: 'When you think about tracing …', options: ['Never', 'Considering it', 'Love it'] },
  { id: 'want-to-learn', question: 'I want to learn ___' },
  { id: 'framework-instrumented', question: 'Is your framework instrumented? Share what you find.' },
  { id: 'til', question: 'TIL ___' },
];
