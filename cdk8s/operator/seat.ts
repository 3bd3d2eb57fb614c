// The Seat: the operator's types and limits are derived from this description, and so is the CRD.
import { LABEL_LENGTH, DNS_LABEL, conditions, copyOf, count } from '../schema/resource.ts';
import { observedGeneration, option, persisted, time, withRules } from '../schema/resource.ts';
import type { Resource } from '../schema/resource.ts';
import { entry, flag, text } from '../schema/schema.ts';
import type { Text } from '../schema/schema.ts';
import { labValues } from '../values.ts';
import { access, quota } from './workshop.ts';

/** A name that never changes. */
const fixedName = (doc: string, what: string): Text =>
  withRules(text({ doc, pattern: DNS_LABEL, minLength: 1, maxLength: LABEL_LENGTH - 2 }), {
    rule: 'self == oldSelf',
    messageExpression: `"a Seat stays that of one ${what}, " + oldSelf + ": change spec.attendees of the Workshop"`,
  });

export const seatSpec = entry(
  'The operator writes this from the Workshop, and restores it after a change by hand. Only replicas is for the ' +
    'instructor.',
  {
    workshop: fixedName('Name of the Workshop.', 'workshop'),
    attendee: fixedName('Name of the attendee.', 'attendee'),
    displayName: text({ doc: 'The name that the lab page shows.', maxLength: 100 }),
    revision: text({
      doc: 'Identifies lab, quota and access as they are here. Once the seat has them, status.revision is the same.',
      minLength: 1,
      maxLength: 64,
    }),
    lab: copyOf(labValues, 'As in the Workshop.'),
    quota,
    access,
    stopped: flag({ doc: 'Whether the class has expired and the operator stops the seat.', default: false }),
    replicas: persisted(
      count(
        "1, or 0 to stop the seat with kubectl scale seat NAME --replicas=0. Stopping keeps the attendee's work.",
        0,
        1,
      ),
      1,
    ),
  },
  ['workshop', 'attendee', 'revision'],
);

export const seatStatus = entry('What the operator has done so far.', {
  observedGeneration,
  conditions: conditions('Ready: the attendee can use the lab. The other conditions say what is still missing.'),
  phase: option('How far the operator has come. The conditions give the reason.', [
    'Pending',
    'Provisioning',
    'Ready',
    'Failed',
    'Stopped',
    'Terminating',
  ]),
  namespace: text({ doc: "The attendee's namespace.", maxLength: LABEL_LENGTH }),
  revision: text({ doc: 'The spec.revision that the namespace has been brought to.', maxLength: 64 }),
  url: text({ doc: 'Where to open the lab: a URL, or the command that forwards a port to it.', maxLength: 1024 }),
  access: entry(
    "The attendee's kubeconfig, which is in a Secret.",
    {
      secret: text({ doc: 'The Secret, as namespace/name.', maxLength: 320 }),
      expiresAt: time('When the token in it expires.'),
      renewAt: time('When the operator renews the token.'),
    },
    ['secret', 'expiresAt', 'renewAt'],
  ),
  exercises: entry(
    'How far the attendee is in the course.',
    { passed: count('Exercises passed.', 0), total: count('Exercises in the course.', 0) },
    ['passed', 'total'],
  ),
  progress: text({ doc: 'Exercises passed of all exercises, such as 3/12.', maxLength: 24 }),
  lastActivity: time('When the attendee last did something.'),
  readyAt: time('When the lab became ready for the first time.'),
  replicas: count('1, or 0 once the seat has stopped.', 0),
});

export const seat: Resource = {
  doc:
    'One attendee of a Workshop: a namespace with a lab in it. Delete a Seat to reset it. The operator then ' +
    'creates it anew.',
  spec: seatSpec,
  status: seatStatus,
  rules: [
    {
      rule: "self.metadata.name == self.spec.workshop + '-' + self.spec.attendee",
      messageExpression:
        '"a Seat must be called <workshop>-<attendee>, here " + self.spec.workshop + "-" + self.spec.attendee ' +
        '+ ". Seats are made by the operator: add the attendee to the Workshop"',
      fieldPath: '.metadata.name',
    },
  ],
};
