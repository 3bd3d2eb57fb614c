// The chart's CustomResourceDefinitions. They remain after an uninstall, unless the value operator.crds.keep is false.
import { JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { Component } from '../lab/components.ts';
import { kind } from '../lab/manifest.ts';
import { crds } from './crds.ts';
import type { CustomResourceDefinition } from './crds.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const customResourceDefinition = kind<{ readonly spec: object }>('apiextensions.k8s.io/v1', 'CustomResourceDefinition');

/**
 * The annotation that makes Helm keep an object after an uninstall.
 * https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource
 */
const KEEP = { 'helm.sh/resource-policy': 'keep' };

const definitionOf = (crd: CustomResourceDefinition): Component<OperatorProps>['construct'] =>
  class extends Construct {
    constructor(scope: Construct, id: string, lab: OperatorProps) {
      super(scope, id);
      const annotations = lab.compute.choose<Readonly<Record<string, string>>>(lab.values.operator.crds.keep, KEEP, {});
      const definition = customResourceDefinition(this, 'definition', {
        spec: crd.spec,
        metadata: metadataElsewhere(lab, OPERATOR.component, crd.metadata.name),
      });
      // A patch adds the annotations even if they are empty, as the chart does. The constructor would omit empty
      // annotations.
      definition.addJsonPatch(JsonPatch.add('/metadata/annotations', annotations));
    }
  };

export const definitions: readonly Component<OperatorProps>[] = crds().map((crd) => ({
  name: `operator/${String(crd.metadata.name.split('.')[0])}`,
  construct: definitionOf(crd),
  enabled: ({ compute, values }) => compute.defines(values.operator.enabled, crd.metadata.name),
}));
