// The schema of a Seat. The types that the operator reads it by are in operator/api/types.ts.
import type { Schema } from '../schema/structural.ts';
import {
  DNS_LABEL,
  LABEL_LENGTH,
  choice,
  conditions,
  flag,
  integer,
  metadata,
  object,
  observedGeneration,
  rules,
  text,
  time,
} from './schema.ts';
import { access, quota } from './workshop.ts';

const fixed = (what: string): Schema =>
  rules({
    rule: 'self == oldSelf',
    messageExpression: `"a Seat stays that of one ${what}, " + oldSelf + ": change spec.attendees of the Workshop"`,
  });

const name = (description: string, what: string): Schema =>
  text(description, { pattern: DNS_LABEL, minLength: 1, maxLength: LABEL_LENGTH - 2, ...fixed(what) });

const spec = object(
  "Written by the operator as the Workshop has it, and restored when it is changed by hand; but for replicas, which is the instructor's.",
  {
    workshop: name('Name of the Workshop.', 'workshop'),
    attendee: name('Name of the attendee.', 'attendee'),
    displayName: text('What the attendee is called on the page of the lab.', { maxLength: 100 }),
    revision: text('Stands for lab, quota and access as they are here; status.revision follows it.', {
      minLength: 1,
      maxLength: 64,
    }),
    lab: { description: 'As in the Workshop.', type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    quota,
    access,
    stopped: flag('Whether the class has expired and is to be stopped.'),
    replicas: integer(
      '1, or 0 to stop the seat: kubectl scale seat NAME --replicas=0. What the attendee has written is kept.',
      0,
      { maximum: 1, default: 1 },
    ),
  },
  { required: ['workshop', 'attendee', 'revision'] },
);

const status = object('What has become of it.', {
  observedGeneration,
  conditions: conditions('Ready: the lab can be used. The others say what that needs, and what it is waiting for.'),
  phase: choice('How far it is; the conditions say why.', [
    'Pending',
    'Provisioning',
    'Ready',
    'Failed',
    'Stopped',
    'Terminating',
  ]),
  namespace: text("The attendee's namespace.", { maxLength: LABEL_LENGTH }),
  revision: text('The spec.revision that the namespace has been made to follow.', { maxLength: 64 }),
  url: text('Where the lab is opened: a URL, or the command that forwards a port to it.', { maxLength: 1024 }),
  access: object(
    "The attendee's kubeconfig, which is in a Secret.",
    {
      secret: text('The Secret, as namespace/name.', { maxLength: 320 }),
      expiresAt: time('When the token in it ends.'),
      renewAt: time('When it is to be renewed.'),
    },
    { required: ['secret', 'expiresAt', 'renewAt'] },
  ),
  exercises: object(
    'How far the attendee is in the course.',
    { passed: integer('Exercises passed.', 0), total: integer('Exercises there are.', 0) },
    { required: ['passed', 'total'] },
  ),
  progress: text('Exercises passed, of those there are, as in 3/12.', { maxLength: 24 }),
  lastActivity: time('When the attendee was last seen to do something.'),
  readyAt: time('When the lab could be used for the first time.'),
  replicas: integer('1, or 0 once the seat is stopped.', 0),
});

export const seatSchema: Schema = object(
  'The place of one attendee of a Workshop: a namespace with a lab in it. Delete it to reset it: the Workshop has it made anew.',
  { metadata, spec, status },
  {
    required: ['spec'],
    ...rules({
      rule: "self.metadata.name == self.spec.workshop + '-' + self.spec.attendee",
      messageExpression:
        '"a Seat must be called <workshop>-<attendee>, here " + self.spec.workshop + "-" + self.spec.attendee ' +
        '+ ". Seats are made by the operator: add the attendee to the Workshop"',
      fieldPath: '.metadata.name',
    }),
  },
);
