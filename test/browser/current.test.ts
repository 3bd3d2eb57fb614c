// Tests that the page shows what is so now: a verdict, a message or a step of before does not look current after a Run,
// a reset, or a change in another tab or in a terminal.
import { jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Verdict } from '../../apps/guide/contract.ts';
import type { FakeGuide } from './fakes/fake-guide.ts';
import { EDITING, Pages, typeInEditor } from './fakes/pages.ts';
import type { View } from './fakes/pages.ts';

jest.setTimeout(60_000);

const view: View = { width: 1366, scheme: 'light' };
const STEP = '/#06-manual';

const notYet: Verdict = {
  passed: false,
  hop: 'shape',
  finding: '06-manual/no-span',
  expected: 'do_roll',
  found: 'no span',
  hint: 'End the span.',
};

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.open();
});
afterAll(() => pages?.close());

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const verdict = (page: Page) => page.locator('#verdict');

/** Opens a step and has its check fail. */
async function failCheck(page: Page, guide: FakeGuide): Promise<void> {
  guide.lab.verdicts = [notYet];
  await page.goto(STEP);
  await press(page, 'Start');
  await page.locator('.cm-content').waitFor();
  await press(page, 'Check');
  await verdict(page).getByText('End the span.').waitFor();
}

describe('a verdict', () => {
  test('says that it is from before, as soon as a Run has changed the files', () =>
    pages.with('verdict-run', view, async (page, guide) => {
      await failCheck(page, guide);
      expect(await verdict(page).getAttribute('data-tone')).toBe('bad');
      await typeInEditor(page, '// mine\n');
      await verdict(page).getByText('What you have changed since the last Run is not in it').waitFor();
      await press(page, 'Run');
      await verdict(page).getByText('From before the last change of your files. Check again.').waitFor();
      expect(await verdict(page).getAttribute('data-tone')).toBe('old');
      await press(page, 'Check');
      await verdict(page).getByText('Verified.').waitFor();
      expect(await verdict(page).innerText()).not.toContain('From before');
    }));

  test('says that it is from before when kubectl changes a file', () =>
    pages.with('verdict-kubectl', view, async (page, guide) => {
      await failCheck(page, guide);
      guide.lab.edit({ 'settings.env': '# theirs\n' });
      await verdict(page).getByText('From before the last change of your files. Check again.').waitFor();
    }));

  test('says that it is from before when the learner changes an answer', () =>
    pages.with('verdict-answer', view, async (page, guide) => {
      guide.lab.verdicts = [notYet];
      await page.goto('/#04-automatic');
      await press(page, 'Start');
      await press(page, 'Check');
      await verdict(page).getByText('End the span.').waitFor();
      await page.getByLabel('Which exporter').fill('console');
      await verdict(page).getByText('From before you changed an answer. Check again.').waitFor();
    }));

  test('is still there when the learner comes back from the page of its trace, and goes when the step is reset', () =>
    pages.with('verdict-back', view, async (page, guide) => {
      guide.lab.delay = 0;
      await failCheck(page, guide);
      await press(page, 'Check');
      await verdict(page).getByRole('link', { name: 'The trace that proves it' }).click();
      await page.getByRole('heading', { name: 'One trace' }).waitFor();
      await page.goBack();
      await verdict(page).getByText('Verified.').waitFor();
      await press(page, 'Reset this step');
      await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
      await page.waitForFunction(() => document.getElementById('verdict')?.textContent === '');
    }));

  test('names what the check has seen when it passes', () =>
    pages.with('verdict-passed', view, async (page, guide) => {
      guide.lab.verdicts = [{ passed: true, requirements: [{ text: 'roll.value is an integer', state: 'met' }] }];
      await page.goto(STEP);
      await press(page, 'Start');
      await press(page, 'Check');
      await verdict(page).getByText('roll.value is an integer').waitFor();
    }));
});

