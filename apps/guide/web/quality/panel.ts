// The panel that lists findings on the telemetry which dice has sent since the last Run or check. It looks when the
// waterfall has drawn new spans, and once more when metrics have had the time to arrive. It asks for nothing while
// nothing happens. Each finding also stands at its span in the waterfall.
import { get, messageOf } from '../api.ts';
import type { Finding, Level, Place, QualityReport, Score, SpanRef } from '../../quality-contract.ts';
import { button, byId, fill, h, whenPressed } from '../dom.ts';
import type { Child } from '../dom.ts';
import { scoreInWords, seenOn, summary } from './words.ts';

/** Milliseconds after a Run, a check or a new span until the panel looks, and until it looks again for metrics. */
const [SOON, LATER] = [1_500, 12_000];
/** The longest period that the guide judges, and the period before the first Run, in milliseconds. */
const [LONGEST, AT_FIRST] = [3_600_000, 900_000];

/** The sign of each level. */
const LEVEL_SIGNS: Readonly<Record<Level, string>> = { violation: '✗', improvement: '!', information: 'i' };

export interface QualityActions {
  /** Shows a line of the learner's files. */
  readonly goTo: (place: Place, message: string) => void;
  /** Draws a trace in the waterfall. */
  readonly showTrace: (traceId: string) => Promise<unknown>;
}

export class QualityPanel {
  readonly #actions: QualityActions;
  readonly #waterfall = byId('waterfall');
  readonly #status = byId('quality-status');
  #since = Date.now() - AT_FIRST;
  #findings: readonly Finding[] = [];
  #timers: readonly ReturnType<typeof setTimeout>[] = [];
  /** Number of the latest look. An answer to an earlier one is ignored. */
  #turn = 0;

  constructor(actions: QualityActions) {
    this.#actions = actions;
    whenPressed(byId<HTMLButtonElement>('quality-look'), () => this.look());
    const onSpans = (): void => {
      this.#mark();
      this.#lookSoon();
    };
    new MutationObserver(onSpans).observe(this.#waterfall, { childList: true });
  }

  /** Forgets what was before. Call it when a Run is up, or before a check. */
  begin(): void {
    this.#since = Date.now();
    this.#turn += 1;
    this.#lookSoon();
    this.#show({ findings: [], more: 0, notJudged: [], judged: { spans: 0, instruments: 0, logs: 0 } });
  }

  /** Asks the guide for the findings, and shows them. */
  async look(): Promise<void> {
    const turn = ++this.#turn;
    const within = Math.min(Math.max(Date.now() - this.#since, 1), LONGEST);
    try {
      const report = await get<QualityReport>(`api/quality?within=${within}`);
      if (turn === this.#turn) this.#show(report);
    } catch (error) {
      this.#say(messageOf(error), 'bad');
    }
  }

  /** Looks when the newest spans have had the time to arrive, and again when metrics have. */
  #lookSoon(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [SOON, LATER].map((pause) => setTimeout(() => void this.look(), pause));
  }

  #say(text: string, tone?: 'bad'): void {
    if (tone) this.#status.dataset['tone'] = tone;
    else delete this.#status.dataset['tone'];
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #show(report: QualityReport): void {
    const { findings, more, score, notJudged } = report;
    this.#say(summary(report));
    const isSame = JSON.stringify(findings) === JSON.stringify(this.#findings);
    this.#findings = findings;
    this.#mark();
    // What has not changed stays, so that the focus stays where it is.
    if (!isSame)
      fill(
        byId('quality-findings'),
        findings.map((finding) => this.#item(finding)),
        more > 0 && h('li', { class: 'soft' }, `and ${more} more`),
      );
    fill(byId('quality-score'), score && scorePart(score, notJudged));
  }

  #item(finding: Finding): HTMLElement {
    const { id, level, rule, message, todo, place, spans } = finding;
    const [span] = spans;
    return h(
      'li',
      { class: `finding level-${level}` },
      h('p', {}, sign(level), h('strong', {}, level), ' ', message),
      h('p', {}, todo),
      h(
        'p',
        { class: 'group soft' },
        h('code', {}, rule === undefined ? id : `${id} · ${rule}`),
        h('span', {}, seenOn(finding)),
        place &&
          button(`Go to ${place.file}, line ${place.line}`, () => this.#actions.goTo(place, message), {
            class: 'quiet',
          }),
        span && button('Show the span', () => this.#open(span), { class: 'quiet' }),
        span && h('a', { href: `traces/${span.traceId}` }, 'Page of its trace'),
      ),
    );
  }

  /** Opens the row of a span. If the waterfall shows another trace, it draws that of the span first. */
  async #open({ traceId, spanId }: SpanRef): Promise<void> {
    if (!rowOf(spanId)) await this.#actions.showTrace(traceId);
    const row = rowOf(spanId);
    if (row?.getAttribute('aria-expanded') === 'false') row.click();
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
  }

  /** Writes the findings below the rows of their spans. */
  #mark(): void {
    for (const mark of this.#waterfall.querySelectorAll('.span-findings')) mark.remove();
    for (const [spanId, findings] of bySpan(this.#findings))
      rowOf(spanId)?.after(h('ul', { class: 'span-findings' }, findings.map(markOf)));
  }
}

const rowOf = (spanId: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-span="${CSS.escape(spanId)}"]`);

function bySpan(findings: readonly Finding[]): Map<string, Finding[]> {
  const map = new Map<string, Finding[]>();
  for (const finding of findings)
    for (const spanId of new Set(finding.spans.map((span) => span.spanId)))
      map.set(spanId, [...(map.get(spanId) ?? []), finding]);
  return map;
}

const markOf = ({ level, message }: Finding): HTMLElement =>
  h('li', { class: `level-${level}` }, sign(level), h('span', { class: 'sr' }, `${level}: `), message);

const sign = (level: Level): HTMLElement =>
  h('span', { class: 'level-sign', 'aria-hidden': 'true' }, LEVEL_SIGNS[level]);

function scorePart(score: Score, notJudged: readonly string[]): Child {
  return h(
    'details',
    { class: 'score' },
    h('summary', {}, scoreInWords(score)),
    h(
      'ul',
      { class: 'requirements' },
      score.rules.map(({ id, text, impact, passed }) =>
        h(
          'li',
          { class: passed ? 'requirement-met' : 'requirement-unmet' },
          h('span', { class: 'sign', 'aria-hidden': 'true' }, passed ? '✓' : '✗'),
          h('span', {}, text, h('span', { class: 'soft' }, ` ${id}, ${impact}${passed ? '' : ', not kept'}`)),
        ),
      ),
    ),
    h(
      'p',
      { class: 'soft' },
      'After the Instrumentation Score specification, over the telemetry of a few minutes. So it is not complete. ' +
        `Not judged: ${notJudged.join('; ')}.`,
    ),
  );
}
