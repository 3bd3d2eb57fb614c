import { deployments, render, template } from '../testing/rendered.ts';
import type { Deployment } from '../testing/rendered.ts';
import type { SomeValues } from '../render.ts';

describe('the Flask app', () => {
  const flask = deployments({ flask: { enabled: true } }).find(({ metadata }) => metadata.name === 'lab-flask');
  const [container] = flask ? template(flask).spec.containers : [];

  test('is rendered, and known to the guide by its URL, only if values enable it', () => {
    expect(render().filter(({ metadata }) => metadata.name === 'lab-flask')).toEqual([]);
    expect(
      render({ flask: { enabled: true } })
        .filter(({ metadata }) => metadata.name === 'lab-flask')
        .map(({ kind }) => kind),
    ).toEqual(['Deployment', 'Service']);
    const guideEnv = (values: SomeValues) =>
      template(deployments(values).find(({ metadata }) => metadata.name === 'lab-guide') as Deployment).spec
        .containers[0].env;
    expect(guideEnv({})).toContainEqual({ name: 'FLASK_ENABLED', value: 'false' });
    expect(guideEnv({ flask: { enabled: true } })).toEqual(
      expect.arrayContaining([
        { name: 'FLASK_ENABLED', value: 'true' },
        { name: 'FLASK_URL', value: 'http://lab-flask:8080' },
      ]),
    );
  });

  test('meets the Pod Security Standard "restricted" and gets no API token', () => {
    expect(container?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(flask && template(flask).spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10001 },
    });
  });

  test('has probes that only open a TCP connection, so that they create no spans', () => {
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
      expect(container?.[probe]).toMatchObject({ tcpSocket: { port: 8080 } });
      expect(container?.[probe]).not.toHaveProperty('httpGet');
    }
  });
});
