// Explains a trace that dice does not continue by the propagators in its settings.
import { refusedValues } from '../../apps/telemetry/environment.ts';

const NAME = 'OTEL_PROPAGATORS';

/** Returns what to do about propagators that ignore the header traceparent, or undefined if dice reads it. */
export function propagatorsHint(settings: Readonly<Record<string, string | undefined>>): string | undefined {
  const value = settings[NAME]?.trim() ?? '';
  const isIgnored = refusedValues({ [NAME]: value }).length > 0;
  if (value === '' || isIgnored || value.split(',').some((name) => name.trim() === 'tracecontext')) return undefined;
  return (
    `${NAME} is ${value}, so dice neither reads nor writes the header traceparent: ` +
    'name tracecontext in settings.env, or take the line out. Then Run.'
  );
}
