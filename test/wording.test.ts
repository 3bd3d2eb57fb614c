// Checks that no text for users has a sentence again that a reader had to read twice, or did not understand.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from '../support/paths.ts';

/** Parts of former sentences, and what each hid from its reader. */
const former: readonly [phrase: string, reason: string][] = [
  ['the dice before it', 'one name for two pods: say the new pod and the old one'],
  ['one of its own that ', 'the subject comes last: dice started a trace of its own'],
  ['who asked', 'the one who sends a request is the caller'],
  ['name of a span of this trace as the', 'the root is the span that has no parent'],
  [' not so: ', 'say how many answers are right'],
  ['What it says tells', 'say where its log is'],
  ['Here INSTRUMENTATION is that command', 'a variable replaces a command, and is none'],
  ['stands further in was called by', 'name the parent: the nearest line above that is indented less'],
  ['Who is called extracts', 'the called service extracts the header'],
  ['Who calls injects', 'the calling service injects the header'],
  ["name all of a pipeline's processors", 'say why: a list replaces the earlier list'],
  ['as the spec says', 'seats follow the spec'],
  ['to try it between', 'name the test that needs two seats'],
  ['other seat is begun', 'a seat starts'],
  ['was not as it should be', 'say from what it differed'],
  ['and was put right', 'it was restored'],
  ["other nodes' anything", 'list what belongs to other nodes'],
  ['it tried whether', 'say who tried what: did a test try to reach a seat?'],
  ['not yet of the shape', 'say what is still different'],
  ['who made the span', 'OpenTelemetry calls it the instrumentation scope: otel.scope.name'],
  ['Recorded by', 'OpenTelemetry calls it the instrumentation scope: otel.scope.name'],
  ['Why is there no trace', 'the page is about traces, metrics and logs: “Why is there no telemetry?”'],
  ['Why no trace?', 'the page is about traces, metrics and logs: “Why no telemetry?”'],
  ['in the panel', 'a page has several panels: name the one that is meant'],
];

const files = [
  ...globSync('{apps,cdk8s,course,operator}/**/*.{ts,md}', { cwd: repoRoot, exclude: ['**/node_modules', '**/dist'] }),
  ...globSync(['*.md', 'docs/**/*.md', 'charts/lab/*.md'], { cwd: repoRoot }),
].filter((file) => !/\.test\.ts$|CHANGELOG/.test(file));

/** Returns a text on one line, with the pieces of a long string put together, and without the marks of Markdown. */
const joined = (text: string): string =>
  text
    .replace(/(['"`]) \+\s+\1/g, '')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ');

const texts = files.map((file) => ({ file, text: joined(readFileSync(join(repoRoot, file), 'utf8')) }));

test('reads the texts of the course, the pages, the conditions and the docs', () => {
  const known = ['course/steps/01-set-up/step.md', 'apps/guide/web/trace/panel.ts', 'docs/for-instructors.md'];
  expect(files).toEqual(expect.arrayContaining([...known, 'operator/workshop/status.ts', 'README.md']));
});

test.each(former)('finds the former words “%s” in no text: %s', (phrase) => {
  expect(texts.filter(({ text }) => text.includes(phrase)).map(({ file }) => file)).toEqual([]);
});
