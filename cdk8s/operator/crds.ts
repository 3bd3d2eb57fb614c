// The two CustomResourceDefinitions, for the chart and for the operator, which brings them up to date where helm can't.
import { GROUP } from '../../lab/names.ts';
import type { Json } from '../schema/schema.ts';
import type { Schema } from '../schema/structural.ts';
import { seatSchema } from './seat.ts';
import { workshopSchema } from './workshop.ts';

const VERSION = 'v1alpha1';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Schema;
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns */
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
  readonly schema: Schema;
  /** What `kubectl get` shows. */
  readonly columns: readonly Column[];
  readonly subresources?: Schema;
}

const AGE: Column = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'How long ago it was made.',
};

const workshop: Kind = {
  kind: 'Workshop',
  plural: 'workshops',
  shortNames: ['ws'],
  schema: workshopSchema,
  columns: [
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.summary',
      description: 'Seats that can be used, of those there are to be.',
    },
    {
      name: 'State',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'In a word: how it is.',
    },
    { name: 'Failed', type: 'integer', jsonPath: '.status.seats.failed', description: "Seats that can't be made." },
    // As text: kubectl shows a date as how long ago it was.
    { name: 'Expires', type: 'string', jsonPath: '.spec.schedule.expiresAt', description: 'When the class ends.' },
    AGE,
  ],
};

const seat: Kind = {
  kind: 'Seat',
  plural: 'seats',
  shortNames: ['st'],
  schema: seatSchema,
  columns: [
    { name: 'Workshop', type: 'string', jsonPath: '.spec.workshop', description: 'The Workshop it is of.' },
    { name: 'Attendee', type: 'string', jsonPath: '.spec.attendee', description: 'Whose it is.' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'How far it is.' },
    {
      name: 'Progress',
      type: 'string',
      jsonPath: '.status.progress',
      description: 'Exercises passed, of those there are.',
    },
    {
      name: 'Last Activity',
      type: 'date',
      jsonPath: '.status.lastActivity',
      description: 'How long ago the attendee did something.',
    },
    { name: 'URL', type: 'string', jsonPath: '.status.url', description: 'Where the lab is opened.', priority: 1 },
    AGE,
  ],
  // https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#scale-subresource
  subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
};

const definitionOf = ({ kind, plural, shortNames, schema, columns, subresources }: Kind): CustomResourceDefinition => ({
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
        schema: { openAPIV3Schema: schema as Json },
        subresources: { status: {}, ...subresources },
        additionalPrinterColumns: columns,
      },
    ],
  },
});

/** The definitions, without what says who put them there. */
export const crds = (): CustomResourceDefinition[] => [workshop, seat].map(definitionOf);
