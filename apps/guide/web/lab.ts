// The script of the page "Lab": plays a round, and shows which parts of the lab answer.
import { get, messageOf, send } from './api.ts';
import type { Round, VersionedFiles } from '../contract.ts';
import { byId, fill, h, whenPressed } from './dom.ts';
import { roundInWords } from '../app-words.ts';

interface Status {
  parts: { name: string; answers: boolean }[];
}

const every = 10_000; // ms

async function playRound(): Promise<void> {
  const outcome = byId('outcome');
  try {
    const round = await send<Round>('POST', 'api/rounds');
    fill(
      outcome,
      h('span', round.error === undefined ? {} : { class: 'bad' }, roundInWords(round)),
      ' ',
      round.trace
        ? h('a', { href: `traces/${round.trace}` }, 'See the trace of this round')
        : 'There is no trace of it: instrumentation is none.',
    );
  } catch (error) {
    fill(outcome, h('span', { class: 'bad' }, messageOf(error)));
  }
}

async function showStatus(): Promise<void> {
  const parts = byId('parts');
  try {
    const status = await get<Status>('api/status');
    fill(
      parts,
      status.parts.map(({ name, answers }) =>
        h('li', answers ? {} : { class: 'bad' }, `${name}: ${answers ? 'answers' : 'does not answer'}`),
      ),
    );
  } catch (error) {
    fill(parts, h('li', { class: 'bad' }, messageOf(error)));
  }
}

/** Shows at which level dice runs, if the learner's settings.env sets one. */
async function showDiceLevel(): Promise<void> {
  const { files } = await get<VersionedFiles>('api/files').catch(() => ({ files: undefined }));
  const level = [...(files?.['settings.env'] ?? '').matchAll(/^INSTRUMENTATION=(.*)$/gm)].at(-1)?.[1];
  if (level === undefined) return;
  byId('dice-level').textContent = `That is how the lab was installed. Your settings.env sets dice to ${level}.`;
}

void showDiceLevel();
whenPressed(byId<HTMLButtonElement>('round'), playRound);
void showStatus();
setInterval(() => void showStatus(), every);
