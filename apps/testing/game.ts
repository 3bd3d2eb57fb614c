// Runs the whole game on loopback: dice, two versions of prizes behind a balancer, the arcade, and visitors in two
// processes, each of which plays one round after another.
import { createServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { RUNNING } from '../../lab/faults.ts';
import type { FaultName } from '../../lab/faults.ts';
import { App } from './apps.ts';

export interface GameOptions {
  /** The folder with the built apps. */
  readonly dist: string;
  /** Release and namespace decide which requests the faults affect. */
  readonly lab: { readonly release: string; readonly namespace: string };
  /** Environment of every app, such as INSTRUMENTATION and the address of the receiver. */
  readonly env: Readonly<Record<string, string>>;
  /** Rounds a minute of each of the two processes. Without it they play as fast as they can. */
  readonly perMinute?: number;
}

export class Game {
  readonly #apps: App[];
  readonly #prizes: readonly App[];
  readonly #balancer: Server;

  static async start({ dist, lab, env: given, perMinute = 60_000 }: GameOptions): Promise<Game> {
    const env = { ...given, RELEASE: lab.release, POD_NAMESPACE: lab.namespace };
    const dice = await App.start(dist, 'dice', { ...env, OTEL_RESOURCE_ATTRIBUTES: 'service.version=0.2.0' });
    const prizes = await Promise.all(RUNNING.map((one) => startPrizes(dist, one, env)));
    const balancer = await balance(prizes.map(({ url }) => Number(new URL(url).port)));
    const arcade = await App.start(dist, 'arcade', {
      ...env,
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=0.2.0',
      DICE_URL: dice.url,
      PRIZES_URL: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    });
    await Promise.all([dice, ...prizes, arcade].map((app) => app.ready()));
    const visitors = await Promise.all(
      [1, 2].map(() => startVisitors(dist, arcade.url, { ...env, ROUNDS_PER_MINUTE: String(perMinute) })),
    );
    return new Game([...visitors, arcade, dice, ...prizes], prizes, balancer);
  }

  private constructor(apps: App[], prizes: readonly App[], balancer: Server) {
    [this.#apps, this.#prizes, this.#balancer] = [apps, prizes, balancer];
  }

  async switchTo(names: readonly FaultName[]): Promise<void> {
    for (const { health } of this.#prizes)
      await fetch(`${health}/fault`, { method: 'PUT', body: JSON.stringify({ names }) });
  }

  async stop(): Promise<void> {
    for (const app of this.#apps) await app.stop();
    this.#balancer.close();
  }
}

const startVisitors = (dist: string, arcade: string, env: Record<string, string>) =>
  App.start(dist, 'visitors', { ...env, ARCADE_URL: arcade });

const startPrizes = (dist: string, { version, pool }: (typeof RUNNING)[number], env: Record<string, string>) =>
  App.start(dist, 'prizes', {
    ...env,
    PRIZES_VERSION: version,
    NODE_POOL: pool,
    OTEL_RESOURCE_ATTRIBUTES: `service.version=${version},deployment.node_pool=${pool},k8s.pod.name=prizes-${pool}`,
  });

/** Connects each client to one of the ports, chosen at random as a Kubernetes Service does. */
function balance(ports: readonly number[]): Promise<Server> {
  const server = createServer((client) => {
    const port = ports[Math.floor(Math.random() * ports.length)] ?? 0;
    const app = connect(port, '127.0.0.1');
    client.pipe(app).pipe(client);
    for (const [one, other] of [[client, app] as const, [app, client] as const]) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
