import type { Solution } from '../../harness/check-harness.ts';

const pick = (name: string) => ({ answers: { pick: name } });

export const solutions: Solution[] = [
  { name: 'the library http', right: true, ...pick('http') },
  { name: 'express, with stray spaces and capitals', right: true, ...pick('  Express ') },
  { name: 'the full name of the package', right: true, ...pick('@opentelemetry/instrumentation-http') },
  { name: 'no pick', right: false, says: /no answer/, ...pick(' ') },
  { name: 'a library that makes no spans', right: false, says: /log lines/, ...pick('pino') },
  { name: 'a library that dice does not use', right: false, says: /fetch/, ...pick('undici') },
  { name: 'a library that is not installed', right: false, says: /installed here/, ...pick('flask') },
  {
    name: 'a right pick without instrumentation',
    right: false,
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'a right pick whose spans go to the console',
    right: false,
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console' },
  },
];
