// Test helpers that render a lab, with types for the fields that tests read.
import { renderLab } from '../render.ts';
import type { KubernetesObject, SomeValues } from '../render.ts';

export interface PodSpec {
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  hostNetwork?: boolean;
  securityContext: { runAsNonRoot: boolean; runAsUser: number; seccompProfile: { type: string } };
  volumes: Record<string, unknown>[];
  containers: [Container];
}

export interface Container {
  image: string;
  imagePullPolicy: string;
  env: { name: string; value?: string }[];
  terminationMessagePolicy: string;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: {
    allowPrivilegeEscalation: boolean;
    readOnlyRootFilesystem: boolean;
    capabilities: { drop: string[] };
  };
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
}

export interface Deployment extends KubernetesObject {
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string>; annotations?: Record<string, string> }; spec: PodSpec };
  };
}

/** Renders a lab in the namespace `class`. */
export const render = (values: SomeValues = {}, release = 'lab'): KubernetesObject[] =>
  renderLab({ release, namespace: 'class', values });

export const deployments = (values?: SomeValues, release?: string): Deployment[] =>
  render(values, release).filter(({ kind }) => kind === 'Deployment') as Deployment[];

/** Returns the pod template of a Deployment. */
export const template = (deployment: Deployment): Deployment['spec']['template'] => deployment.spec.template;

/** Returns the names of the Deployments whose pod template is different after a change of the values. */
export function replaced(before: SomeValues, after: SomeValues): string[] {
  const old = new Map(
    deployments(before).map((deployment) => [deployment.metadata.name, JSON.stringify(template(deployment))]),
  );
  return deployments(after)
    .filter((deployment) => old.get(deployment.metadata.name) !== JSON.stringify(template(deployment)))
    .map(({ metadata }) => metadata.name);
}
