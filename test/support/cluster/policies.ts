// The admission policies that the chart installs, for tests without a release.
import { renderOperator } from '../../../cdk8s/operator/render.ts';
import type { AnyObject } from '../../../cdk8s/render.ts';
import { eventually } from '../../../support/waiting.ts';
import { apiGet } from './cluster.ts';

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

/** Returns the admission policies, their bindings and the PriorityClass as the chart installs them. */
export const installedPolicies = (): AnyObject[] =>
  renderOperator({ release: 'admission', namespace: 'default', managedBy: 'test' }).filter(
    ({ kind }) => kind.startsWith('ValidatingAdmission') || kind === 'PriorityClass',
  );

/** Whether the object belongs to the policies for the portal's account. */
export const isPortals = ({ metadata: { name } }: AnyObject): boolean => name.startsWith('intro-otel-portal-');

/** Waits until the API server has checked the types of all policies, and found no mistake. */
export async function expectCorrectTypes(objects: readonly AnyObject[], policies: number): Promise<void> {
  const names = objects.flatMap(({ kind, metadata: { name } }) => (kind === 'ValidatingAdmissionPolicy' ? [name] : []));
  expect(names).toHaveLength(policies);
  const checked = async (): Promise<void> => {
    const installed = await Promise.all(names.map((name) => apiGet<{ status?: object }>(`${POLICIES}/${name}`)));
    expect(installed.map(({ status }) => status)).toEqual(
      names.map(() => ({ observedGeneration: 1, typeChecking: {} })),
    );
  };
  await eventually(checked);
}
