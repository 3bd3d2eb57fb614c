// The ids of the course's steps, in the order of the course, for programs below the course. A test in course/ compares
// them with the folders of the steps.

export const COURSE_STEPS = [
  '01-set-up',
  '02-read-a-trace',
  '03-opentelemetry',
  '04-automatic',
  '05-collector',
  '06-manual',
  '07-span-methods',
  '08-context',
  '09-metrics-and-logs',
  '10-troubleshooting',
  '11-next-steps',
] as const;
