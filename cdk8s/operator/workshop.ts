// The Workshop: the operator's types, defaults, limits and checks are derived from this description, and so is the CRD.
import {
  DNS_LABEL,
  LABEL_LENGTH,
  conditions,
  count,
  keyedList,
  observedGeneration,
  option,
  partOf,
  persisted,
  time,
  withRules,
} from '../schema/resource.ts';
import type { Resource } from '../schema/resource.ts';
import { matching } from '../schema/rules.ts';
import type { Rule } from '../schema/rules.ts';
import { defaultsOf, entry, flag, quantity, text } from '../schema/schema.ts';
import { labValues } from '../values.ts';

/** Limits that the operator checks too, for a Workshop that an older definition let through. */
export const LIMITS = {
  /** Attendees of one Workshop. */
  attendees: 1000,
  /** Seconds that an attendee's token may be valid. The API server grants no less than the minimum. */
  tokenLifetime: { minimum: 600, maximum: 720 * 3600 },
} as const;

export { DNS_LABEL, LABEL_LENGTH } from '../schema/resource.ts';

const attendees = keyedList({
  key: 'name',
  doc: 'The attendees by name. Each gets a seat. Adding or removing one leaves the other seats alone.',
  of: entry(
    'An attendee.',
    {
      name: withRules(
        text({
          doc:
            'A name that is unique in the Workshop, of lower-case letters, digits and hyphens. The namespace ' +
            'of the attendee is <workshop>-<name>.',
          maxLength: LABEL_LENGTH - 2,
        }),
        matching(
          DNS_LABEL,
          'must be lower-case letters, digits and hyphens, and start and end with a letter or digit, as in ada or ' +
            'ada-2',
        ),
      ),
      displayName: text({ doc: 'The name that the lab page shows.', maxLength: 100 }),
    },
    ['name'],
  ),
  maxItems: LIMITS.attendees,
});

export const quota = entry(
  "What one seat may use of the cluster. Default: what the lab needs, plus room for the attendee's own pods.",
  {
    cpu: quantity({ doc: 'CPU that all pods of the seat may request together, such as 1 or 1500m.' }),
    memory: quantity({ doc: 'Memory that the limits of all pods of the seat may add up to, such as 2Gi.' }),
    pods: count('Number of pods that the seat may have.', 1, 1000),
  },
);

/** A duration as people write it: 12h, 90m, 1h30m. */
const DURATION = '^([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,7}s)?$';

const SHORTEST = `${LIMITS.tokenLifetime.minimum / 60}m`;
const LONGEST = `${LIMITS.tokenLifetime.maximum / 3600}h`;

const tokenLifetime = withRules(
  text({
    doc: "How long an attendee's token is valid, such as 12h or 90m. The operator renews it after four fifths of that.",
    minLength: 2,
    maxLength: 20,
  }),
  matching(DURATION, 'must be hours, minutes and seconds, as in 12h or 1h30m'),
  {
    rule:
      `!self.matches('${DURATION}') || ` +
      `(duration(self) >= duration('${SHORTEST}') && duration(self) <= duration('${LONGEST}'))`,
    message: `must be from ${SHORTEST} to ${LONGEST}, which is ${LIMITS.tokenLifetime.maximum / 86_400} days`,
  },
);

const server = withRules(
  text({
    doc: "The API server's URL as attendees reach it, such as https://kube.example.com:6443. Default: the operator finds it.",
    maxLength: 300,
  }),
  matching('^https?://[^\\s/]+(/\\S*)?$', 'must be a URL, as in https://kube.example.com:6443'),
);

export const access = entry('How attendees reach their seats.', { tokenLifetime, server });

const persistedAccess = entry(access.doc, { tokenLifetime: persisted(tokenLifetime, '12h'), server });

const rolloutFields = {
  maxConcurrent: persisted(count('How many seats are created or changed at a time.', 1, LIMITS.attendees), 5),
  maxFailures: persisted(count('How many seats may fail before the operator starts no other.', 1, LIMITS.attendees), 3),
  paused: persisted(
    flag({ doc: 'While this is true, the operator starts no seat. It finishes those it has started.', default: false }),
    false,
  ),
};

const afterExpiry = persisted(
  option(
    'What happens to the seats after the class. Delete removes them and keeps the Workshop. Stop scales them ' +
      "to zero and keeps the attendees' work. Keep leaves them running.",
    ['Delete', 'Stop', 'Keep'],
  ),
  'Delete',
);

