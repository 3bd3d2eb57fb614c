// The CustomResourceDefinitions in the chart. They stay after an uninstall, unless values say otherwise.
import { JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { Component } from '../lab/components.ts';
import { kind } from '../lab/manifest.ts';
import { crds } from './crds.ts';
import type { CustomResourceDefinition } from './crds.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const customResourceDefinition = kind<{ readonly spec: object }>('apiextensions.k8s.io/v1', 'CustomResourceDefinition');

/** Keeps an object after an uninstall. Helm treats any other policy the same. https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource */
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
      // A patch, since an object leaves out annotations that are empty, and the chart doesn't.
      definition.addJsonPatch(JsonPatch.add('/metadata/annotations', annotations));
    }
  };

export const definitions: readonly Component<OperatorProps>[] = crds().map((crd) => ({
  name: `operator/${String(crd.metadata.name.split('.')[0])}`,
  construct: definitionOf(crd),
  enabled: ({ compute, values }) => compute.defines(values.operator.enabled, crd.metadata.name),
}));
