// Runs the inner side of the relays, in the cluster's network namespace. It is a separate process, because Node can't
// change its namespaces.
// usage: node relay-inside.ts PLAN
import { readFileSync } from 'node:fs';
import type { Plan } from './plan.ts';
import { startRelay } from './relay.ts';

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan;
await Promise.all(plan.innerRelays.map(({ socket, host, port }) => startRelay({ path: socket }, { host, port })));
