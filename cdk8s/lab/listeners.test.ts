import { deployments, render, template } from '../testing/rendered.ts';

const OPTIONAL = { flask: { enabled: true }, prometheus: { enabled: true } };

test('names no wildcard address in any object of the lab', () => {
  const lines = JSON.stringify(render(OPTIONAL)).split(String.raw`\n`);
  expect(lines.filter((line) => /\b0\.0\.0\.0\b|\[::\]|endpoint: "?:\d/.test(line))).toEqual([]);
});

test("tells every program its pod's addresses, so that it can listen on these", () => {
  const env = Object.fromEntries(
    deployments(OPTIONAL).map((deployment) => [
      deployment.metadata.name,
      template(deployment)
        .spec.containers[0].env.filter(({ name }) => /^POD_IPS?$/.test(name))
        .map(({ name }) => name),
    ]),
  );
  const app = ['POD_IP', 'POD_IPS'];
  expect(env).toEqual({
    'lab-arcade': app,
    'lab-collector': ['POD_IP'],
    'lab-dice': app,
    'lab-flask': ['POD_IP'],
    'lab-guide': app,
    'lab-jaeger': ['POD_IP'],
    'lab-prizes-v1': app,
    'lab-prizes-v2': app,
    'lab-prometheus': ['POD_IP'],
    'lab-visitors': app,
  });
});
