// The description of the kind Workshop. The CRD and the operator's types, defaults, limits and checks are derived from
// it.
import { PORTAL } from '../../lab/names.ts';
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
  shownName,
  time,
  withRules,
} from '../schema/resource.ts';
import type { Resource } from '../schema/resource.ts';
import { matching } from '../schema/rules.ts';
import type { Rule } from '../schema/rules.ts';
import { defaultsOf, entry, flag, list, quantity, text } from '../schema/schema.ts';
import { labValues } from '../values.ts';
import { claim } from './claim.ts';
import { announcement, poll } from './class.ts';

/**
 * Limits that both the CRD and the operator check, because an older CRD may have accepted a Workshop that exceeds them.
 */
export const LIMITS = {
  /** Maximum number of attendees in a Workshop. */
  attendees: 1000,
  /** Range for the lifetime of an attendee's token, in seconds. The API server refuses less than the minimum. */
  tokenLifetime: { minimum: 600, maximum: 720 * 3600 },
} as const;

export { DNS_LABEL, LABEL_LENGTH } from '../schema/resource.ts';

const attendees = keyedList({
  key: 'name',
  doc: "The attendees by name. Each gets a seat. If you add or remove an attendee, the other seats don't change.",
  of: entry(
    'An attendee.',
    {
      name: withRules(
        text({
          doc:
            'A name that is unique in the Workshop, of lower-case letters, digits and hyphens. The namespace of ' +
            'the attendee ' +
            'is <workshop>-<name>.',
          maxLength: LABEL_LENGTH - 2,
        }),
        matching(
          DNS_LABEL,
          'must be lower-case letters, digits and hyphens, and start and end with a letter or digit, as in ada or ' +
            'ada-2',
        ),
      ),
      displayName: shownName('What the pages call the attendee. A change restarts the guide.', 100),
    },
    ['name'],
  ),
  maxItems: LIMITS.attendees,
});

export const quota = entry(
  'How much of the cluster one seat may use. Default: enough for the lab and for some pods of the attendee.',
  {
    cpu: quantity({ doc: 'How much CPU all pods of the seat may request together, such as 1 or 1500m.' }),
    memory: quantity({ doc: 'The maximum sum of the memory limits of all pods of the seat, such as 2Gi.' }),
    pods: count('How many pods the seat may have.', 1, 1000),
  },
);

/** Pattern of a duration such as 12h, 90m or 1h30m. */
const DURATION = '^([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,7}s)?$';

const SHORTEST = `${LIMITS.tokenLifetime.minimum / 60}m`;
const LONGEST = `${LIMITS.tokenLifetime.maximum / 3600}h`;

const tokenLifetime = withRules(
  text({
    doc:
      "How long an attendee's token is valid, such as 12h or 90m. The operator renews the token after 80% of " +
      'that time.',
    minLength: 2,
    maxLength: 20,
  }),
  matching(DURATION, 'must be hours, minutes and seconds, as in 12h or 1h30m'),
  {
    rule:
      `!self.matches('${DURATION}') || (duration(self) >= duration('${SHORTEST}') && duration(self) <= ` +
      `duration('${LONGEST}'))`,
    message: `must be from ${SHORTEST} to ${LONGEST}, which is ${LIMITS.tokenLifetime.maximum / 86_400} days`,
  },
);

const server = withRules(
  text({
    doc:
      "The API server's URL for attendees, such as https://kube.example.com:6443. Default: a URL that the " +
      'operator finds out.',
    maxLength: 300,
  }),
  matching('^https?://[^\\s/]+(/\\S*)?$', 'must be a URL, as in https://kube.example.com:6443'),
);

export const access = entry('How attendees reach their seats.', { tokenLifetime, server });

const persistedAccess = entry(access.doc, { tokenLifetime: persisted(tokenLifetime, '12h'), server });

const rolloutDefaults = {
  maxConcurrent: persisted(
    count('How many seats the operator creates or changes at the same time.', 1, LIMITS.attendees),
    5,
  ),
  maxFailures: persisted(
    count('How many seats may fail before the operator stops starting more seats.', 1, LIMITS.attendees),
    3,
  ),
  paused: persisted(
    flag({
      doc:
        'Whether the rollout is paused. The operator then finishes the seats that it has started, and starts no ' +
        'others.',
      default: false,
    }),
    false,
  ),
};

