// Maps each service of the lab to the construct that renders it.
import type { Construct } from 'constructs';
import { SERVICES } from '../../lab/services.ts';
import type { ServiceName } from '../../lab/services.ts';
import { Arcade } from './arcade.ts';
import { Collector } from './collector.ts';
import { Dice } from './dice.ts';
import { Flask } from './flask.ts';
import { Guide } from './guide.ts';
import { Jaeger } from './jaeger.ts';
import type { LabProps } from './lab.ts';
import { Prizes } from './prizes.ts';
import { Prometheus } from './prometheus.ts';
import type { Value } from './value.ts';
import { Visitors } from './visitors.ts';

export interface Component<Props extends LabProps = LabProps> {
  readonly name: string;
  readonly construct: new (scope: Construct, id: string, lab: Props) => Construct;
  /** Returns the chart value that enables the component. Without this function, the component is always enabled. */
  readonly enabled?: (lab: Props) => Value<boolean>;
}

type Construction = Omit<Component, 'name'>;

/** The construct of every service. TypeScript reports a service that has no construct. */
const constructs: Readonly<Record<ServiceName, Construction>> = {
  collector: { construct: Collector },
  jaeger: { construct: Jaeger },
  prometheus: { construct: Prometheus, enabled: (lab) => lab.values.prometheus.enabled },
  dice: { construct: Dice },
  prizes: { construct: Prizes },
  arcade: { construct: Arcade },
  visitors: { construct: Visitors, enabled: (lab) => lab.values.visitors.enabled },
  flask: { construct: Flask, enabled: (lab) => lab.values.flask.enabled },
  guide: { construct: Guide },
};

/** The lab's components, in the order of lab/services.ts. */
export const components: readonly Component[] = SERVICES.map(({ name }) => ({ name, ...constructs[name] }));
