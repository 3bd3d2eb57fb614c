import type { Solution } from '../../harness/check-harness.ts';

const pick = (name: string) => ({ answers: { pick: name } });

export const solutions: Solution[] = [
  { name: 'the library http as the answer', right: true, ...pick('http') },
  { name: 'the library express as the answer, with extra spaces and capitals', right: true, ...pick('  Express ') },
  {
    name: 'the full package name of a library as the answer',
    right: true,
    ...pick('@opentelemetry/instrumentation-http'),
  },
  {
    name: 'a right answer while dice has another service name',
    right: true,
    ...pick('express'),
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_SERVICE_NAME=my-dice' },
  },
  { name: 'no library as the answer', right: false, says: /no answer/, ...pick(' ') },
  { name: 'a library that makes no spans in dice', right: false, says: /log lines/, ...pick('pino') },
  { name: 'a library for a framework that dice does not use', right: false, says: /fetch/, ...pick('undici') },
  { name: 'a library that is not in the image', right: false, says: /installed here/, ...pick('flask') },
  {
    name: 'a right answer while dice has no instrumentation',
    right: false,
    hop: 'pod',
    says: /INSTRUMENTATION is none/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=none' },
  },
  {
    name: 'a right answer while dice prints its spans to the console only',
    right: false,
    hop: 'pod',
    says: /OTEL_TRACES_EXPORTER is console/,
    ...pick('http'),
    files: { 'settings.env': 'INSTRUMENTATION=auto\nOTEL_TRACES_EXPORTER=console' },
  },
];
