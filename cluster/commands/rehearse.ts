// The command `npm run rehearse`. It makes a class of synthetic attendees on the instructor's own cluster. They join at
// the portal and do the course. The command prints what would break with as many people.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seat, Workshop } from '../../operator/api/types.ts';
import { API_VERSION, GROUP, LABELS } from '../../operator/api/types.ts';
import { conditionOf, rfc3339 } from '../../kubernetes/conditions.ts';
import type { Condition } from '../../kubernetes/object.ts';
import { PORTAL } from '../../lab/names.ts';
import { messageOf, UserError } from '../../support/errors.ts';
import { optionsHelp, parseOptions, UsageError } from '../../support/options.ts';
import { coloured, print, say } from '../../support/output.ts';
import { freePort } from '../../support/ports.ts';
import { createProgress } from '../../support/progress.ts';
import type { Progress } from '../../support/progress.ts';
import { poll } from '../../support/waiting.ts';
import { ClusterTools } from '../kubectl.ts';
import { closePortForward, openPortForward } from '../port-forward.ts';
import { Attendee } from '../rehearsal/attendee.ts';
import { doCourse } from '../rehearsal/course-work.ts';
import { linesOf } from '../rehearsal/findings.ts';
import type { AttendeeResult, Line, Rehearsal } from '../rehearsal/findings.ts';
import type { Command } from './command.ts';

const options = {
  seats: { value: 'NUMBER', help: 'how many people come (5)' },
  context: { value: 'NAME', help: 'the kubectl context of the cluster (the current one)' },
  url: { value: 'URL', help: 'where people reach the portal (default: a port-forward to it)' },
  within: { value: 'MINUTES', help: 'how long the seats may take to be ready (15)' },
  keep: { help: 'leave the class in the cluster afterwards' },
} as const;

export const rehearse: Command = {
  summary: 'tries a class with synthetic attendees, and prints what would break',
  help: `npm run rehearse -- --seats NUMBER [OPTIONS]

Makes a class called ${'rehearsal'} on your cluster, where the operator is installed. As many synthetic
attendees join at the portal at the same moment and do the course up to step 9, all at the same
pace, which is harder than people are. Prints times, what does not fit, and which steps fail.
Then it removes the class, also after Ctrl-C.

${optionsHelp(options)}`,
  options,
  run: runRehearsal,
  onInterrupt: async () => undo?.(),
};

/** Undoes what the rehearsal that runs has made so far. */
let undo: (() => Promise<void>) | undefined;

const NAME = 'rehearsal';
const MOST_SEATS = 500;
const PORTAL_PORT = 8080;
/** Hours after which the operator removes a class that a killed rehearsal has left. */
const EXPIRES_IN_HOURS = 3;
const LOOK_EVERY = 2_000;
/** A class that a rehearsal has made. Another class of this name has people in it. */
const MADE_HERE = `${GROUP}/rehearsal`;
const LEAVING =
  `Removing the class ${NAME}, which takes up to a minute. Press Ctrl-C again to leave it: its seats are removed ` +
  `after ${EXPIRES_IN_HOURS} hours.`;
/** Milliseconds that the isolation test may take after everybody has done the course. */
const ISOLATION_WITHIN = 120_000;
const FAILED = 1;

async function runRehearsal(args: readonly string[]): Promise<void> {
  const { given } = parseOptions(args, options);
  const seats = numberOf(given.seats ?? '5', '--seats', MOST_SEATS);
  const within = numberOf(given.within ?? '15', '--within', 120) * 60_000;
  const report = createProgress();
  const kube = await ClusterTools.at({ context: given.context, kubeconfig: process.env['KUBECONFIG'] }, report);
  const portal = await findPortal(kube);
  await refuseAnothers(kube);
  await removeClass(kube, report);
  const cleanUp = once(async () => {
    await closePortForward(NAME);
    if (given.keep !== true) await removeClass(kube, report);
  });
  undo = () => {
    say(`\nInterrupted. ${given.keep === true ? `The class ${NAME} stays.` : LEAVING}`);
    // What was under way may have been interrupted, too.
    return cleanUp().catch(() => (given.keep === true ? undefined : removeClass(kube, report)));
  };
  try {
    const lines = linesOf(await tryClass({ kube, portal, seats, within, url: given.url }, report));
    printLines(lines);
    if (lines.some(({ breaks }) => breaks !== undefined)) process.exitCode = FAILED;
  } finally {
    await cleanUp();
  }
}

