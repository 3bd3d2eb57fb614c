// What the diagnosis of "Why is there no telemetry?" reads: services, files, logs, and what the guide has received.
import { accepts } from '../../../../support/ports.ts';
import type { Report } from '../../../telemetry/report.ts';
import { parseSettings } from '../../../telemetry/settings.ts';
import type { Component, Files } from '../../contract.ts';
import type { Dropped } from '../../explore-contract.ts';
import type { Crash, Outdated } from '../pods/phase.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { settingsMistakes } from '../symptoms/settings.ts';
import type { DiceState } from './dice-state.ts';
import { broken } from './hop-state.ts';
import type { HopState } from './hop-state.ts';

/** The services, files and logs that the diagnosis reads. */
export interface PipelineSources {
  readonly dice: string;
  readonly collector?: string | undefined;
  /** URL of Jaeger with its base path. */
  readonly jaeger: string;
  /** URL of Prometheus, if the lab has it. */
  readonly prometheus?: string | undefined;
  /** The settings that the chart gives dice. The learner's settings.env may override them. */
  readonly settings: Record<string, string | undefined>;
  readonly files: () => Promise<Files | undefined>;
  /** Returns the log of the component's newest pod, or '' if the log can't be read. */
  readonly podLog: (component: Component, sinceSeconds: number) => Promise<string>;
  /**
   * Returns why the component's newest pod is not ready, or undefined if it is ready. While the newest pod is not
   * ready, an older pod still answers, with older code or configuration.
   */
  readonly podTrouble?: (component: Component) => Promise<string | undefined>;
  /**
   * Returns why the component's pods do not run the learner's files as they are now, or undefined if they do. After a
   * Run, a pod of before may answer although the newest one is ready.
   */
  readonly outdated?: (component: Component) => Promise<Outdated | undefined>;
  /** Returns the last crash of dice, if it runs again and the crash is not long ago. */
  readonly crash?: () => Promise<Crash | undefined>;
  /** Returns what dice reports about itself. The learner's code could fake it, so it explains and proves nothing. */
  readonly report?: () => Promise<Report | undefined>;
  /**
   * Asks dice to send its telemetry now. @returns whether dice says that it has. Then its telemetry arrives sooner, and
   * nothing else changes.
   */
  readonly flush?: () => Promise<boolean>;
  /** Returns what the Collector has dropped of the lab's telemetry. */
  readonly collectorLosses?: () => Promise<readonly Dropped[]>;
  /** The metrics and logs that the guide has received. Undefined if it receives none. */
  readonly telemetry?: Telemetry | undefined;
  /** Milliseconds within which what the guide sends through the Collector must arrive. */
  readonly patience?: number;
}

/** Returns the text of collector.yaml, or '' if it can't be read. */
export const collectorYamlOf = async ({ files }: PipelineSources): Promise<string> =>
  (await files().catch(() => undefined))?.['collector.yaml'] ?? '';

export async function diceStateOf({ files, settings, report }: PipelineSources): Promise<DiceState> {
  const text = (await files().catch(() => undefined))?.['settings.env'] ?? '';
  return {
    settings: { ...settings, ...parseSettings(text).values },
    mistakes: settingsMistakes(text, settings),
    report: await report?.().catch(() => undefined),
  };
}

/** Returns why dice runs no code that could make telemetry, or undefined if it runs. */
export async function diceTrouble({ dice, podTrouble }: PipelineSources): Promise<HopState | undefined> {
  const trouble = await podTrouble?.('dice');
  if (trouble)
    return broken(
      'pod/not-running',
      trouble,
      'Fix app.ts or settings.env, then Run. Until then the old pod serves with the old code, if there is one.',
    );
  if (await accepts(dice)) return undefined;
  return broken(
    'pod/no-answer',
    'dice takes no connections, so nothing can make telemetry',
    'See in the log why dice does not start: the log next to the editor, or kubectl logs.',
  );
}

/** Returns the state of a Collector whose newest pod does not run, or undefined. The old pod may still work. */
export async function collectorTrouble({ podTrouble }: PipelineSources): Promise<HopState | undefined> {
  const trouble = await podTrouble?.('collector');
  if (!trouble) return undefined;
  return broken(
    'collector/not-running',
    `its new pod does not run: ${trouble}`,
    'Fix collector.yaml, then Run. Until then the old pod of the Collector still works, if there is one.',
  );
}

export const COLLECTOR_TODO =
  'Is its pod running? If you changed collector.yaml, the log names the mistake. Reset restores the file.';

/** Returns the last error in the Collector's log, as the end of a sentence, or ''. */
export async function lastErrorOf({ podLog }: PipelineSources): Promise<string> {
  const line = (await podLog('collector', 120))
    .split('\n')
    .findLast((text) => /\terror\t|^Error: |Dropping|Exporting failed/.test(text));
  return line ? `; its log says: ${line.trim().slice(0, 300)}` : '';
}
