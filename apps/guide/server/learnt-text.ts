// What a learner has learnt as plain text in Markdown, to keep or to send to somebody.
import type { Span } from '../../../otlp/traces.ts';
import { stateInWords } from '../web/course/words.ts';
import type { ProvenTrace } from './best-trace.ts';
import { isVerified, NEXT_LINKS, verifiedInWords } from './learnt.ts';
import type { Learnt, LearntStep } from './learnt.ts';

const mostSpans = 60;
const longestName = 100; // characters

/** Returns the text. What comes from the learner's services is on one line, and bounded. */
export function learntText({ steps, best, missing }: Learnt): string {
  const open = steps.filter((step) => !isVerified(step));
  const blocks = [
    '# What I have learnt: Intro to OpenTelemetry',
    verifiedInWords(steps),
    ...steps.filter(isVerified).map(verified),
    ...(open.length > 0 ? ['## Not verified', open.map(notVerified).join('\n')] : []),
    '## My best trace',
    ...(best ? traceBlocks(best) : [missing ?? '']),
    '## What next',
    NEXT_LINKS.map(({ url, text, about }) => `- [${text}](${url}): ${about}`).join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const nameOf = ({ number, title }: LearntStep): string => `${number}. ${title}`;

const verified = (step: LearntStep): string =>
  [`## ${nameOf(step)}`, '', ...step.learn.map((one) => `- ${one}`)].join('\n');

const notVerified = (step: LearntStep): string => `- ${nameOf(step)}: ${stateInWords[step.state]}`;

function traceBlocks({ step, trace }: ProvenTrace): string[] {
  const lines = treeOf(trace.roots);
  const more = lines.length > mostSpans ? [`    … and ${lines.length - mostSpans} more`] : [];
  return [
    `Trace ${trace.traceId}, which verified step ${step.number}, ${step.title}:`,
    [...lines.slice(0, mostSpans), ...more].join('\n'),
  ];
}

/** A block of code in Markdown, so that names in it mean nothing to a reader of Markdown. */
const treeOf = (spans: readonly Span[], depth = 2): string[] =>
  spans.flatMap((span) => [
    `${'  '.repeat(depth)}${line(span.service)} ${line(span.name)} ${span.kind}, ${span.duration.toFixed(1)} ms`,
    ...treeOf(span.children, depth + 1),
  ]);

const line = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, longestName);
