// The search for traces by the names of their spans: in any span of a trace, or in those of the chosen service.
import type { TraceSummary } from '../../explore-contract.ts';

type Operations = TraceSummary['operations'];

/** The most names that a hint lists. */
const listed = 5;

/** Returns the names of a service's spans, or of all spans without a service. */
const namesIn = (operations: Operations, service: string): readonly string[] =>
  service === '' ? Object.values(operations).flat() : (operations[service] ?? []);

/** Whether the name of a span contains the text, ignoring case. */
export function hasOperation(operations: Operations, text: string, service: string): boolean {
  const wanted = text.toLowerCase();
  return namesIn(operations, service).some((name) => name.toLowerCase().includes(wanted));
}

/** Says that no span has such a name, and which names there are. */
export function operationHint(text: string, service: string, traces: readonly Operations[]): string {
  const names = [...new Set(traces.flatMap((operations) => namesIn(operations, service)))].sort();
  const whose = service === '' ? '' : ` of ${service}`;
  if (names.length === 0) return `No span${whose} has “${text}” in its name.`;
  const some = names.slice(0, listed).join(', ') + (names.length > listed ? ', …' : '');
  return `No span${whose} has “${text}” in its name. The names are: ${some}.`;
}
