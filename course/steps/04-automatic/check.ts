// The check of step 4. It passes if dice's log contains the span of a request, and if an instrumentation library made
// that span.
import { passed, silent, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const { traceId, status, body } = await lab.ask('/visit');
    if (status === 0)
      return {
        passed: false,
        hop: 'pod',
        expected: 'dice to answer GET /visit',
        found: body,
        hint: 'Is the new pod running? Its log says why not.',
      };
    const printed = await lab.eventually(async () => blocksOf(await lab.podLog('dice'), traceId), 2_500);
    return printed ? judge(printed, traceId) : nothing(lab);
  });

/** Finds the printed spans of this trace in the log. The console exporter prints each span as a JavaScript object. */
function blocksOf(log: string, traceId: string): string[] | undefined {
  const blocks = log.split(/^\{$/m).filter((block) => block.includes(`\n  traceId: '${traceId}'`));
  return blocks.length > 0 ? blocks : undefined;
}

function judge(blocks: string[], traceId: string): Verdict {
  const byLibrary = blocks.filter((block) => block.includes("name: '@opentelemetry/instrumentation-"));
  if (byLibrary.length === 0)
    return wrong(
      'spans that the libraries made (INSTRUMENTATION=auto)',
      'spans that were written by hand',
      'Set INSTRUMENTATION=auto in settings.env: this step is about what comes without a line of code.',
      traceId,
    );
  const server = byLibrary.find((block) => block.includes("\n  name: 'GET /visit'") && block.includes('\n  kind: 1,'));
  return server
    ? passed(traceId)
    : wrong(
        'the SERVER span “GET /visit” in the log',
        'other spans of that trace, not this one',
        'Does app.ts still have its route /visit?',
        traceId,
      );
}

/** Returns the verdict for a log without the span. It looks for the reason in the SDK and in settings.env. */
async function nothing(lab: LabView): Promise<Verdict> {
  const expected = "the span of a visit in dice's log";
  const sdk = (await lab.why()).find(({ name }) => name === 'sdk');
  if (sdk && !sdk.ok) return { passed: false, hop: 'pod', expected, found: sdk.says, hint: sdk.todo ?? '' };
  const printing = /^\s*OTEL_TRACES_EXPORTER\s*=.*\bconsole\b/m.test((await lab.files())?.['settings.env'] ?? '');
  if (!printing)
    return {
      passed: false,
      hop: 'pod',
      expected,
      found: 'no span there: OTEL_TRACES_EXPORTER does not name the console',
      hint: 'Set OTEL_TRACES_EXPORTER=console in settings.env, then Run.',
    };
  return silent(
    lab,
    expected,
    'The settings look right: was dice restarted since? Press Run, or kubectl rollout restart.',
  );
}
