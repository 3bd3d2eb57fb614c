// Workshops that the API server must refuse, with the field and the message that the error must contain.

export const long = (length: number): string => 'a'.repeat(length);

/** The part of a Workshop's spec that lists attendees with these names. */
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
    'with free seats ahead in a class with names',
    'otel',
    { ...attendees('ada'), rollout: { ahead: 1 } },
    ['spec.rollout.ahead', 'works only with seats, a number'],
  ],
  [
    'with no free seat ahead',
    'otel',
    { seats: 2, rollout: { ahead: 0 } },
    ['spec.rollout.ahead', 'greater than or equal'],
  ],
  [
    'with two attendees of the same name',
    'otel',
    attendees('ada', 'eve', 'ada'),
    ['spec.attendees[2]', 'Duplicate value: {"name":"ada"}'],
  ],
  [
    "with an attendee's name that a namespace can't contain",
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
    'with a name for the pages that turns the text beside it around',
    'otel',
    { attendees: [{ name: 'ada', displayName: 'Ada \u202e L.' }] },
    ['spec.attendees[0].displayName', 'must be a name of one line'],
  ],
  [
    'with a name for the pages that can’t be seen',
    'otel',
    { attendees: [{ name: 'ada', displayName: '\u200b' }] },
    ['spec.attendees[0].displayName', 'must be a name of one line'],
  ],
  [
    'with an attendee whose namespace would have too long a name',
    'otel',
    attendees('ada', long(59)),
    ['spec.attendees', 'shorten the name of the Workshop, or of the attendee'],
  ],
  [
    'with a Workshop name that is too long for numbered seats',
    long(54),
    { seats: 1000 },
    ['metadata.name', "shorten the Workshop's name"],
  ],
  [
    "with a Workshop name that a namespace's name can't start with",
    'otel.101',
    { seats: 1 },
    ['metadata.name', 'lower-case letters, digits and hyphens, as in otel-101; found otel.101'],
  ],
  [
    'with a Workshop name that is too long for opaque names of seats',
    long(53),
    { seats: 1, seatNames: 'Opaque' },
    ['metadata.name', 'with seatNames Opaque'],
  ],
  [
    'with an unknown kind of names',
    'otel',
    { seats: 1, seatNames: 'Numbered' },
    ['spec.seatNames', 'supported values: "Attendee", "Opaque"'],
  ],
  ['with more than 1000 seats', 'otel', { seats: 1001 }, ['spec.seats', 'less than or equal to 1000']],
  [
    'with more than 1000 attendees',
    'otel',
    attendees(...Array.from({ length: 1001 }, (_, index) => `a-${index}`)),
    ['spec.attendees', 'must have at most 1000 items'],
  ],
  [
    'with an end before its start',
    'otel',
    { seats: 1, schedule: { startsAt: '2026-05-04T10:00:00+02:00', expiresAt: '2026-05-04T08:00:00Z' } },
    ['spec.schedule.expiresAt', 'must be after startsAt'],
  ],
  [
    'with a start that is not a time',
    'otel',
    { seats: 1, schedule: { startsAt: 'tomorrow' } },
    ['spec.schedule.startsAt', 'date-time'],
  ],
  [
    'with an unknown value of afterExpiry',
    'otel',
    { seats: 1, schedule: { afterExpiry: 'Remove' } },
    ['spec.schedule.afterExpiry', 'supported values: "Delete", "Stop", "Keep"'],
  ],
  [
    'with a token lifetime below the minimum',
    'otel',
    { seats: 1, access: { tokenLifetime: '9m59s' } },
    ['spec.access.tokenLifetime', 'must be from 10m to 720h'],
  ],
  [
    'with a token lifetime above the maximum',
    'otel',
    { seats: 1, access: { tokenLifetime: '721h' } },
    ['spec.access.tokenLifetime', 'must be from 10m to 720h'],
  ],
  [
    'with a token lifetime in days, a unit that is not supported',
    'otel',
    { seats: 1, access: { tokenLifetime: '30d' } },
    ['spec.access.tokenLifetime', 'hours, minutes and seconds, as in 12h or 1h30m'],
  ],
  [
    'with an API server address that is not a URL',
    'otel',
    { seats: 1, access: { server: 'kube:6443' } },
    ['spec.access.server', 'must be a URL, as in https://'],
  ],
  [
    'with an invalid quantity in its quota',
    'otel',
    { seats: 1, quota: { memory: 'lots' } },
    ['spec.quota.memory', 'should match'],
  ],
  [
    'with a rollout of 0 seats at a time',
    'otel',
    { seats: 1, rollout: { maxConcurrent: 0 } },
    ['spec.rollout.maxConcurrent', 'greater than or equal to 1'],
  ],
  ['with an unknown field', 'otel', { seat: 1, seats: 1 }, ['spec.seat', 'unknown field']],
  [
    'with an unknown lab value',
    'otel',
    { seats: 1, lab: { dice: { evn: {} } } },
    ['spec.lab.dice.evn', 'unknown field'],
  ],
  [
    'with operator values among its lab values',
    'otel',
    { seats: 1, lab: { operator: { replicas: 1 } } },
    ['spec.lab.operator', 'unknown field'],
  ],
  [
    'with a lab value of the wrong type',
    'otel',
    { seats: 1, lab: { jaeger: { maxTraces: 'many' } } },
    ['spec.lab.jaeger.maxTraces', 'must be of type integer'],
  ],
  [
    'with a lab value out of range',
    'otel',
    { seats: 1, lab: { arcade: { budgetMs: 0 } } },
    ['spec.lab.arcade.budgetMs', 'greater than or equal to 1'],
  ],
  [
    'with an unknown instrumentation level',
    'otel',
    { seats: 1, lab: { instrumentation: 'full' } },
    ['spec.lab.instrumentation', 'supported values: "none", "auto", "manual"'],
  ],
  [
    'with an invalid quantity among its lab values',
    'otel',
    { seats: 1, lab: { dice: { resources: { limits: { memory: 'lots' } } } } },
    ['spec.lab.dice.resources.limits.memory', 'should match'],
  ],
  [
    'with an environment variable that the lab sets itself',
    'otel',
    { seats: 1, lab: { dice: { env: { A: 1, POD_IP: 'x' } } } },
    ['spec.lab.dice.env', 'must not validate the schema'],
  ],
  [
    'with the addresses to listen on among its environment variables',
    'otel',
    { seats: 1, lab: { dice: { env: { POD_IPS: '' } } } },
    ['spec.lab.dice.env', 'must not validate the schema'],
  ],
  [
    'with an invalid name of a Collector exporter',
    'otel',
    { seats: 1, lab: { collector: { exporters: { 'o o': {} } } } },
    ['spec.lab.collector.exporters', 'each name must be a component of the Collector'],
  ],
  [
    'with an image pull secret that has no name',
    'otel',
    { seats: 1, lab: { imagePullSecrets: [{}] } },
    ['spec.lab.imagePullSecrets[0].name', 'Required value'],
  ],
];
