import { RUNNING } from '../../lab/faults.ts';
import { deployments, template } from '../testing/rendered.ts';

test("runs prizes in the versions and node pools of lab/faults.ts, and sets RELEASE to the release's name", () => {
  const running = deployments()
    .filter(({ metadata }) => metadata.name.startsWith('lab-prizes'))
    .map((deployment) => {
      const env = Object.fromEntries(
        template(deployment).spec.containers[0].env.map(({ name, value }) => [name, value]),
      );
      expect(env).toMatchObject({ RELEASE: 'lab', POD_NAMESPACE: undefined });
      return { version: env['PRIZES_VERSION'], pool: env['NODE_POOL'] };
    });
  expect(running).toEqual([...RUNNING]);
});
