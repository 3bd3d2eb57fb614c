// Tests the editor on the course page in a real browser: typing, Run, logs, and changes by somebody else.
import { jest } from '@jest/globals';
import { waitFor } from '../../support/waiting.ts';
import { EDITING, Pages, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1280, scheme: 'light' };
const small: View = { width: 390, scheme: 'dark' };

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

describe.each([view, small])("the learner's files, on a page of $width px", (here) => {
  test('keeps typed text when the page is reloaded, saves it only on Run, and then draws the trace by itself', () =>
    pages.with('run', here, async (page, guide) => {
      await page.goto(EDITING);
      await typeInEditor(page, '// mine\n');
      await page.getByText('Not saved: app.ts').waitFor();
      await page.reload();
      await page.getByText('Not saved: app.ts').waitFor();
      await page.locator('.cm-line', { hasText: '// mine' }).waitFor();
      expect(guide.changes).toEqual([]);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText(/Runs your files, \d+\.\d s after Run/).waitFor();
      await page.getByText('"msg":"listening on 8080"').waitFor();
      await page.locator('.span-row', { hasText: 'dice GET /rolldice' }).waitFor();
      expect(guide.lab.files['app.ts']).toMatch(/^\/\/ mine\n/);
      expect(guide.changes).toEqual(['PUT /api/files', 'POST /api/visit']);
      expect(await page.locator('#unsaved').textContent()).toBe('');
    }));

  test("shows an error in the learner's code at its line, and explains it", () =>
    pages.with('error', here, async (page) => {
      await page.goto(EDITING);
      await typeInEditor(page, '\n\noops\n');
      await page.keyboard.press('Control+Enter');
      await page.getByRole('status').getByText("app.ts, line 3: Expected ';', found 'oops'").waitFor();
      expect(await page.locator('.cm-problem').textContent()).toBe('oops');
      await page.getByRole('tab', { name: 'settings.env' }).click();
      await page.getByRole('button', { name: 'Go to app.ts, line 3' }).click();
      await page.locator('.cm-problem-message').waitFor();
      await page.keyboard.press('End');
      for (let key = 0; key < 4; key += 1) await page.keyboard.press('Backspace');
      await page.keyboard.press('Control+Enter');
      await page.getByText(/Runs your files/).waitFor();
      expect(await page.locator('.cm-problem').count()).toBe(0);
    }));

  test('reports a file that somebody else has changed too, and waits until the learner chooses a version', () =>
    pages.with(
      'conflict',
      here,
      async (page, guide) => {
        await page.goto(EDITING);
        await typeInEditor(page, '// mine\n');
        guide.lab.edit({ 'app.ts': '// theirs\n', 'settings.env': '# theirs too\n' });
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.getByRole('heading', { name: 'app.ts was changed elsewhere' }).waitFor();
        expect(guide.lab.files['app.ts']).toBe('// theirs\n');
        await page.locator('.cm-line', { hasText: '// mine' }).waitFor();
        await page.getByRole('button', { name: 'Keep mine' }).click();
        await page.getByText(/Runs your files/).waitFor();
        expect(guide.lab.files['app.ts']).toMatch(/^\/\/ mine\n/);
        expect(guide.lab.files['settings.env']).toBe('# theirs too\n');
      },
      [409],
    ));
});

test('replaces the whole file by a paste, and by an editing command, without an inline style', () =>
  pages.with('paste', view, async (page) => {
    const code = "// code\nconst a = 'x';\n\n  if (a) {\n    b();\n  }\n".repeat(60);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(EDITING);
    const editor = page.locator('.cm-content');
    const pastes: readonly (() => Promise<unknown>)[] = [
      () => page.keyboard.press('Control+V'),
      // An input method or a password manager inserts text in this way. The browser would style it.
      () => page.evaluate((text) => document.execCommand('insertText', false, text), code),
    ];
    for (const paste of pastes) {
      await page.evaluate((text) => navigator.clipboard.writeText(text), code);
      await editor.click();
      await page.keyboard.press('Control+A');
      await paste();
      await page.keyboard.press('Control+Home');
      await page.locator('.cm-line', { hasText: '// code' }).first().waitFor();
      expect(await editor.innerText()).toMatch(/^\/\/ code\nconst a = 'x';/);
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Backspace');
    }
  }));

