// Finds attributes at the wrong level of OTLP: what describes the service on a span, or what describes a request on the
// resource. Rule RES-004 of the Instrumentation Score. The package with the conventions doesn't say which level an
// attribute is for, so this judges only those that are certain.
// https://github.com/instrumentation-score/spec/blob/main/rules/RES-004.md
import type { Attributes } from '../attributes.ts';
import type { Issue } from './finding.ts';
import type { Sources } from './sources.ts';

const OF_RESOURCE =
  /^(service\.(name|namespace|version|instance\.id)|telemetry\.(sdk|distro)\..+|deployment\.environment(\.name)?)$/;
const OF_REQUEST = /^(http|url|db|rpc|messaging|exception|error|network|user_agent)\./;

/** Returns issues of the attributes of a span, a log record or a data point that belong on the resource. */
export const misplacedOnSignal = (attributes: Attributes, sources: Sources): Issue[] =>
  Object.keys(attributes)
    .filter((name) => OF_RESOURCE.test(name))
    .map((name) => ({
      ...misplaced(name, sources),
      message: `${name} describes the service, so it belongs on the resource.`,
      todo: 'Set it once in settings.env, by OTEL_RESOURCE_ATTRIBUTES or OTEL_SERVICE_NAME, and not on each span.',
    }));

/** Returns issues of the attributes of a resource that belong on the spans. */
export const misplacedOnResource = (attributes: Attributes, sources: Sources): Issue[] =>
  Object.keys(attributes)
    .filter((name) => OF_REQUEST.test(name))
    .map((name) => ({
      ...misplaced(name, sources),
      message: `${name} describes one request, so it does not belong on the resource, which all spans share.`,
      todo: 'Take it out of OTEL_RESOURCE_ATTRIBUTES, and set it on the span of the request.',
    }));

const misplaced = (attribute: string, sources: Sources) =>
  ({
    id: 'attribute_at_wrong_level',
    level: 'improvement',
    rule: 'RES-004',
    attribute,
    place: sources.attribute(attribute),
  }) as const;
