// Checks resources: the name of the service, and their attributes.
import { serviceOf } from '../attributes.ts';
import type { Attributes } from '../attributes.ts';
import { attributeIssues } from './attributes.ts';
import type { Issue, Sighting } from './finding.ts';
import { misplacedOnResource } from './levels.ts';
import type { Sources } from './sources.ts';

/** Returns what there is to say about the resources of a service. Each resource counts once. */
export function resourceSightings(resources: readonly Attributes[], sources: Sources): Sighting[] {
  const different = [...new Map(resources.map((resource) => [JSON.stringify(resource), resource])).values()];
  return different.flatMap((resource) =>
    issuesOf(resource, sources).map((issue) => ({
      ...issue,
      signal: 'resource' as const,
      subject: serviceOf(resource),
    })),
  );
}

/** The SDK, the chart and the Collector make a resource, so only what the learner's files name is the learner's. */
const issuesOf = (resource: Attributes, sources: Sources): Issue[] => [
  ...serviceName(resource, sources),
  ...attributeIssues(resource, { sources, isLibrary: true }),
  ...misplacedOnResource(resource, sources),
];

/** The SDK calls a service without a name unknown_service. */
function serviceName({ 'service.name': name }: Attributes, sources: Sources): Issue[] {
  if (typeof name === 'string' && name !== '' && !/^unknown_service(:|$)/.test(name)) return [];
  return [
    {
      id: 'entity_required_attribute_not_present',
      level: 'violation',
      rule: 'RES-005',
      attribute: 'service.name',
      message: 'The service has no name: service.name is missing, so nobody can tell whose telemetry this is.',
      todo: 'Set OTEL_SERVICE_NAME in settings.env.',
      place: sources.setting('OTEL_SERVICE_NAME') ?? sources.setting('OTEL_RESOURCE_ATTRIBUTES'),
    },
  ];
}
