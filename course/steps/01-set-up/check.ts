// The check of step 1. It passes if dice runs, the Collector accepts spans, and these spans arrive in Jaeger.
import type { PipelineHop } from '../../../apps/guide/contract.ts';
import type { AppAnswer, Check, LabView, Live, Look } from '../../engine/check.ts';
import { allMet, finding, unmet } from '../../engine/findings.ts';
import type { Finding } from '../../engine/findings.ts';
import { hopInWords } from '../../engine/settle.ts';

export const check: Check = (lab) =>
  lab.settle(() => look(lab), {
    expected: 'dice to answer GET /visit with 200',
    hint: 'Is its pod running? kubectl get pods shows it.',
  });

export const live: Live = { paths: /^\/visit/ };

async function look(lab: LabView): Promise<Look> {
  const answer = await lab.ask('/visit');
  const dice = diceAnswers(answer);
  // A pod that takes no connections may still be starting.
  if (dice.state === 'unmet') return { findings: [dice], certain: answer.status > 0 };
  const hops = await lab.why();
  const findings = [dice, works(hops, 'collector'), works(hops, 'jaeger')];
  return { findings, certain: allMet(findings), traceId: answer.traceId };
}

function diceAnswers({ status, body }: AppAnswer): Finding {
  const text = 'dice to answer GET /visit with 200';
  if (status === 200) return finding(text, undefined);
  return unmet(text, {
    hop: 'pod',
    id: status === 0 ? 'pod/no-answer' : 'pod/error-status',
    found: status === 0 ? `no answer: ${body}` : `status ${status}: ${body.slice(0, 200)}`,
    hint: 'Is its pod running? kubectl get pods shows it; “Reset this step” puts back the code that works.',
  });
}

const expected = {
  collector: "the Collector to take a span of the guide's own, and to send it on",
  jaeger: 'Jaeger to have that span',
};

function works(hops: readonly PipelineHop[], name: 'collector' | 'jaeger'): Finding {
  const broken = hops.find((hop) => hop.name === name && !hop.ok);
  const hint = broken?.todo ?? 'Wait a minute: it may still be starting.';
  return finding(expected[name], broken && { hop: name, id: broken.finding ?? name, found: hopInWords(broken), hint });
}
