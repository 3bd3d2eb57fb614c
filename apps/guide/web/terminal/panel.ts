// The part of the page with the terminal. It is there in a seat whose class has one.
import { messageOf, send } from '../api.ts';
import { copyButton } from '../copy.ts';
import { byId, fill, whenPressed } from '../dom.ts';
import type { Screen } from './screen.ts';
import { Shell } from './shell.ts';
import type { End } from './shell.ts';
import { TYPE_COMMAND } from './type-button.ts';

const ENDS: Record<End, string> = {
  exited: 'The shell has ended.',
  closed: 'The terminal is closed. Its pod stays for ten minutes, with the files in it.',
  idle: 'The terminal is closed, because nobody has typed for ten minutes.',
  broken: 'The connection to the shell broke. Open the terminal for a new shell: the files are still there.',
};

/** Milliseconds that a command waits for the prompt of a new shell. */
const PROMPT_MS = 1_500;

export class TerminalPanel {
  readonly #frame = byId('terminal-frame');
  readonly #screenBox = byId('terminal-screen');
  readonly #status = byId('terminal-status');
  readonly #button = byId<HTMLButtonElement>('terminal-open');
  #screen: Screen | undefined;
  #shell: Shell | undefined;
  #opening: Promise<void> | undefined;
  /** Is called with the first output of a new shell. */
  #onPrompt: () => void = () => undefined;

  /** Starts the panel, if the page has one. */
  static start(): void {
    if (document.getElementById('terminal')) new TerminalPanel();
  }

  private constructor() {
    whenPressed(this.#button, () => (this.#shell ? this.#shell.close() : this.#open()));
    const aloud = byId<HTMLInputElement>('terminal-aloud');
    aloud.addEventListener('change', () => this.#screen && (this.#screen.isReadAloud = aloud.checked));
    byId('terminal-tools').append(copyButton(() => this.#screen?.text ?? '', 'what the terminal shows'));
    document.addEventListener(TYPE_COMMAND, (event) => void this.#type((event as CustomEvent<string>).detail));
  }

  /** Types a command, and leaves it to the person to run it. */
  async #type(command: string): Promise<void> {
    this.#frame.hidden = false;
    this.#frame.scrollIntoView({ block: 'nearest' });
    if (!this.#shell) {
      const prompt = new Promise<void>((resolve) => (this.#onPrompt = resolve));
      await this.#open();
      await Promise.race([prompt, new Promise((resolve) => setTimeout(resolve, PROMPT_MS))]);
    }
    // The first character removes what is on the line already.
    this.#shell?.type(`\x15${oneLine(command)}`);
    this.#screen?.focus();
  }

  #open(): Promise<void> {
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #connect(): Promise<void> {
    this.#frame.hidden = false;
    this.#say('Starting the terminal. The first time takes a few seconds…');
    try {
      await Promise.all([this.#draw(), send('POST', 'api/terminal', {})]);
      const screen = this.#screen as Screen;
      screen.reset();
      screen.fit();
      this.#shell = await Shell.open(screen.size, {
        onOutput: (bytes) => {
          screen.write(bytes);
          this.#onPrompt();
        },
        onEnd: (end) => this.#ended(end),
      });
      this.#button.textContent = 'Close';
      this.#say('You are in your lab, with your own permissions. Shift and Tab lead out of the terminal.');
      // xterm.js draws only what is in view, and does not scroll when it gets the focus.
      this.#frame.scrollIntoView({ block: 'nearest' });
      screen.focus();
    } catch (error) {
      this.#say(messageOf(error), 'bad');
    }
  }

  async #draw(): Promise<void> {
    if (this.#screen) return;
    const { Screen } = await import('./screen.ts');
    this.#screen = new Screen(
      this.#screenBox,
      (text) => this.#shell?.type(text),
      (size) => this.#shell?.resize(size),
    );
    this.#screen.isReadAloud = byId<HTMLInputElement>('terminal-aloud').checked;
  }

  #ended(end: End): void {
    this.#shell = undefined;
    this.#button.textContent = 'Open';
    const hadFocus = this.#screenBox.contains(document.activeElement);
    this.#say(ENDS[end], end === 'broken' ? 'bad' : undefined);
    if (hadFocus) this.#button.focus();
  }

  #say(text: string, tone = ''): void {
    this.#status.dataset['tone'] = tone;
    fill(this.#status, text);
  }
}

/** Returns a command on one line, without characters that a shell would run it by. */
// eslint-disable-next-line no-control-regex
const oneLine = (command: string): string => command.trim().replace(/[\u0000-\u001f\u007f]+/g, ' ');