const afterExpiry = persisted(
  option(
    "What happens to the seats after the class. Stop scales them to zero and keeps the attendees' work. Delete " +
      'removes the seats and keeps the Workshop, with a record of who got how far. Keep leaves them running.',
    ['Delete', 'Stop', 'Keep'],
  ),
  'Stop',
);

const schedule = withRules(
  entry('When the class begins and ends.', {
    startsAt: time(
      'When the operator starts to create seats, such as 2026-05-04T09:00:00+02:00. It pulls images earlier. ' +
        'Default: at once.',
    ),
    expiresAt: time('When the class ends. Default: never. To extend a class, set a later time.'),
    afterExpiry,
  }),
  {
    rule: '!has(self.startsAt) || !has(self.expiresAt) || self.startsAt < self.expiresAt',
    message: 'must be after startsAt',
    fieldPath: '.expiresAt',
  },
);

/** Number of characters with which the name of a seat ends that does not tell whose it is. */
export const OPAQUE_LENGTH = 10;

const seatNames = withRules(
  persisted(
    option(
      'How seats and their namespaces are called. Attendee: <workshop>-<attendee>. Opaque: <workshop>- and ' +
        `${OPAQUE_LENGTH} letters and digits, which tell only the instructor whose seat it is. Attendees can find ` +
        'out the names of all namespaces by DNS. The name of a seat stays the same when the list of attendees changes.',
      ['Attendee', 'Opaque'],
    ),
    'Attendee',
  ),
  { rule: 'self == oldSelf', message: "can't change, because all seats would be replaced: create another Workshop" },
);

/** The Workshop's defaults, for code that reads a Workshop to which the API server has added no defaults. */
export const DEFAULTS = {
  rollout: defaultsOf(rolloutDefaults),
  afterExpiry: afterExpiry.default,
  tokenLifetime: persistedAccess.fields.tokenLifetime.default,
};

export const rollout = entry(
  'How the operator creates seats, and how it changes them after a change of the Workshop.',
  {
    ...rolloutDefaults,
    ahead: count(
      'How many seats nobody has claimed that the operator keeps, in a class with a number of seats that people join ' +
        'at the portal. The number of seats is then the maximum. Without this field, or without a portal, the ' +
        'operator creates all seats at once.',
      1,
      LIMITS.attendees,
    ),
  },
);

export const workshopSpec = withRules(
  entry('The desired state of the class.', {
    attendees,
    seats: count(
      'The number of attendees, instead of a list of names. They are called seat-01 to seat-99, then seat-100 and ' +
        'so on. A seat ' +
        'keeps its name when the class grows.',
      0,
      LIMITS.attendees,
    ),
    seatNames,
    lab: partOf(
      labValues,
      "Values of every attendee's lab. They are the same as in the chart's values.yaml, except operator and portal, " +
        'and have the same defaults.',
    ),
    quota,
    rollout: persisted(rollout, {}),
    schedule,
    access: persisted(persistedAccess, {}),
    announcement,
    poll,
  }),
  {
    rule: 'has(self.attendees) != has(self.seats)',
    message: 'give either attendees, by name, or seats, a number, but not both',
  },
  {
    rule: '!has(self.rollout) || !has(self.rollout.ahead) || has(self.seats)',
    message: 'works only with seats, a number: remove it, or replace attendees by seats',
    fieldPath: '.rollout.ahead',
  },
);

