// The CustomResourceDefinitions of Workshop and Seat. The chart installs them. The operator updates a definition that
// Helm can't update.
import { GROUP } from '../../lab/names.ts';
import type { Resource } from '../schema/resource.ts';
import { resourceSchema } from '../schema/structural.ts';
import type { Schema } from '../schema/structural.ts';
import { seat } from './seat.ts';
import { workshop } from './workshop.ts';

const VERSION = 'v1alpha1';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Schema;
}

/**
 * A column that `kubectl get` prints.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns
 */
type Column = Schema & {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly description: string;
};

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly resource: Resource;
  /** The columns that `kubectl get` prints. */
  readonly columns: readonly Column[];
  readonly subresources?: Schema;
}

const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since the object was created.',
};

const workshops: Kind = {
  kind: 'Workshop',
  plural: 'workshops',
  shortNames: ['ws'],
  resource: workshop,
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.summary', description: 'Number of ready seats of all seats.' },
    {
      name: 'State',
      type: 'string',
      jsonPath: '.status.state',
      description: 'The reason of the condition that needs attention most.',
    },
    { name: 'Code', type: 'string', jsonPath: '.status.code', description: 'The code to join at the portal.' },
    {
      name: 'Failed',
      type: 'integer',
      jsonPath: '.status.seats.failed',
      description: "Number of seats that the operator can't create.",
    },
    // The column's type is text, because kubectl prints a date as the time since that date.
    { name: 'Expires', type: 'string', jsonPath: '.spec.schedule.expiresAt', description: 'When the class ends.' },
    AGE,
  ],
};

const seats: Kind = {
  kind: 'Seat',
  plural: 'seats',
  shortNames: ['st'],
  resource: seat,
  columns: [
    {
      name: 'Workshop',
      type: 'string',
      jsonPath: '.spec.workshop',
      description: 'The Workshop that the seat belongs to.',
    },
    { name: 'Attendee', type: 'string', jsonPath: '.spec.attendee', description: 'The attendee who uses the seat.' },
    { name: 'Person', type: 'string', jsonPath: '.spec.claim.name', description: 'Who joined at the portal.' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'The stage that the seat has reached.' },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'Why the seat has this phase.',
    },
    {
      name: 'Progress',
      type: 'string',
      jsonPath: '.status.progress',
      description: 'Passed exercises of all exercises.',
    },
    {
      name: 'Last Activity',
      type: 'date',
      jsonPath: '.status.lastActivity',
      description: 'Time since the attendee last did something.',
    },
    {
      name: 'Step',
      type: 'string',
      jsonPath: '.status.course.step',
      description: 'The step of the course that the attendee works on.',
      priority: 1,
    },
    {
      name: 'Finding',
      type: 'string',
      jsonPath: '.status.course.check.finding',
      description: 'What the last check of that step found, if it failed.',
      priority: 1,
    },
    {
      name: 'Access Until',
      type: 'string',
      jsonPath: '.status.access.handedOutUntil',
      description: 'When the kubeconfig that was handed out expires.',
      priority: 1,
    },
    {
      name: 'URL',
      type: 'string',
      jsonPath: '.status.url',
      description: 'Where the attendee opens the lab.',
      priority: 1,
    },
    AGE,
  ],
  // https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#scale-subresource
  subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
};

const definitionOf = ({
  kind,
  plural,
  shortNames,
  resource,
  columns,
  subresources,
}: Kind): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Cluster',
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames,
      categories: ['intro-otel'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: resourceSchema(resource) },
        subresources: { status: {}, ...subresources },
        additionalPrinterColumns: columns,
      },
    ],
  },
});

/** Returns the CustomResourceDefinitions of Workshop and Seat, without the labels and annotations of a release. */
export const crds = (): CustomResourceDefinition[] => [workshops, seats].map(definitionOf);
