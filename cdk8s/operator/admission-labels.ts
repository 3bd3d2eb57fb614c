// The rule for the labels of pods that an account of a seat writes: no label by which a Service of the lab selects its
// pods. With such a label, a pod would answer requests that are meant for the lab, such as those of the portal.
// Controllers create the pods of a template, so the rule also covers the templates that a seat's accounts may write in
// a cluster that gives them more permissions.
import { GROUP, TERMINAL } from '../../lab/names.ts';
import { selectorLabels } from '../lab/lab.ts';
import { IS_TERMINAL } from './admission-pods.ts';
import type { Policy } from './admission-policy.ts';
import { list, mapAt } from './cel.ts';
import type { OperatorProps } from './props.ts';

/** Matches the keys of labels by which ReplicaSets, NetworkPolicies and the operator select pods. */
const OUR_LABELS = `^(app\\\\.kubernetes\\\\.io/|([^/]*\\\\.)?${GROUP.replace('.', '\\\\.')}/|pod-template-hash$)`;

const WRITES = ['CREATE', 'UPDATE'];

/** The paths of the labels of pods, in every kind that has a template of pods. */
const TEMPLATES = ['spec.template', 'spec.jobTemplate.spec.template', 'template'].map((path) => `${path}.metadata`);

const rule = (apiGroup: string, resources: string[]): Policy['rules'][number] => ({
  apiGroups: [apiGroup],
  apiVersions: ['v1'],
  operations: WRITES,
  resources,
});

/** An expression for the labels of the lab that a pod may have: those of the terminal, on the guide's own pod of it. */
const ALLOWED = `${IS_TERMINAL} ? dyn({${Object.entries(TERMINAL.labels)
  .map(([key, value]) => `'${key}': '${value}'`)
  .join(', ')}}) : dyn({})`;

/** Returns an expression for the labels of the lab that a request adds or changes below `path`. */
function changedLabels(path: string, isOurs: string): string {
  const [now, before] = ['now', 'before'].map((root) => mapAt(`variables.${root}.${path}.labels`)) as [string, string];
  return `${now}.filter(k, (${isOurs}) && !(k in ${before} && ${now}[k] == ${before}[k]))`;
}

export function labelPolicy(lab: OperatorProps): Policy {
  const selecting = Object.keys(selectorLabels(lab, 'any'));
  const isOurs = `k in ${list(selecting)} || k.matches('${OUR_LABELS}')`;
  const templates = TEMPLATES.map((path) => changedLabels(path, isOurs)).join(' + ');
  return {
    name: 'intro-otel-seat-labels',
    rules: [
      rule('', ['pods', 'replicationcontrollers', 'podtemplates']),
      rule('apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets']),
      rule('batch', ['jobs', 'cronjobs']),
    ],
    variables: [
      // The type is dynamic, because the policy covers several kinds.
      { name: 'now', expression: 'dyn(object)' },
      { name: 'before', expression: 'oldObject == null ? dyn({}) : dyn(oldObject)' },
      { name: 'allowed', expression: ALLOWED },
      {
        name: 'labels',
        expression:
          `request.resource.resource == 'pods' ? ${changedLabels('metadata', isOurs)}.filter(k, ` +
          `!(k in variables.allowed && variables.now.metadata.labels[k] == variables.allowed[k])) : ${templates}`,
      },
    ],
    validations: [
      {
        expression: 'variables.labels.size() == 0',
        messageExpression:
          `'Expected a pod without labels of the lab, found ' + variables.labels.join(', ') + '. The Services of the ` +
          `lab would send requests to the pod. Remove these labels.'`,
      },
    ],
  };
}
