// The chart's objects for the board, and for the seats' own hosts.
import type { AnyObject } from '../render.ts';
import { renderOperator } from './render.ts';
import type { SomeChartValues } from './render.ts';

const render = (values: SomeChartValues = {}): AnyObject[] =>
  renderOperator({ release: 'intro-otel', namespace: 'default', values, managedBy: 'Helm' });

describe('the board', () => {
  const board = (values: SomeChartValues = {}): AnyObject[] =>
    render(values).filter(({ metadata: { name } }) => name === 'intro-otel-board');

  test('has a Secret without data, whose key the portal finds as a file', () => {
    const secret = board().find(({ kind }) => kind === 'Secret');
    expect(Object.keys(secret ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'type']);
    const portal = render().find(
      ({ kind, metadata: { name } }) => kind === 'Deployment' && name === 'intro-otel-portal',
    );
    expect(portal).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ ports: expect.arrayContaining([{ name: 'board', containerPort: 8083 }]) as unknown[] }],
            volumes: expect.arrayContaining([
              { name: 'board', secret: { secretName: 'intro-otel-board', items: [{ key: 'key', path: 'key' }] } },
            ]) as unknown[],
          },
        },
      },
    });
  });

  test('has a Service of its own, which only the portal serves', () => {
    const values = {
      portal: { service: { type: 'LoadBalancer' }, boardService: { type: 'NodePort', nodePort: 30_081 } },
    } as const;
    const selector = { 'app.kubernetes.io/component': 'portal' };
    const [closed, open] = [{}, values].map((each) => board(each).find(({ kind }) => kind === 'Service'));
    expect(closed).toMatchObject({
      spec: { type: 'ClusterIP', selector, ports: [{ port: 8081, targetPort: 'board' }] },
    });
    expect(open).toMatchObject({ spec: { type: 'NodePort', selector, ports: [{ port: 8081, nodePort: 30_081 }] } });
  });

  test('has an Ingress and a route of its own, with TLS and only if asked for', () => {
    const portal = {
      boardIngress: { enabled: true, host: 'board.example.com', tls: [{ secretName: 'board-tls', hosts: [] }] },
      boardHttpRoute: { enabled: true, hostnames: ['board.example.com'], parentRefs: [{ name: 'public' }] },
    };
    const kinds = (values: SomeChartValues) => board(values).map(({ kind }) => kind);
    expect(kinds({}).filter((kind) => ['Ingress', 'HTTPRoute'].includes(kind))).toEqual([]);
    const [ingress, route] = ['Ingress', 'HTTPRoute'].map((wanted) =>
      board({ portal }).find(({ kind }) => kind === wanted),
    );
    const backend = { service: { name: 'intro-otel-board', port: { name: 'http' } } };
    expect(ingress).toMatchObject({
      spec: {
        rules: [{ host: 'board.example.com', http: { paths: [{ path: '/', backend }] } }],
        tls: [{ secretName: 'board-tls' }],
      },
    });
    expect(route).toMatchObject({
      spec: { hostnames: ['board.example.com'], rules: [{ backendRefs: [{ name: 'intro-otel-board', port: 8081 }] }] },
    });
  });

  test('is not there, nor known to the operator, without the portal', () => {
    expect(JSON.stringify(render({ portal: { enabled: false } }))).not.toContain('intro-otel-board');
  });
});

test('the operator and the portal send no URL and no log line by OTLP, at any level', () => {
  const disabled = { name: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS', value: 'http,undici,pino,express' };
  const deployments = render().filter(({ kind }) => kind === 'Deployment');
  expect(deployments.map(({ metadata: { name } }) => name)).toEqual(['intro-otel-operator', 'intro-otel-portal']);
  for (const deployment of deployments) expect(JSON.stringify(deployment)).toContain(JSON.stringify(disabled));
});

describe("the seats' own hosts", () => {
  const hostsOf = (portal: NonNullable<SomeChartValues['portal']>): unknown[] =>
    render({ portal })
      .filter(({ kind }) => kind === 'Ingress')
      .map((object) => (object as AnyObject & { spec: { rules: { host: string }[] } }).spec.rules[0]?.host);
  const ingress = { enabled: true, host: 'class.example.com' };

  test('have an Ingress of their own, only with portal.subdomains', () => {
    expect(hostsOf({ ingress })).toEqual(['class.example.com']);
    expect(hostsOf({ ingress, subdomains: true })).toEqual(['class.example.com', '*.class.example.com']);
    expect(hostsOf({ subdomains: true })).toEqual([]);
  });

  test.each([true, false])('are known to the portal, which gets subdomains: %s', (subdomains) => {
    const deployments = render({ portal: { subdomains } }).filter(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(deployments)).toContain(`{"name":"PORTAL_SUBDOMAINS","value":"${subdomains}"}`);
  });
});