const schedule = withRules(
  entry('When the class begins and ends.', {
    startsAt: time(
      'When the operator starts to create seats, such as 2026-05-04T09:00:00+02:00. It pulls images before that. ' +
        'Default: now.',
    ),
    expiresAt: time('When the class ends. Default: never. To extend a class, change it.'),
    afterExpiry,
  }),
  {
    rule: '!has(self.startsAt) || !has(self.expiresAt) || self.startsAt < self.expiresAt',
    message: 'must be after startsAt',
    fieldPath: '.expiresAt',
  },
);

/** The defaults, for code that reads a Workshop which the API server has not filled in. */
export const DEFAULTS = {
  rollout: defaultsOf(rolloutFields),
  afterExpiry: afterExpiry.default,
  tokenLifetime: persistedAccess.fields.tokenLifetime.default,
};

export const rollout = entry(
  'How the operator creates seats, and changes them when the Workshop changes.',
  rolloutFields,
);

export const workshopSpec = withRules(
  entry('The class that you want.', {
    attendees,
    seats: count(
      'The number of attendees, instead of a list. They are called seat-01 to seat-99, seat-100 and so on, ' +
        'so that no seat changes its name when the class grows.',
      0,
      LIMITS.attendees,
    ),
    lab: partOf(
      labValues,
      "Values of every attendee's lab, as in the chart's values.yaml, without operator. The defaults are the same.",
    ),
    quota,
    rollout: persisted(rollout, {}),
    schedule,
    access: persisted(persistedAccess, {}),
  }),
  {
    rule: 'has(self.attendees) != has(self.seats)',
    message: 'give either attendees, by name, or seats, a number: one of the two, and not both',
  },
);

export const workshopStatus = entry('What the operator has done so far.', {
  observedGeneration,
  conditions: conditions(
    'Ready: all seats are. Progressing: the operator creates or changes seats. Degraded: some seats fail. ' +
      'CapacityAvailable: the nodes have room for all seats. ImagesReady: every node has the images. ' +
      "NetworkIsolation: a test found that one seat can't reach another.",
  ),
  seats: entry(
    'How many seats have come how far.',
    {
      desired: count('Seats that the Workshop asks for.', 0),
      ready: count('Seats that attendees can use now.', 0),
      updated: count('Seats that match the Workshop as it is now.', 0),
      failed: count("Seats that the operator can't create.", 0),
    },
    ['desired', 'ready', 'updated', 'failed'],
  ),
  failing: keyedList({
    key: 'name',
    doc: 'The first few seats that fail, with the reason.',
    of: entry(
      'A seat that fails.',
      {
        name: text({ doc: 'Name of the Seat.', maxLength: LABEL_LENGTH }),
        reason: text({ doc: 'The reason in one word.', maxLength: 1024 }),
        message: text({ doc: 'The reason, and what to do.', maxLength: 32_768 }),
      },
      ['name', 'reason', 'message'],
    ),
    maxItems: 10,
  }),
  summary: text({ doc: 'Ready seats of all seats, such as 11/30.', maxLength: 20 }),
});

/** A Seat and its namespace are both called <workshop>-<attendee>. */
const nameRules: readonly Rule[] = [
  {
    rule: `self.metadata.name.size() <= ${LABEL_LENGTH - 2} && self.metadata.name.matches('${DNS_LABEL}')`,
    messageExpression:
      `"it begins the names of namespaces, so it must be at most ${LABEL_LENGTH - 2} lower-case letters, digits ` +
      'and hyphens, as in otel-101; ' +
      'found " + self.metadata.name',
    fieldPath: '.metadata.name',
  },
  {
    rule:
      '!has(self.spec.attendees) || ' +
      `self.spec.attendees.all(one, self.metadata.name.size() + 1 + one.name.size() <= ${LABEL_LENGTH})`,
    message:
      `a namespace is called <workshop>-<attendee>, in at most ${LABEL_LENGTH} characters, and one here would ` +
      'have more: shorten the name of the Workshop, or of the attendee',
    fieldPath: '.spec.attendees',
  },
  {
    rule: `!has(self.spec.seats) || self.metadata.name.size() + 6 + string(self.spec.seats).size() <= ${LABEL_LENGTH}`,
    message:
      `a namespace is called <workshop>-seat-<number>, in at most ${LABEL_LENGTH} characters: shorten the ` +
      "Workshop's name",
    fieldPath: '.metadata.name',
  },
];

export const workshop: Resource = {
  doc:
    'A class: its attendees, their lab and its schedule. Every attendee gets a Seat, which is a namespace with ' +
    'a lab.',
  spec: workshopSpec,
  status: workshopStatus,
  rules: nameRules,
};
