/* global document, fetch, setInterval */
// What the pages do without a reload: play a round, and say which parts of the lab answer. All of it works on this
// site only, and the pages can be read without it.

const form = document.getElementById('round');
const outcome = document.getElementById('outcome');
const parts = document.getElementById('parts');

function element(name, text, attributes = {}) {
  const made = Object.assign(document.createElement(name), { textContent: text });
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** What to show for the answer of POST /api/rounds. */
function described(round) {
  const text = round.error ?? `You rolled a ${round.roll} and won ${round.prize.name} (prizes ${round.version}). `;
  const link = round.trace
    ? element('a', 'See the trace of this round', { href: `/traces/${round.trace}` })
    : element('span', 'There is no trace of it: instrumentation is none.');
  return [element('span', `${text} `, round.error ? { class: 'error' } : {}), link];
}

async function playRound(event) {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const answer = await fetch('/api/rounds', { method: 'POST' });
    outcome.replaceChildren(...described(await answer.json()));
  } catch {
    outcome.replaceChildren(element('span', 'The guide does not answer. Is the lab still running?', { class: 'error' }));
  } finally {
    button.disabled = false;
  }
}

async function showStatus() {
  try {
    const status = await (await fetch('/api/status')).json();
    parts.replaceChildren(...status.parts.map(({ name, answers }) =>
      element('li', `${name}: ${answers ? 'answers' : 'does not answer'}`, answers ? {} : { class: 'down' })));
  } catch {
    parts.replaceChildren(element('li', 'The guide does not answer.', { class: 'down' }));
  }
}

form?.addEventListener('submit', playRound);
if (parts) {
  void showStatus();
  setInterval(() => void showStatus(), 10_000);
}
