// The admission policies of seats, and the priority of their pods. They refuse what RBAC can't: a change of a part of
// an object, and pods with fields that reach beyond the attendee's own pods. The operator has no right to change them.
import { Construct } from 'constructs';
import type { V1PriorityClass } from '@kubernetes/client-node';
import { FIELD_MANAGER, NAMES, OWN, PRIORITY_CLASS, RELEASE } from '../../lab/names.ts';
import { kind } from '../lab/manifest.ts';
import { labelPolicy } from './admission-labels.ts';
import { podPolicy } from './admission-pods.ts';
import { AdmissionPolicy, BY_SEATS } from './admission-policy.ts';
import type { Policy, Validation } from './admission-policy.ts';
import { BY_SERVER, changedFields, list, listAt, mapAt } from './cel.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Annotations with which the guide restarts pods. */
const CHECKSUMS = OWN.map(({ started }) => started);

/** Longest value of an annotation that restarts pods: a time, or the SHA-256 of a file. */
const ANNOTATION_LENGTH = 64;

const isGuide = `request.userInfo.username.endsWith(':${RELEASE}-guide')`;
const template = 'spec.template.metadata.annotations';

export const unchanged = (allowed: string): Validation => ({
  expression: 'variables.changed.size() == 0',
  messageExpression:
    `'Expected a change of ${allowed} only, found changes of ' + variables.changed.join(', ') + ` +
    `'. Leave these fields as they are.'`,
});

/**
 * Requires that the operator's entries in managedFields stay. Anybody may write managedFields, and without its entries
 * the operator would no longer know which fields are its own.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
 * @param operations the operations whose entries stay. The operator creates the ConfigMap of dice by an Update
 * @param except an expression for the parts of an entry that may change, such as `f:data`
 */
export function entriesStay(operations: readonly string[], except: string): Validation {
  const entries = (root: string): string =>
    `${listAt(`${root}.metadata.managedFields`)}.filter(m, m.manager == '${FIELD_MANAGER}' && ` +
    `m.operation in ${list(operations)} && m.fieldsV1.exists(k, !(k in ${except})))`;
  const same = `m.fieldsV1.all(k, k in ${except} || (k in n.fieldsV1 && n.fieldsV1[k] == m.fieldsV1[k]))`;
  return {
    expression: `${entries('oldObject')}.all(m, ${entries('object')}.exists(n, ${same}))`,
    message:
      "Expected a change that leaves the operator's entry in metadata.managedFields as it is, found another entry. " +
      'Remove metadata.managedFields from the change.',
  };
}

const deploymentPolicy: Policy = {
  name: 'intro-otel-seat-deployments',
  rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
  variables: [
    { name: 'annotations', expression: `${isGuide} ? ${list([RESTARTED_AT, ...CHECKSUMS])} : ${list([RESTARTED_AT])}` },
    {
      name: 'changed',
      expression: [
        changedFields('', list(['metadata', 'spec', 'status'])),
        changedFields('metadata', list(BY_SERVER)),
        changedFields('spec', list(['template'])),
        changedFields('spec.template', list(['metadata'])),
        changedFields('spec.template.metadata', list(['annotations'])),
        changedFields(template, 'variables.annotations'),
      ].join(' + '),
    },
  ],
  validations: [
    unchanged(`the annotation ${RESTARTED_AT} of the template`),
    {
      expression:
        `variables.annotations.all(k, !(k in ${mapAt(`object.${template}`)}) || ` +
        `${mapAt(`object.${template}`)}[k].size() <= ${ANNOTATION_LENGTH})`,
      message: `Expected an annotation of at most ${ANNOTATION_LENGTH} characters, found a longer one. Shorten it.`,
    },
    entriesStay(['Apply'], `(${isGuide} ? ['f:spec'] : [])`),
  ],
};

/** kubectl stores a file that is no UTF-8 text, such as UTF-16 of a Windows editor, as binary data. */
const onlyText: Validation = {
  expression: "!('binaryData' in variables.changed)",
  messageExpression:
    "'Expected files of text in UTF-8, found binaryData, which is how kubectl stores UTF-16. Save ' + " +
    "'the file as UTF-8, in PowerShell with Set-Content -Encoding utf8.'",
};

const configMapPolicy: Policy = {
  name: 'intro-otel-seat-configmaps',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['configmaps'] }],
  variables: [
    {
      name: 'changed',
      expression: [
        changedFields('', list(['metadata', 'data'])),
        changedFields('metadata', list([...BY_SERVER, 'annotations'])),
        changedFields('metadata.annotations', list([LAST_APPLIED])),
      ].join(' + '),
    },
  ],
  validations: [onlyText, unchanged('data'), entriesStay(['Apply', 'Update'], list(['f:data']))],
};

/** Programs that an attendee may run in the guide's pod. */
const PROGRAMS = ['/app/course.js', '/app/why.js'];

/** The command of the request, whose field may be null. */
const COMMAND = `has(object.command) && dyn(object.command) != null ? dyn(object.command) : dyn([])`;

const execPolicy: Policy = {
  name: 'intro-otel-seat-exec',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec', 'pods/attach'] }],
  variables: [{ name: 'command', expression: COMMAND }],
  validations: [
    {
      expression: `!request.name.startsWith('${RELEASE}-collector-') && !request.name.startsWith('${NAMES.probe}')`,
      messageExpression:
        `'Expected a pod without an account or a verdict of the lab, found ' + request.name + '. Use kubectl logs ` +
        `to see what it does.'`,
    },
    {
      expression:
        `!request.name.startsWith('${RELEASE}-guide-') || (request.subResource == 'exec' && ` +
        `variables.command.size() > 1 && variables.command[0] == 'node' && variables.command[1] in ${list(PROGRAMS)})`,
      // Kubernetes uses this message for a command with a line break, which a messageExpression may not return.
      message:
        `Expected node ${PROGRAMS.join(' or node ')} in the guide, found another command. The guide holds the key of ` +
        'your progress.',
      messageExpression:
        `'Expected node ${PROGRAMS.join(' or node ')} in the guide, found ' + (variables.command.size() == 0 ? ` +
        `request.subResource : variables.command.join(' ')) + '. The guide holds the key of your progress.'`,
    },
  ],
};

const priorityClass = kind<V1PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass');

/** The admission policies of seats, and the class that gives their pods a priority. */
export class Admission extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    priorityClass(this, 'priority', {
      metadata: metadataElsewhere(lab, OPERATOR.component, PRIORITY_CLASS),
      value: 0,
      preemptionPolicy: 'Never',
      description: 'Pods of labs in a class. They displace no other pods, also if the cluster has another default.',
    });
    for (const policy of [deploymentPolicy, configMapPolicy, podPolicy, labelPolicy(lab), execPolicy])
      new AdmissionPolicy(this, lab, policy, BY_SEATS);
  }
}
