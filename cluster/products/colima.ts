// The product Colima: https://github.com/abiosoft/colima. The context of the default profile is called `colima`, and
// the context of another profile `colima-NAME`.
import { isOnThisMachine } from '../local-server.ts';
import type { Product } from './index.ts';

export const product: Product = {
  kind: 'colima',
  title: 'Colima',
  detects: (context) => /^colima(-.+)?$/.test(context.name) && isOnThisMachine(context),
  startHint: () => 'start it: colima start --kubernetes',
  engine: { dockerContext: (context) => context, nerdctl: ['colima', 'nerdctl', '--'] },
};