describe('a requirement that the telemetry of a request shows', () => {
  const seen = (step: string, ...states: boolean[]) => ({
    step,
    requirements: states.map((state, index) => ({ text: `requirement ${index + 1}`, seen: state })),
  });

  test('turns green without a check, is not yet verified, and is forgotten after a Run', () =>
    pages.with('seen', view, async (page, guide) => {
      await page.goto(STEP);
      await page.getByText('a first line').waitFor();
      guide.lab.see(seen('06-manual', true));
      const list = page.locator('#seen-list li');
      await press(page, 'Start');
      await list.waitFor();
      guide.lab.see(seen('06-manual', true, false));
      await page.getByText('Seen in your requests: 1 of 2').waitFor();
      expect(await list.allInnerTexts()).toEqual([
        expect.stringMatching(/^✓\s+requirement 1\s*, seen$/) as string,
        expect.stringMatching(/^○\s+requirement 2, not seen yet$/) as string,
      ]);
      guide.lab.see(seen('06-manual', true, true));
      await page.getByText('Seen in your requests: 2 of 2').waitFor();
      expect(await page.getByText('Steps: 0 of 11 verified').count()).toBe(1);
      expect(guide.changes.filter((change) => change.includes('check'))).toEqual([]);
      await typeInEditor(page, '# mine\n');
      await press(page, 'Run');
      await list.first().waitFor({ state: 'hidden' });
    }));

  test('is shown for the open step only, and until it is verified', () =>
    pages.with('seen-step', view, async (page, guide) => {
      await page.goto(STEP);
      await page.getByText('a first line').waitFor();
      await press(page, 'Start');
      await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
      guide.lab.see(seen('07-span-methods', true));
      guide.lab.log({ component: 'dice', pod: 'lab-dice-1', line: 'after the news' });
      await page.locator('#log', { hasText: 'after the news' }).waitFor();
      expect(await page.locator('#seen').isHidden()).toBe(true);
      guide.lab.see(seen('06-manual', true));
      await page.locator('#seen-list li').waitFor();
      await press(page, 'Check');
      await verdict(page).getByText('Verified.').waitFor();
      expect(await page.locator('#seen').isHidden()).toBe(true);
    }));
});

describe('the message of a Run', () => {
  test('no longer says "Not saved" after the learner has taken the other text', () =>
    pages.with(
      'not-saved',
      view,
      async (page, guide) => {
        await page.goto(EDITING);
        await typeInEditor(page, '// mine\n');
        guide.lab.edit({ 'app.ts': '// theirs\n' }, false);
        await press(page, 'Run');
        const status = page.locator('#run-status');
        await status.getByText('Not saved: app.ts was changed elsewhere').waitFor();
        await press(page, 'Take theirs');
        await status.getByText('dice runs').waitFor();
      },
      [409],
    ));

  test('no longer says how long after Run the files ran, after a reset while the Run was still waiting', () =>
    pages.with('run-reset', view, async (page) => {
      await page.goto(STEP);
      await press(page, 'Start');
      await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
      await page.getByRole('tab', { name: 'app.ts' }).click();
      await typeInEditor(page, 'oops\n');
      await press(page, 'Run');
      const status = page.locator('#run-status');
      await status.getByText("found 'oops'").waitFor();
      await press(page, 'Reset this step');
      await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
      await status.getByText('dice runs (pod lab-dice-3)').waitFor();
      expect(await page.locator('.cm-problem').count()).toBe(0);
    }));
});

describe('what another tab or a terminal has done', () => {
  test('is shown without a reload: a step that was started, passed and reset', () =>
    pages.with('other-course', view, async (page, guide) => {
      await page.goto(STEP);
      await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
      await page.getByText('a first line').waitFor();
      guide.lab.begin('06-manual', 'start');
      await page.getByRole('button', { name: 'Check', exact: true }).waitFor();
      guide.lab.check('06-manual');
      await page.getByText('Steps: 1 of 11 verified').waitFor();
      await page.getByText(/minutes, verified/).waitFor();
      guide.lab.resetAll();
      await page.getByText('Steps: 0 of 11 verified').waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
      expect(guide.changes).toEqual([]);
    }));

  test('is shown without a reload: files, faults and the load', () =>
    pages.with('other-files', view, async (page, guide) => {
      await page.goto(EDITING);
      await page.locator('.cm-content').waitFor();
      await page.getByText('a first line').waitFor();
      guide.lab.edit({ 'app.ts': '// theirs\n' });
      await page.locator('.cm-line', { hasText: '// theirs' }).waitFor();
      guide.lab.setLoad(60);
      await page.getByText('60 a minute are played').waitFor();
      expect(await page.getByLabel('Load: extra rounds').inputValue()).toBe('60');
      guide.lab.setFault('spike', true);
      await page.getByText('Faults to find').click();
      await page.locator('#fault-spike:checked').waitFor();
    }));
});
