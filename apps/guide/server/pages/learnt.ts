// The last page of the course: what the learner has learnt, the learner's best trace, and what next.
import { stateInWords } from '../../web/course/words.ts';
import type { ProvenTrace } from '../best-trace.ts';
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import { isVerified, NEXT_LINKS, verifiedInWords } from '../learnt.ts';
import type { Learnt, LearntStep } from '../learnt.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';
import { counted, inMilliseconds } from './parts.ts';
import { traceTree } from './trace.ts';

/** A larger trace has a page of its own only. */
const mostSpans = 60;

/** Renders the page. */
export function learntPage(learnt: Learnt, viewer: Viewer = {}): string {
  const { steps } = learnt;
  const open = steps.filter((step) => !isVerified(step));
  return layout({
    title: 'What you have learnt',
    path: '/',
    viewer,
    content: html`
      <p class="lead"><strong>${verifiedInWords(steps)}</strong> A step is verified if a check has found its telemetry
        in your lab${open.length > 0 ? html`. <a href="#open">The others are below</a>` : ''}.</p>
      <ol class="learnt">${steps.filter(isVerified).map(verified)}
      </ol>
      ${open.length > 0 ? openSteps(open) : ''}
      ${bestTrace(learnt)}
      ${next}`,
  });
}

const nameOf = ({ number, title }: LearntStep): string => `${number}. ${title}`;

const verified = (step: LearntStep): Content => html`
        <li>
          <h2><span class="sign good" aria-hidden="true">✓</span> <a href="./?step=${step.id}">${nameOf(step)}</a></h2>
          <ul>${step.learn.map((one) => html`<li>${one}</li>`)}</ul>
        </li>`;

const openSteps = (steps: readonly LearntStep[]): Content => html`<section aria-labelledby="open">
        <h2 id="open">Not verified</h2>
        <ul class="links">${steps.map(
          (step) => html`
          <li><a href="./?step=${step.id}">${nameOf(step)}</a> <span>${stateInWords[step.state]}</span></li>`,
        )}
        </ul>
      </section>`;

const bestTrace = ({ best, missing }: Learnt): Content => html`<section aria-labelledby="best">
        <h2 id="best">Your best trace</h2>
        ${best ? drawn(best) : html`<p class="note">${missing}</p>`}
      </section>`;

function drawn({ step, trace }: ProvenTrace): Content {
  const { traceId, spans, services, duration } = trace;
  const isSmall = spans.length <= mostSpans;
  return html`<p>Of the traces that verified your steps and that Jaeger still has, this one went through most services:
          ${counted(spans.length, 'span')} in ${counted(services.length, 'service')} (${services.join(', ')}),
          ${inMilliseconds(duration)}. It verified <a href="./?step=${step.id}">step ${step.number}, ${step.title}</a>.
          <a href="./traces/${traceId}">Page of this trace</a></p>
        ${isSmall ? traceTree(trace) : html`<p>It is too large to be drawn here.</p>`}
        <p class="soft"><code>${traceId}</code></p>`;
}

const next: Content = html`<section aria-labelledby="next">
        <h2 id="next">What next</h2>
        <p>Your next trace can be of your own system. Take a service that you know, start it with automatic
          instrumentation, and send it by OTLP to a Collector. You know each part of it.</p>
        <ul class="links">${NEXT_LINKS.map(
          ({ url, text, about }) => html`
          <li><a href="${url}">${text}</a> <span>${about}</span></li>`,
        )}
        </ul>
        <h2 id="keep">Keep it</h2>
        <ul class="links">
          <li><a href="./learnt.md">This page as plain text</a>
            <span>to send to somebody; or print this page</span></li>
          <li data-own><a href="./api/export" download>Download my work</a>
            <span>your code, settings, progress and this trace, in a zip file</span></li>
        </ul>
        <p>Then tell the person next to you, in one sentence: today I learned …</p>
      </section>`;
