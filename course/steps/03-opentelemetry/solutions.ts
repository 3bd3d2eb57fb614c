import type { Solution } from '../../harness/check-harness.ts';

const pick = (name: string) => ({ answers: { pick: name } });

export const solutions: Solution[] = [
  { name: 'http', right: true, ...pick('http') },
  { name: 'express, carelessly written', right: true, ...pick('  Express ') },
  { name: 'the name of the package', right: true, ...pick('@opentelemetry/instrumentation-http') },
  { name: 'no pick', right: false, says: /no answer/, ...pick(' ') },
  { name: 'a library that makes no spans', right: false, says: /log lines/, ...pick('pino') },
  { name: 'a library that dice has no use for', right: false, says: /fetch/, ...pick('undici') },
  { name: 'a library that is not installed', right: false, says: /installed here/, ...pick('flask') },
  {
    name: 'a right pick, but nothing is instrumented',
    right: false,
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'a right pick, but the spans go to the console',
    right: false,
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console' },
  },
];
