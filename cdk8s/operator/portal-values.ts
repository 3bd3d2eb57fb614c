// The description of the portal's values.
import { entry, flag, group, integer, list, map, text } from '../schema/schema.ts';
import { env, pageService, resources, secretName } from '../values.ts';

/** The pattern of a host name, which may begin with the wildcard of an Ingress. */
const HOST = '^(\\*\\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$';
const NAME = '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$';

/** Returns the pattern that also fits an empty text. */
const orEmpty = (pattern: string): string => `^$|${pattern}`;

const host = text({ doc: 'a host name, such as labs.example.com', pattern: HOST });

const annotations = (what: string, example: string) =>
  map({
    doc: `Annotations of ${what}, such as ${example}.`,
    names: text({ doc: "an annotation's name", pattern: '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$' }),
    of: text({ doc: "an annotation's value" }),
  });

/** The values of an Ingress. @param of what it is for @param name an example of a name */
const ingressFor = (of: string, name: string) =>
  group(`An Ingress for the ${of}.`, {
    enabled: flag({ doc: `Whether the release has an Ingress for the ${of}.`, default: false }),
    className: text({
      doc: "Name of the IngressClass, such as nginx. Default: the cluster's default class.",
      pattern: orEmpty(NAME),
    }),
    host: text({
      doc: `Host name of the ${of}, such as ${name}.example.com. Default: every host.`,
      pattern: orEmpty(HOST),
    }),
    annotations: annotations('the Ingress', 'cert-manager.io/cluster-issuer: letsencrypt'),
    tls: list({
      doc:
        `Secrets with certificates, for example: - {secretName: ${of}-tls, hosts: [${name}.example.com]}. ` +
        'cert-manager fills the Secret if the Ingress has its annotation.',
      of: entry(
        'a Secret and the hosts for which it is',
        { secretName, hosts: list({ doc: 'Host names.', of: host }) },
        ['secretName'],
      ),
    }),
  });

/** The values of an HTTPRoute. @param of what it is for */
const httpRouteFor = (of: string) =>
  group(`A route of the Gateway API for the ${of}. The certificate belongs to the Gateway.`, {
    enabled: flag({ doc: `Whether the release has an HTTPRoute for the ${of}.`, default: false }),
    annotations: annotations('the HTTPRoute', 'example.com/team: training'),
    parentRefs: list({
      doc: 'The Gateways that serve the route, for example: - {name: public, namespace: gateways}.',
      of: entry(
        'a Gateway',
        {
          name: text({ doc: 'Name of the Gateway.', pattern: NAME }),
          namespace: text({ doc: "Namespace of the Gateway. Default: the release's.", pattern: NAME }),
          sectionName: text({ doc: 'Name of a listener of the Gateway. Default: all that fit.', pattern: NAME }),
        },
        ['name'],
      ),
    }),
    hostnames: list({ doc: `Host names of the ${of}. Default: those of the Gateway's listeners.`, of: host }),
  });

/** A URL without a path. It may be empty. */
const ORIGIN = '^$|^https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+\\])(:[0-9]{1,5})?$';

export const portalValues = group(
  'The portal, where people join a class in the browser. It runs wherever this release installs the operator.',
  {
    enabled: flag({ doc: 'Whether the portal runs, if this release installs the operator.', default: true }),
    replicas: integer({ doc: 'How many portal pods run.', default: 1, minimum: 1, maximum: 10 }),
    url: text({
      doc:
        'The URL at which people reach the portal, such as https://labs.example.com. Set it if something in front of ' +
        'the portal ends TLS or changes the host: the portal compares it with what browsers send. Default: the host ' +
        'of each request.',
      pattern: ORIGIN,
    }),
    boardUrl: text({
      doc:
        'The URL at which instructors reach the board, such as https://board.example.com. It must be another origin ' +
        "than the portal's: another host or another port. Set it if something in front of the board ends TLS or " +
        'changes the host. Default: the host of each request.',
      pattern: ORIGIN,
    }),
    subdomains: flag({
      doc:
        'Whether each seat has a host of its own: <seat>.<host of portal.url>. Then a browser keeps the seats apart ' +
        'as different origins. It needs portal.url with a host name, a wildcard DNS record, and a wildcard ' +
        'certificate if people come by TLS. portal.ingress then needs a host, and the release has a second Ingress ' +
        'for the wildcard. For portal.httpRoute, list the wildcard in hostnames. What is in front of the portal must ' +
        'not change Host.',
      default: false,
    }),
    service: pageService('the portal'),
    boardService: pageService('the board, which only needs to be where instructors are', 8081),
    ingress: ingressFor('portal', 'labs'),
    httpRoute: httpRouteFor('portal'),
    boardIngress: ingressFor('board', 'board'),
    boardHttpRoute: httpRouteFor('board'),
    env: env('the portal', ['POD_NAMESPACE']),
    resources: resources('the portal', { cpu: '50m', memory: '80Mi' }, { memory: '256Mi' }),
  },
);
