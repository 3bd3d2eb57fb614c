// The components of a lab, in the order of the templates.
import type { Construct } from 'constructs';
import { Arcade } from './arcade.ts';
import { Collector } from './collector.ts';
import { Dice } from './dice.ts';
import { Flask } from './flask.ts';
import { Guide } from './guide.ts';
import { Jaeger } from './jaeger.ts';
import type { LabProps } from './lab.ts';
import { Prizes } from './prizes.ts';
import type { Value } from './value.ts';
import { Visitors } from './visitors.ts';

export interface Component<Props extends LabProps = LabProps> {
  readonly name: string;
  readonly construct: new (scope: Construct, id: string, lab: Props) => Construct;
  /** The value that switches the component on. Without one it is always on. */
  readonly enabled?: (lab: Props) => Value<boolean>;
}

export const components: readonly Component[] = [
  { name: 'collector', construct: Collector },
  { name: 'jaeger', construct: Jaeger },
  { name: 'dice', construct: Dice },
  { name: 'prizes', construct: Prizes },
  { name: 'arcade', construct: Arcade },
  { name: 'visitors', construct: Visitors, enabled: (lab) => lab.values.visitors.enabled },
  { name: 'flask', construct: Flask, enabled: (lab) => lab.values.flask.enabled },
  { name: 'guide', construct: Guide },
];
