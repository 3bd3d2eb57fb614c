/** What learners' code can import, besides Node's own modules. A test compares it with the image's packages. */
export const PACKAGES: readonly string[] = [
  '@opentelemetry/api',
  '@opentelemetry/api/experimental',
  '@opentelemetry/semantic-conventions',
  '@opentelemetry/semantic-conventions/incubating',
  'express',
  'pino',
];
