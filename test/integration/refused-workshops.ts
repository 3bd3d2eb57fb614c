// Workshops that admission must refuse, with the field and the message that it must name.

export const long = (length: number): string => 'a'.repeat(length);

/** The part of a spec that lists these attendees. */
export const attendees = (...names: string[]): object => ({ attendees: names.map((name) => ({ name })) });

type Refusal = readonly [field: string, message: string];

export const refusedWorkshops: readonly [what: string, name: string, spec: object, refusal: Refusal][] = [
  ['with neither attendees nor seats', 'otel', {}, ['spec', 'give either attendees, by name, or seats, a number']],
  [
    'with both attendees and seats',
    'otel',
    { seats: 2, ...attendees('ada') },
    ['spec', 'give either attendees, by name, or seats, a number'],
  ],
  [
    'with two attendees of one name',
    'otel',
    attendees('ada', 'eve', 'ada'),
    ['spec.attendees[2]', 'Duplicate value: {"name":"ada"}'],
  ],
  [
    "with an attendee's name that no namespace can have",
    'otel',
    attendees('Ada L.'),
    ['spec.attendees[0].name', 'must be lower-case letters, digits and hyphens'],
  ],
  [
    'with an attendee without a name',
    'otel',
    attendees(''),
    ['spec.attendees[0].name', 'must be lower-case letters, digits and hyphens'],
  ],
  [
    'with a name too long once prefixed',
    'otel',
    attendees('ada', long(59)),
    ['spec.attendees', 'shorten the name of the Workshop, or of the attendee'],
  ],
  [
    'with a name too long once a number is put behind it',
    long(54),
    { seats: 1000 },
    ['metadata.name', "shorten the Workshop's name"],
  ],
  [
    "with a name that can begin no namespace's",
    'otel.101',
    { seats: 1 },
    ['metadata.name', 'lower-case letters, digits and hyphens, as in otel-101; found otel.101'],
  ],
  [
    'with more seats than an operator is made for',
    'otel',
    { seats: 1001 },
    ['spec.seats', 'less than or equal to 1000'],
  ],
  [
    'with more attendees than an operator is made for',
    'otel',
    attendees(...Array.from({ length: 1001 }, (_, index) => `a-${index}`)),
    ['spec.attendees', 'must have at most 1000 items'],
  ],
  [
    'with an end before its beginning',
    'otel',
    { seats: 1, schedule: { startsAt: '2026-05-04T10:00:00+02:00', expiresAt: '2026-05-04T08:00:00Z' } },
    ['spec.schedule.expiresAt', 'must be after startsAt'],
  ],
  [
    'with a time that is none',
    'otel',
    { seats: 1, schedule: { startsAt: 'tomorrow' } },
    ['spec.schedule.startsAt', 'date-time'],
  ],
  [
    "with an end that it doesn't know",
    'otel',
    { seats: 1, schedule: { afterExpiry: 'Remove' } },
    ['spec.schedule.afterExpiry', 'supported values: "Delete", "Stop", "Keep"'],
  ],
  [
    'with a token that ends too soon',
    'otel',
    { seats: 1, access: { tokenLifetime: '9m59s' } },
    ['spec.access.tokenLifetime', 'must be from 10m to 720h'],
  ],
  [
    'with a token that lasts too long',
    'otel',
    { seats: 1, access: { tokenLifetime: '721h' } },
    ['spec.access.tokenLifetime', 'must be from 10m to 720h'],
  ],
  [
    "with a token that lasts for days, which aren't known",
    'otel',
    { seats: 1, access: { tokenLifetime: '30d' } },
    ['spec.access.tokenLifetime', 'hours, minutes and seconds, as in 12h or 1h30m'],
  ],
  [
    'with an API server that is no URL',
    'otel',
    { seats: 1, access: { server: 'kube:6443' } },
    ['spec.access.server', 'must be a URL, as in https://'],
  ],
  [
    'with a quantity that is none',
    'otel',
    { seats: 1, quota: { memory: 'lots' } },
    ['spec.quota.memory', 'should match'],
  ],
  [
    'with a rollout of none at a time',
    'otel',
    { seats: 1, rollout: { maxConcurrent: 0 } },
    ['spec.rollout.maxConcurrent', 'greater than or equal to 1'],
  ],
  ["with a field that there isn't", 'otel', { seat: 1, seats: 1 }, ['spec.seat', 'unknown field']],
  [
    "with a lab's value that there isn't",
    'otel',
    { seats: 1, lab: { dice: { evn: {} } } },
    ['spec.lab.dice.evn', 'unknown field'],
  ],
  [
    'with values of the operator in its lab',
    'otel',
    { seats: 1, lab: { operator: { replicas: 1 } } },
    ['spec.lab.operator', 'unknown field'],
  ],
  [
    "with a lab's value of the wrong type",
    'otel',
    { seats: 1, lab: { jaeger: { maxTraces: 'many' } } },
    ['spec.lab.jaeger.maxTraces', 'must be of type integer'],
  ],
  [
    "with a lab's value out of range",
    'otel',
    { seats: 1, lab: { arcade: { budgetMs: 0 } } },
    ['spec.lab.arcade.budgetMs', 'greater than or equal to 1'],
  ],
  [
    "with a level that isn't one",
    'otel',
    { seats: 1, lab: { instrumentation: 'full' } },
    ['spec.lab.instrumentation', 'supported values: "none", "auto", "manual"'],
  ],
  [
    "with a lab's quantity that is none",
    'otel',
    { seats: 1, lab: { dice: { resources: { limits: { memory: 'lots' } } } } },
    ['spec.lab.dice.resources.limits.memory', 'should match'],
  ],
  [
    'with a variable that the lab fills itself',
    'otel',
    { seats: 1, lab: { dice: { env: { A: 1, POD_IP: 'x' } } } },
    ['spec.lab.dice.env', 'must not validate the schema'],
  ],
  [
    'with a name that no exporter can have',
    'otel',
    { seats: 1, lab: { collector: { exporters: { 'o o': {} } } } },
    ['spec.lab.collector.exporters', 'each name must be a component of the Collector'],
  ],
  [
    'with a pull secret without a name',
    'otel',
    { seats: 1, lab: { imagePullSecrets: [{}] } },
    ['spec.lab.imagePullSecrets[0].name', 'Required value'],
  ],
];
