// The screen of the terminal, which xterm.js draws. This module loads when a terminal is opened for the first time.
import { Terminal } from '@xterm/xterm';
import type { Size } from './shell.ts';

/** Lines that stay above the screen. Older ones are forgotten. */
const SCROLLBACK = 2_000;

export class Screen {
  readonly #terminal: Terminal;
  readonly #parent: HTMLElement;

  /** @param onType gets what a person types or pastes */
  constructor(parent: HTMLElement, onType: (text: string) => void, onResize: (size: Size) => void) {
    this.#parent = parent;
    this.#terminal = new Terminal({
      fontFamily: getComputedStyle(parent).fontFamily,
      fontSize: 13,
      scrollback: SCROLLBACK,
      minimumContrastRatio: 4.5,
      cursorBlink: false,
      theme: themeOf(parent),
    });
    this.#terminal.attachCustomKeyEventHandler((event) => this.#isForShell(event));
    this.#terminal.onData(onType);
    this.#terminal.onResize(({ cols: columns, rows }) => onResize({ columns, rows }));
    this.#terminal.open(parent);
    new ResizeObserver(() => this.fit()).observe(parent);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#terminal.options.theme = themeOf(parent);
    });
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** The selected text, or all that the screen still has. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
    return this.#terminal.getSelection() || lines.join('\n').trimEnd();
  }

  set isReadAloud(isOn: boolean) {
    this.#terminal.options.screenReaderMode = isOn;
  }

  write(bytes: Uint8Array): void {
    this.#terminal.write(bytes);
  }

  reset(): void {
    this.#terminal.reset();
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Gives the screen as many columns and rows as fit. */
  fit(): void {
    const cells = this.#parent.querySelector('.xterm-screen')?.getBoundingClientRect();
    if (!cells || cells.width === 0 || cells.height === 0) return;
    const { cols, rows } = this.#terminal;
    const { clientWidth: width, clientHeight: height } = this.#parent;
    const columns = Math.floor((width - SCROLL_BAR) / (cells.width / cols));
    this.#terminal.resize(Math.max(20, columns), Math.max(4, Math.floor(height / (cells.height / rows))));
  }

  /**
   * Whether the shell gets a key. Shift and Tab lead out of the terminal. Ctrl and C copy what is selected, and Ctrl
   * and V paste, as in the rest of the page.
   */
  #isForShell({ key, shiftKey, ctrlKey, altKey }: KeyboardEvent): boolean {
    if (key === 'Tab' && shiftKey) return false;
    if (!ctrlKey || altKey) return true;
    const letter = key.toLowerCase();
    return letter !== 'v' && !(letter === 'c' && this.#terminal.hasSelection());
  }
}

/** Width of the scroll bar, in pixels. */
const SCROLL_BAR = 14;

/** Returns the colours of the page's theme. xterm.js computes the others with enough contrast. */
function themeOf(parent: HTMLElement) {
  const { color, backgroundColor } = getComputedStyle(parent);
  const selectionBackground = 'rgba(90, 130, 220, 0.4)';
  return { foreground: color, background: backgroundColor, cursor: color, selectionBackground };
}
