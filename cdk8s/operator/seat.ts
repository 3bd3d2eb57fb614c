// The description of the kind Seat. The CRD and the operator's types and limits are derived from it.
import { HOPS } from '../../lab/findings.ts';
import { LABEL_LENGTH, DNS_LABEL, conditions, copyOf, count } from '../schema/resource.ts';
import { observedGeneration, option, persisted, time, withRules } from '../schema/resource.ts';
import type { Resource } from '../schema/resource.ts';
import { entry, flag, list, text } from '../schema/schema.ts';
import type { Text } from '../schema/schema.ts';
import { labValues } from '../values.ts';
import { claim } from './claim.ts';
import { help, hint, visit } from './class.ts';
import { OPAQUE_LENGTH, access, quota } from './workshop.ts';

/** Describes a field that contains the id of a step of the course, such as 06-manual. */
const stepId = (doc: string): Text => text({ doc, maxLength: LABEL_LENGTH });

/** Describes a field that contains a name. Users can't change the name after the Seat's creation. */
const fixedName = (doc: string, what: string): Text =>
  withRules(text({ doc, pattern: DNS_LABEL, minLength: 1, maxLength: LABEL_LENGTH - 2 }), {
    rule: 'self == oldSelf',
    messageExpression:
      `"a Seat can't change its ${what}, which is " + oldSelf + ` + '": change spec.attendees of the Workshop"',
  });

export const seatSpec = entry(
  'The operator copies these fields from the Workshop and undoes other changes. An instructor may change only ' +
    'replicas, and remove claim. The portal writes claim, help, hint and visit.',
  {
    workshop: fixedName('Name of the Workshop.', 'workshop'),
    attendee: fixedName('Name of the attendee.', 'attendee'),
    displayName: text({ doc: 'What the pages call the attendee. A change restarts the guide.', maxLength: 100 }),
    revision: text({
      doc:
        'Identifies the current lab with its objects, the quota and the access. Once the seat has them, ' +
        'status.revision is the same.',
      minLength: 1,
      maxLength: 64,
    }),
    lab: copyOf(
      labValues,
      "Values of the lab, as in spec.lab of the Workshop. The images are those of the operator's release, unless " +
        'the Workshop names others.',
    ),
    labHash: text({
      doc:
        "Hash of the lab's objects that the operator renders from these values. An operator of another release " +
        'leaves the lab as it is until the rollout sets its own hash here.',
      minLength: 1,
      maxLength: 64,
    }),
    quota,
    access,
    stopped: flag({ doc: 'Whether the operator stops the seat because the class has expired.', default: false }),
    held: flag({
      doc: 'Whether the seat waits, without a namespace, until the nodes have room for it.',
      default: false,
    }),
    claim: withRules(claim, {
      rule: 'self.id == oldSelf.id',
      message: "can't go from one person to another in one change: remove spec.claim first, which frees the seat",
    }),
    help,
    hint,
    visit,
    replicas: persisted(
      count(
        '1 runs the seat and 0 stops it, as in kubectl scale seat NAME --replicas=0. A stopped seat keeps the ' +
          "attendee's work.",
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
  conditions: conditions(
    'Ready is True when the attendee can use the lab. The other conditions show what is still missing.',
  ),
  phase: option('The stage that the seat has reached. The conditions give the reason.', [
    'Pending',
    'Provisioning',
    'Ready',
    'Failed',
    'Stopping',
    'Stopped',
    'Terminating',
  ]),
  namespace: text({ doc: "The attendee's namespace.", maxLength: LABEL_LENGTH }),
  revision: text({ doc: 'The spec.revision that the namespace has now.', maxLength: 64 }),
  url: text({
    doc: 'Where the attendee opens the lab: a URL, or a command that forwards a port to the lab.',
    maxLength: 1024,
  }),
  access: entry(
    "The Secret that contains the attendee's kubeconfig.",
    {
      secret: text({ doc: 'The Secret, as namespace/name.', maxLength: 320 }),
      expiresAt: time('When the token in the kubeconfig expires.'),
      renewAt: time('When the operator renews the token.'),
      issuedAt: time('When the operator last renewed the token.'),
      handedOutUntil: time(
        'When a kubeconfig expires that was handed out before the last renewal. Hand the Secret out again before that.',
      ),
    },
    ['secret', 'expiresAt', 'renewAt'],
  ),
  exercises: entry(
    "The attendee's progress in the course.",
    {
      passed: count('How many exercises the attendee has passed.', 0),
      total: count('How many exercises the course has.', 0),
    },
    ['passed', 'total'],
  ),
  progress: text({ doc: 'Passed exercises of all exercises, such as 3/12.', maxLength: 24 }),
  lastActivity: time('When the attendee last did something.'),
  course: entry(
    'Where the attendee is in the course. It is missing until the attendee starts a step.',
    {
      step: stepId('The step that the attendee works on: of the steps that have not passed, the one started last.'),
      since: time('When the attendee started that step.'),
      passed: list({
        doc: "The steps that the guide's check has verified, in the order of the course.",
        of: stepId('Name of the step.'),
        maxItems: 64,
      }),
      check: entry(
        'The last check of that step, if it failed.',
        {
          step: stepId('The step that was checked.'),
          finding: text({
            doc: 'What the check found, such as code/never-ended: an id of the catalogue of findings.',
            maxLength: LABEL_LENGTH,
          }),
          hop: option(
            'Where the check found it: dice, the Collector or Jaeger does not work, or the telemetry differs from ' +
              'what the step asks for.',
            HOPS,
          ),
          times: count('How many checks of the step have failed in a row, counted up to 999.', 1, 999),
          at: time('When the check failed.'),
        },
        ['step', 'finding', 'hop', 'times', 'at'],
      ),
    },
    ['passed'],
  ),
  readyRevision: text({ doc: 'The spec.revision at which the lab was last ready.', maxLength: 64 }),
  readyAt: time('When the lab became ready for the first time.'),
  replicas: count('1 if the seat runs, 0 if it is stopped.', 0),
});

export const seat: Resource = {
  doc:
    'The place of one attendee in a Workshop: a namespace with a lab. Delete a Seat to reset it. The operator ' +
    'creates it again.',
  spec: seatSpec,
  status: seatStatus,
  rules: [
    {
      rule:
        "self.metadata.name == self.spec.workshop + '-' + self.spec.attendee || " +
        "(self.metadata.name.startsWith(self.spec.workshop + '-') && " +
        `self.metadata.name.size() == self.spec.workshop.size() + ${1 + OPAQUE_LENGTH} && ` +
        `self.metadata.name.matches('-[0-9a-f]{${OPAQUE_LENGTH}}$'))`,
      messageExpression:
        '"a Seat must be called <workshop>-<attendee>, which is " + self.spec.workshop + "-" + self.spec.attendee ' +
        '+ ". The operator creates Seats: add the attendee to the Workshop"',
      fieldPath: '.metadata.name',
    },
  ],
};