test('lets the learner undo the button Take theirs, which replaces the text of a file', () =>
  pages.with(
    'theirs',
    view,
    async (page, guide) => {
      await page.goto(EDITING);
      await typeInEditor(page, '// mine\n');
      guide.lab.edit({ 'app.ts': '// theirs\n' });
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await page.locator('.cm-line', { hasText: '// theirs' }).waitFor();
      expect(await page.locator('#conflict').isHidden()).toBe(true);
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+z');
      await page.locator('.cm-line', { hasText: '// mine' }).waitFor();
    },
    [409],
  ));

test("loads a file that somebody else has changed, if the learner hasn't changed it", () =>
  pages.with(
    'follows',
    view,
    async (page, guide) => {
      await page.goto(EDITING);
      await typeInEditor(page, '// mine\n');
      guide.lab.edit({ 'collector.yaml': '# theirs\n' });
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText(/Runs your files/).waitFor();
      await page.getByRole('tab', { name: 'collector.yaml' }).click();
      await page.locator('.cm-line', { hasText: '# theirs' }).waitFor();
      expect(guide.lab.files['app.ts']).toMatch(/^\/\/ mine\n/);
    },
    [409],
  ));

test('keeps a limited number of log lines on the page while a program prints without end', () =>
  pages.with('flood', view, async (page, guide) => {
    await page.goto(EDITING);
    await page.getByText('a first line').waitFor();
    for (let line = 0; line < 20_000; line += 1)
      guide.lab.log({ component: 'dice', pod: 'lab-dice-1', line: `line ${line} ${'x'.repeat(100)}` });
    await page.getByText('line 19999').waitFor();
    expect((await page.locator('#log').textContent())?.length).toBeLessThan(100_000);
  }));

test('searches the log, pauses it, makes it larger, and opens a trace by its id in it', () =>
  pages.with('log', { width: 1366, height: 768, scheme: 'light' }, async (page, guide) => {
    guide.lab.delay = 0;
    const print = (line: string): void => guide.lab.log({ component: 'dice', pod: 'lab-dice-1', line });
    await page.goto(EDITING);
    await page.getByText('a first line').waitFor();
    const id = guide.lab.newTrace('/visit');
    print(`{"msg":"rolled","trace_id":"${id}"}`);
    print('another line');
    const log = page.locator('#log');
    await log.getByRole('link', { name: id }).click();
    await page.locator('.span-row', { hasText: 'dice GET /visit' }).waitFor();
    expect(new URL(page.url()).search).toBe('?step=06-manual');
    await page.getByLabel('Search the log').fill('ANOTHER');
    await page.waitForFunction(() => document.getElementById('log')?.textContent === 'another line');
    await page.getByLabel('Search the log').fill('');
    await log.getByText('rolled').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    print('while paused');
    guide.lab.edit({ 'settings.env': '# told after the line\n' });
    await page.getByRole('tab', { name: 'settings.env' }).click();
    await page.locator('.cm-line', { hasText: 'told after the line' }).waitFor();
    expect(await log.textContent()).not.toContain('while paused');
    await page.getByRole('button', { name: 'Pause' }).click();
    await log.getByText('while paused').waitFor();
    const height = async (): Promise<number> => (await log.boundingBox())?.height ?? 0;
    const before = await height();
    await page.getByRole('button', { name: 'Enlarge' }).click();
    expect(await height()).toBeGreaterThan(before * 1.8);
  }));

test('repeats a request to dice after a Run until the new pod answers, and shows the trace of this answer', () =>
  pages.with('stale', view, async (page, guide) => {
    guide.lab.stale = 2;
    await page.goto(EDITING);
    await typeInEditor(page, '// mine\n');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.span-row', { hasText: 'dice GET /rolldice' }).click();
    await page.getByText('Resource and instrumentation scope').click();
    await page.locator('dd', { hasText: '"lab-dice-2"' }).waitFor();
    expect(guide.changes).toEqual(['PUT /api/files', 'POST /api/visit', 'POST /api/visit', 'POST /api/visit']);
  }));

