// The schema of a Workshop. The types that the operator reads it by are in operator/api/types.ts.
import { quantity } from '../schema/schema.ts';
import { structuralOf } from '../schema/structural.ts';
import type { Schema } from '../schema/structural.ts';
import { labValues } from '../values.ts';
import {
  DNS_LABEL,
  LABEL_LENGTH,
  choice,
  conditions,
  flag,
  integer,
  listBy,
  matching,
  metadata,
  object,
  observedGeneration,
  rules,
  text,
  time,
} from './schema.ts';

/** Attendees of one Workshop. */
const MOST = 1000;

const attendees = listBy(
  'name',
  'Who takes part, by name; each gets a seat. Those added or removed later leave the others alone.',
  object(
    'An attendee.',
    {
      name: text(
        "Unique in the Workshop; lower-case letters, digits and hyphens. The attendee's namespace is <workshop>-<name>.",
        {
          maxLength: LABEL_LENGTH - 2,
          ...rules(
            matching(
              DNS_LABEL,
              'must be lower-case letters, digits and hyphens, and a hyphen neither first nor last, as in ada or ada-2',
            ),
          ),
        },
      ),
      displayName: text('What the attendee is called on the page of the lab.', { maxLength: 100 }),
    },
    { required: ['name'] },
  ),
  MOST,
);

export const quota: Schema = object(
  "What one seat may use of the cluster. What is left out is what the lab needs, and room for the attendee's own pods.",
  {
    cpu: structuralOf(quantity({ doc: 'CPU that all pods of the seat may request, such as 1 or 1500m.' })),
    memory: structuralOf(
      quantity({ doc: 'Memory that the limits of all pods of the seat may add up to, such as 2Gi.' }),
    ),
    pods: integer('How many pods the seat may have.', 1, { maximum: 1000 }),
  },
);

/** What people write: 12h, 90m, 1h30m. */
const DURATION = '^([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,7}s)?$';

const tokenLifetime = text(
  "How long an attendee's token is valid, as in 12h or 90m; it is renewed at four fifths of that.",
  {
    minLength: 2,
    maxLength: 20,
    ...rules(matching(DURATION, 'must be hours, minutes and seconds, as in 12h or 1h30m'), {
      rule: `!self.matches('${DURATION}') || (duration(self) >= duration('10m') && duration(self) <= duration('720h'))`,
      message: 'must be from 10m to 720h, which is 30 days',
    }),
  },
);

const server = text(
  "The API server's URL as attendees reach it, as in https://kube.example.com:6443. Found out where it is left out.",
  {
    maxLength: 300,
    ...rules(matching('^https?://[^\\s/]+(/\\S*)?$', 'must be a URL, as in https://kube.example.com:6443')),
  },
);

export const access: Schema = object('How attendees reach their seats.', { tokenLifetime, server });

const tokenLifetimeByDefault = { ...tokenLifetime, default: '12h' };

const rollout = object(
  'How seats are made, and changed when the Workshop does.',
  {
    maxConcurrent: integer('How many seats are made or changed at a time.', 1, { maximum: MOST, default: 5 }),
    maxFailures: integer('After how many failed seats no other is begun.', 1, { maximum: MOST, default: 3 }),
    paused: flag('While this is true no seat is begun; those under way are finished.', { default: false }),
  },
  { default: {} },
);

const schedule = object(
  'When the class begins and ends.',
  {
    startsAt: time(
      'Images are pulled at once, seats are made from then on, as in 2026-05-04T09:00:00+02:00. At once where it is left out.',
    ),
    expiresAt: time('When the class ends. Never where it is left out. To extend a class, change it.'),
    afterExpiry: choice(
      'What then becomes of the seats: Delete removes them and keeps the Workshop, Stop scales them to nothing and keeps what attendees ' +
        'have written, Keep leaves them running.',
      ['Delete', 'Stop', 'Keep'],
      { default: 'Delete' },
    ),
  },
  rules({
    rule: '!has(self.startsAt) || !has(self.expiresAt) || self.startsAt < self.expiresAt',
    message: 'must be after startsAt',
    fieldPath: '.expiresAt',
  }),
);

const spec = object(
  'What the class is to be.',
  {
    attendees,
    seats: integer(
      'As many attendees, in place of a list of them; they are called seat-01 to seat-99, seat-100 and so on, so that none is renamed when the ' +
        'class grows.',
      0,
      { maximum: MOST },
    ),
    lab: {
      ...structuralOf(labValues),
      description:
        "Values of every attendee's lab: those of the chart's values.yaml, but for operator. What is left out is as there.",
    },
    quota,
    rollout,
    schedule,
    access: { ...access, properties: { tokenLifetime: tokenLifetimeByDefault, server }, default: {} },
  },
  rules({
    rule: 'has(self.attendees) != has(self.seats)',
    message: 'give either attendees, by name, or seats, a number: one of the two, and not both',
  }),
);

const status = object('What has become of it.', {
  observedGeneration,
  conditions: conditions(
    'Ready: every seat is. Progressing: seats are being made or changed. Degraded: some fail. CapacityAvailable: the ' +
      'nodes have room for all. ImagesReady: every node has the images. NetworkIsolation: whether one seat was seen to be kept from another.',
  ),
  seats: object(
    'How many seats are how far.',
    {
      desired: integer('How many there are to be.', 0),
      ready: integer('How many can be used now.', 0),
      updated: integer('How many are as the Workshop says now.', 0),
      failed: integer("How many can't be made.", 0),
    },
    { required: ['desired', 'ready', 'updated', 'failed'] },
  ),
  failing: listBy(
    'name',
    'The first few seats that fail, and why.',
    object(
      'A seat that fails.',
      {
        name: text('Name of the Seat.', { maxLength: LABEL_LENGTH }),
        reason: text('Why, in one word.', { maxLength: 1024 }),
        message: text('Why, and what to do.', { maxLength: 32_768 }),
      },
      { required: ['name', 'reason', 'message'] },
    ),
    10,
  ),
  summary: text('Seats that are ready, of those there are to be, as in 11/30.', { maxLength: 20 }),
});

/** A Seat is called <workshop>-<attendee>, and so is its namespace. */
const nameRules = rules(
  {
    rule: `self.metadata.name.size() <= ${LABEL_LENGTH - 2} && self.metadata.name.matches('${DNS_LABEL}')`,
    messageExpression:
      `"it begins the names of namespaces, so it must be at most ${LABEL_LENGTH - 2} lower-case letters, digits and hyphens, as in otel-101; ` +
      'found " + self.metadata.name',
    fieldPath: '.metadata.name',
  },
  {
    rule: `!has(self.spec.attendees) || self.spec.attendees.all(one, self.metadata.name.size() + 1 + one.name.size() <= ${LABEL_LENGTH})`,
    message:
      `a namespace is called <workshop>-<attendee>, in at most ${LABEL_LENGTH} characters, and one here would have more: shorten the name of the ` +
      'Workshop, or of the attendee',
    fieldPath: '.spec.attendees',
  },
  {
    rule: `!has(self.spec.seats) || self.metadata.name.size() + 6 + string(self.spec.seats).size() <= ${LABEL_LENGTH}`,
    message: `a namespace is called <workshop>-seat-<number>, in at most ${LABEL_LENGTH} characters: shorten the Workshop's name`,
    fieldPath: '.metadata.name',
  },
);

export const workshopSchema: Schema = object(
  'A class: who takes part, what lab they get, and when. Every attendee gets a Seat, and with it a namespace with a lab of their own.',
  { metadata, spec, status },
  { required: ['spec'], ...nameRules },
);
