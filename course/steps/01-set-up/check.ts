// The check of step 1. It passes if dice runs, the Collector accepts spans, and these spans arrive in Jaeger.
import { passed } from '../../engine/check.ts';
import type { Check } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const { status, body, traceId } = await lab.ask('/visit');
    if (status !== 200) {
      const found = status === 0 ? `no answer: ${body}` : `status ${status}: ${body.slice(0, 200)}`;
      return {
        passed: false,
        hop: 'pod',
        expected: 'dice to answer GET /visit with 200',
        found,
        hint: 'Is its pod running? kubectl get pods shows it; “Reset exercise” puts back the code that works.',
      };
    }
    const broken = (await lab.why()).find(({ name, ok }) => !ok && (name === 'collector' || name === 'jaeger'));
    if (!broken) return passed(traceId);
    const hop = broken.name === 'jaeger' ? 'jaeger' : 'collector';
    return {
      passed: false,
      hop,
      expected: "a span of the guide's own to come through the Collector to Jaeger",
      found: broken.says,
      hint: broken.todo ?? 'Wait a minute: it may still be starting.',
    };
  });