/** Returns a function that does the work once, and returns the same promise ever after. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

/** Parses a whole number from 1 to `most`. @throws UsageError for anything else */
function numberOf(text: string, option: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${option} ${text} is not a number that fits.`, {
    expected: `a whole number from 1 to ${most}`,
    found: text,
    todo: `write ${option} 5`,
  });
}

interface PortalService {
  readonly namespace: string;
  readonly name: string;
}

/** Finds the Service of the portal. @throws UserError if the cluster has none */
async function findPortal(kube: ClusterTools): Promise<PortalService> {
  const selector = `${LABELS.partOf}=intro-otel,${LABELS.component}=${PORTAL.component}`;
  const list = await kube.get<{ items: { metadata: PortalService }[] }>('services', '-A', '--selector', selector);
  const found = list?.items[0]?.metadata;
  if (found) return { namespace: found.namespace, name: found.name };
  throw new UserError('This cluster has no portal, where attendees would join.', {
    expected: `a Service with the labels ${selector}`,
    found: 'none in any namespace',
    todo: ['helm install intro-otel ./charts/lab', 'or name another cluster with --context'],
  });
}

/** @throws UserError if there is a class of this name that no rehearsal has made */
async function refuseAnothers(kube: ClusterTools): Promise<void> {
  const found = await kube.get<Workshop>('workshop', NAME);
  if (found === undefined || found.metadata.labels?.[MADE_HERE] !== undefined) return;
  throw new UserError(`This cluster has a class ${NAME} that no rehearsal has made.`, {
    expected: `no Workshop ${NAME}, or one with the label ${MADE_HERE}`,
    found: 'one without the label',
    todo: `kubectl delete workshop ${NAME}, if nobody needs it`,
  });
}

interface RehearsalSpec {
  readonly kube: ClusterTools;
  readonly portal: PortalService;
  readonly seats: number;
  /** Milliseconds that the seats may take to be ready. */
  readonly within: number;
  readonly url: string | undefined;
}

async function tryClass(spec: RehearsalSpec, report: Progress): Promise<Rehearsal> {
  const { kube, seats, within } = spec;
  const began = Date.now();
  await kube.kubectl(['apply', '--filename', '-'], { input: JSON.stringify(workshopOf(seats, began)) });
  const ready = await report.step(`Wait for ${seats} seats`, (step) => untilReady(spec, step));
  const code = (await kube.get<Workshop>('workshop', NAME))?.status?.code ?? '';
  const url = await reachPortal(spec);
  const attendees = await report.step(`${seats} attendees join and do the course`, (step) =>
    Promise.all(Array.from({ length: seats }, (_, index) => attend({ url, code, within }, index + 1, step))),
  );
  const conditions = await report.step('Wait for the isolation test', () => conditionsOf(spec));
  return { seats, ...ready, conditions, attendees };
}

/** Returns the conditions of the class, once the isolation test has a result or takes too long. It needs two seats. */
async function conditionsOf({ kube, seats }: RehearsalSpec): Promise<readonly Condition[]> {
  let conditions: readonly Condition[] = [];
  const look = async (): Promise<true | undefined> => {
    conditions = (await kube.get<Workshop>('workshop', NAME))?.status?.conditions ?? [];
    return seats > 1 && conditionOf(conditions, 'NetworkIsolation')?.status === 'Unknown' ? undefined : true;
  };
  await poll(look, { within: ISOLATION_WITHIN, every: LOOK_EVERY });
  return conditions;
}

const workshopOf = (seats: number, now: number) => ({
  apiVersion: API_VERSION,
  kind: 'Workshop',
  metadata: { name: NAME, labels: { [MADE_HERE]: 'true' } },
  spec: { seats, schedule: { expiresAt: rfc3339(now + EXPIRES_IN_HOURS * 3_600_000), afterExpiry: 'Delete' } },
});

/** Waits until all seats are ready, or the time is over. @returns how many are ready, and when the last one was */
async function untilReady({ kube, seats, within }: RehearsalSpec, report: Progress) {
  const began = Date.now();
  let [ready, readyAfter] = [0, 0];
  const look = async (): Promise<true | undefined> => {
    const list = await kube.get<{ items: Seat[] }>('seats', '--selector', `${GROUP}/workshop=${NAME}`);
    const now = (list?.items ?? []).filter(({ status }) => status?.phase === 'Ready').length;
    if (now > ready) readyAfter = Date.now() - began;
    ready = now;
    report.detail(`${ready} of ${seats} are ready`);
    return ready >= seats || undefined;
  };
  await poll(look, { within, every: LOOK_EVERY });
  return { ready, readyAfter };
}

/** Returns the portal's URL. Without one, it opens a port-forward. */
async function reachPortal({ kube, portal, url }: RehearsalSpec): Promise<string> {
  if (url !== undefined) return url.replace(/\/+$/, '');
  const port = await freePort(PORTAL_PORT);
  openPortForward(NAME, port, kube, { namespace: portal.namespace, service: portal.name, servicePort: PORTAL_PORT });
  const address = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(address).then(
      () => true as const,
      () => undefined,
    );
  const isOpen = await poll(answers, { within: 30_000 });
  if (isOpen) return address;
  throw new UserError("The portal doesn't answer.", {
    expected: `an answer at a port-forward to ${portal.namespace}/${portal.name} within 30 s`,
    found: 'none',
    todo: [`kubectl -n ${portal.namespace} get pods`, 'or give the address that people use with --url'],
  });
}

interface Room {
  readonly url: string;
  readonly code: string;
  readonly within: number;
}

/** Does what one attendee does. Never rejects. */
async function attend({ url, code, within }: Room, number: number, report: Progress): Promise<AttendeeResult> {
  const attendee = new Attendee(url);
  const began = performance.now();
  const times: { joined?: number; opened?: number } = {};
  try {
    await attendee.join(code, `Synthetic ${number}`, within);
    times.joined = performance.now() - began;
    await attendee.open(within);
    times.opened = performance.now() - began;
    const course = await doCourse(attendee);
    report.detail(`attendee ${number} has done the course`);
    return { ...times, course };
  } catch (error) {
    return { ...times, error: messageOf(error) };
  }
}

async function removeClass(kube: ClusterTools, report: Progress): Promise<void> {
  if ((await kube.get('workshop', NAME)) === undefined) return;
  await report.step(`Remove the class ${NAME}`, async () => {
    await kube.kubectl(['delete', 'workshop', NAME, '--wait=false']);
    while ((await kube.get('workshop', NAME)) !== undefined) await sleep(LOOK_EVERY);
  });
}

function printLines(lines: readonly Line[]): void {
  const width = Math.max(...lines.map(({ what }) => what.length)) + 2;
  print();
  for (const { what, found, breaks } of lines) {
    const mark = breaks === undefined ? coloured('green', '✓') : coloured('red', '✗');
    print(`${mark} ${what.padEnd(width)}${found}`);
    if (breaks !== undefined && breaks !== found) print(`  ${''.padEnd(width)}${breaks}`);
  }
  print();
}