export const workshopStatus = entry('What the operator has done so far.', {
  observedGeneration,
  conditions: conditions(
    'Ready: all seats are ready. Progressing: the operator creates or changes seats. Degraded: some seats fail. ' +
      'CapacityAvailable: the nodes have room for all seats. ImagesReady: every node has the images. ' +
      "NetworkIsolation: a test found that one seat can't reach another. FaultsApplied: every word of the faults " +
      'label names a fault. AccessReady: the kubeconfigs work from other machines until the class ends.',
  ),
  code: text({
    doc: 'The class code, with which people join at the portal. It stays the same. Without a portal, there is none.',
    pattern: `^[${PORTAL.code.alphabet}]{${PORTAL.code.length}}$`,
    maxLength: PORTAL.code.length,
  }),
  state: text({
    doc: 'The reason of the condition that needs attention most, such as RolloutStopped. SeatsReady if none does.',
    maxLength: 1024,
  }),
  seats: entry(
    'How many seats there are in each state.',
    {
      desired: count('How many seats the Workshop should have.', 0),
      ready: count('How many seats attendees can use now.', 0),
      updated: count('How many seats match the current Workshop.', 0),
      failed: count("How many seats the operator can't create.", 0),
    },
    ['desired', 'ready', 'updated', 'failed'],
  ),
  failing: keyedList({
    key: 'name',
    doc: 'Up to 10 seats that fail, each with the reason.',
    of: entry(
      'A seat that fails.',
      {
        name: text({ doc: 'Name of the Seat.', maxLength: LABEL_LENGTH }),
        reason: text({ doc: 'The reason for the failure in one word.', maxLength: 1024 }),
        message: text({ doc: 'The reason for the failure, and what to do.', maxLength: 32_768 }),
      },
      ['name', 'reason', 'message'],
    ),
    maxItems: 10,
  }),
  announcedEnd: text({
    doc: 'The spec.schedule.expiresAt that the operator saw before that time. Only then it deletes seats by itself.',
    maxLength: 64,
  }),
  reserved: list({
    doc: 'The claims of seats that somebody is resetting. The operator creates these seats with the same claims.',
    of: entry(
      'A seat that does not exist at the moment, or is being deleted.',
      { seat: text({ doc: 'Name of the Seat.', maxLength: LABEL_LENGTH }), claim },
      ['seat', 'claim'],
    ),
    maxItems: LIMITS.attendees,
  }),
  record: list({
    doc: 'How far each attendee had got when the class ended, also after their seats are deleted.',
    of: entry(
      'An attendee at the end of the class.',
      {
        name: text({ doc: 'Name of the attendee.', maxLength: LABEL_LENGTH }),
        progress: text({ doc: 'Passed exercises of all exercises, such as 3/12.', maxLength: 24 }),
        lastActivity: time('When the attendee last did something.'),
      },
      ['name'],
    ),
    maxItems: LIMITS.attendees,
  }),
  summary: text({ doc: 'Number of ready seats of all seats, such as 11/30.', maxLength: 20 }),
});

/** Rules for the length of names. A Seat and its namespace have the same name, which starts with the Workshop's. */
const nameRules: readonly Rule[] = [
  {
    rule: `self.metadata.name.size() <= ${LABEL_LENGTH - 2} && self.metadata.name.matches('${DNS_LABEL}')`,
    messageExpression:
      `"namespaces have names that start with this one, so it must be at most ${LABEL_LENGTH - 2} ` +
      'lower-case letters, digits and hyphens, as in otel-101; found " + self.metadata.name',
    fieldPath: '.metadata.name',
  },
  {
    rule:
      `!has(self.spec.attendees) || self.spec.attendees.all(one, self.metadata.name.size() + 1 + ` +
      `one.name.size() <= ${LABEL_LENGTH})`,
    message:
      `a namespace is called <workshop>-<attendee> and has at most ${LABEL_LENGTH} characters, but one of these has ` +
      'more: shorten the name of the Workshop, or of the attendee',
    fieldPath: '.spec.attendees',
  },
  {
    rule: `!has(self.spec.seats) || self.metadata.name.size() + 6 + string(self.spec.seats).size() <= ${LABEL_LENGTH}`,
    message:
      `a namespace is called <workshop>-seat-<number> and has at most ${LABEL_LENGTH} characters: ` +
      `shorten the Workshop's name`,
    fieldPath: '.metadata.name',
  },
  {
    rule:
      "!has(self.spec.seatNames) || self.spec.seatNames != 'Opaque' || " +
      `self.metadata.name.size() <= ${LABEL_LENGTH - 1 - OPAQUE_LENGTH}`,
    message:
      `with seatNames Opaque a namespace is called <workshop>-<${OPAQUE_LENGTH} characters> and has at most ` +
      `${LABEL_LENGTH} characters: shorten the Workshop's name`,
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