test('ignores old file contents if a request from before a Run is answered after the Run', () =>
  pages.with('late', view, async (page, guide) => {
    await page.goto(EDITING);
    await typeInEditor(page, '// mine\n');
    const old = guide.lab.versioned();
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let reads = 0;
    await page.route('**/api/files', async (route) => {
      // The page reads the files again after the Run. That answer is the lab's own.
      if (route.request().method() !== 'GET' || ++reads > 1) return route.fallback();
      await held;
      await route.fulfill({ json: old });
    });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/Runs your files/).waitFor();
    const late = page.waitForResponse(
      (response) => response.request().method() === 'GET' && response.url().endsWith('/api/files'),
    );
    answer();
    await late;
    await page.getByRole('tab', { name: 'settings.env' }).click();
    await page.getByRole('tab', { name: 'app.ts' }).click();
    expect(await page.locator('.cm-line').first().textContent()).toBe('// mine');
    expect(await page.locator('#unsaved').textContent()).toBe('');
  }));

test('falls back to a plain text box, which can save and run, if CodeMirror does not load', () =>
  pages.with(
    'plain',
    small,
    async (page, guide) => {
      await page.route('**/codemirror-*.js', (route) => route.fulfill({ status: 404 }));
      await page.goto(EDITING);
      const editor = page.getByRole('textbox', { name: 'app.ts, text of the file' });
      await editor.fill('// mine\noops\n');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('app.ts, line 2: Expected').waitFor();
      await page.getByRole('button', { name: 'Go to app.ts, line 2' }).click();
      await page.keyboard.type('// ');
      expect(await editor.inputValue()).toBe('// mine\n// oops\n');
      expect(guide.lab.files['app.ts']).toBe('// mine\noops\n');
    },
    [404],
  ));

test("shows the Collector's log after a Run that changes collector.yaml", () =>
  pages.with('collector', view, async (page) => {
    await page.goto(EDITING);
    await page.locator('.cm-content').waitFor();
    await page.getByRole('tab', { name: 'collector.yaml' }).click();
    await typeInEditor(page, '# mine\n');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/Runs your files/).waitFor();
    await page.locator('#log', { hasText: 'pod lab-collector-2' }).waitFor();
    await page.getByLabel('of', { exact: true }).selectOption('dice');
    await page.locator('#log', { hasText: 'a first line' }).waitFor();
  }));

test('closes the event stream while the browser tab is hidden, and opens it again when the tab is shown', () =>
  pages.with('hidden', view, async (page, guide) => {
    await page.goto(EDITING);
    await page.getByText('a first line').waitFor();
    const turn = (state: string) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
      }, state);
    await turn('hidden');
    await waitFor('no connection', () => guide.lab.listeners === 0 || undefined);
    await turn('visible');
    await waitFor('a connection', () => guide.lab.listeners === 1 || undefined);
    guide.lab.log({ component: 'dice', pod: 'lab-dice-1', line: 'heard again' });
    await page.locator('#log', { hasText: 'heard again' }).waitFor();
    expect((await page.locator('#log').textContent())?.match(/a first line/g)).toHaveLength(1);
  }));

test('says that the course is finished once every step is verified, and offers the work for download', () =>
  pages.with('finished', view, async (page, guide) => {
    const [last = '', ...others] = guide.lab
      .course()
      .steps.map(({ id }) => id)
      .toReversed();
    for (const id of others) guide.lab.check(id);
    await page.goto(`/#${last}`);
    await page.getByText('Steps: 10 of 11 verified').waitFor();
    expect(await page.getByRole('heading', { name: 'You have finished the course' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByRole('heading', { name: 'You have finished the course' }).waitFor();
    expect(await page.getByRole('link', { name: 'Download my work' }).getAttribute('href')).toBe('api/export');
  }));

test('hides Run and gives the reason if the guide may not change the lab', () =>
  pages.with('off', view, async (page, guide) => {
    guide.lab.editing = false;
    await page.goto(EDITING);
    await page.getByText('Editing is off').waitFor();
    await page.getByRole('heading', { name: '6. Manual instrumentation' }).waitFor();
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isHidden()).toBe(true);
  }));

test('reports that Run could not save the files, and keeps the typed text', () =>
  pages.with(
    'away',
    view,
    async (page) => {
      await page.goto(EDITING);
      await typeInEditor(page, '// mine\n');
      await page.route('**/api/files', (route) =>
        route.fulfill({ status: 503, json: { error: 'expected the API server to answer, found: ECONNREFUSED' } }),
      );
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('Not saved. expected the API server to answer').waitFor();
      await page.locator('.cm-line', { hasText: '// mine' }).waitFor();
    },
    [503],
  ));
