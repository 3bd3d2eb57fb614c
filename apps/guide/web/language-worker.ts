// The worker with TypeScript's language service. It answers questions about app.ts, and asks nothing of the guide.
import { bundled } from './editor/language/bundled.ts';
import { Language } from './editor/language/language.ts';
import type { Question, Reply, Requests, Verb } from './editor/language/messages.ts';

const language = new Language(bundled);

const verbs: { [V in Verb]: (ask: Requests[V]['ask']) => Requests[V]['answer'] } = {
  check: ({ text }) => language.check(text),
  suggest: ({ text, at }) => language.suggest(text, at),
  describe: ({ text, at, label }) => language.describe(text, at, label),
  explain: ({ text, at }) => language.explain(text, at),
};

addEventListener('message', ({ data }: MessageEvent<Question>) => postMessage(replyTo(data)));

function replyTo({ id, verb, ask }: Question): Reply {
  try {
    return { id, answer: (verbs[verb] as (ask: Question['ask']) => unknown)(ask) };
  } catch (error) {
    return { id, error: String(error) };
  }
}
