// An attendee in a test. The attendee has only the kubeconfig from the seat's Secret.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMES } from '../../../operator/api/types.ts';
import { Account } from './account.ts';
import { kubectl, tool } from './cluster.ts';

interface Opened {
  readonly account: Account;
  readonly directory: string;
  readonly kubeconfig: string;
}

export class Attendee {
  readonly seat: string;
  #opened: Opened | undefined;

  constructor(seat: string) {
    this.seat = seat;
  }

  /** Reads the kubeconfig from the seat's Secret, as an instructor does before handing it out. */
  async open(): Promise<void> {
    const secret = JSON.parse(
      await kubectl('get', 'secret', NAMES.kubeconfig, '--namespace', this.seat, '--output=json'),
    ) as { data: { config: string } };
    const text = Buffer.from(secret.data.config, 'base64').toString();
    const directory = await mkdtemp(join(tmpdir(), 'attendee-'));
    const kubeconfig = join(directory, 'config');
    await writeFile(kubeconfig, text, { mode: 0o600 });
    this.#opened = { account: new Account(text), directory, kubeconfig };
  }

  async close(): Promise<void> {
    this.#opened?.account.close();
    if (this.#opened !== undefined) await rm(this.#opened.directory, { recursive: true });
  }

  get account(): Account {
    return this.#access.account;
  }

  /** The path of the kubeconfig file. */
  get kubeconfig(): string {
    return this.#access.kubeconfig;
  }

  /** Runs kubectl without --namespace, because the kubeconfig sets the namespace. @returns the standard output */
  async kubectl(args: readonly string[], input = ''): Promise<string> {
    return (await tool('kubectl', [`--kubeconfig=${this.kubeconfig}`, ...args], { input })).stdout;
  }

  get #access(): Opened {
    if (this.#opened === undefined)
      throw new Error(`the kubeconfig of ${this.seat} could not be read; see the first failed test of this file`);
    return this.#opened;
  }
}

/** Provides the attendee of a seat for the tests of one file. */
export function useAttendee(seat: string): Attendee {
  const attendee = new Attendee(seat);
  beforeAll(() => attendee.open());
  afterAll(() => attendee.close());
  return attendee;
}
