// Reads from the settings of dice which traces its sampler drops.

/** A sampler that drops traces. */
export interface DroppingSampler {
  /** What it does, as a sentence without a full stop. */
  readonly says: string;
  /** The share of the traces that it keeps, from 0 to less than 1. */
  readonly keeps: number;
}

type Settings = Readonly<Record<string, string | undefined>>;

/**
 * Returns the sampler of dice if it drops traces. A sampler whose name begins with `parentbased_` decides only about
 * traces that begin in dice. At the level `auto` the libraries take over the caller's context, so none of those that
 * the guide asks for begins there.
 */
export function droppingSampler(settings: Settings): DroppingSampler | undefined {
  const name = settings['OTEL_TRACES_SAMPLER']?.trim() ?? '';
  const [, parent, kind] = /^(parentbased_)?(always_off|traceidratio)$/i.exec(name) ?? [];
  if (parent && settings['INSTRUMENTATION'] === 'auto') return undefined;
  const which = parent ? ' that begins in dice' : '';
  if (kind === undefined) return undefined;
  if (kind.toLowerCase() === 'traceidratio') return ratioSampler(name, which, settings['OTEL_TRACES_SAMPLER_ARG']);
  return { says: `OTEL_TRACES_SAMPLER is ${name}: no span is recorded${which && ` of a trace${which}`}`, keeps: 0 };
}

function ratioSampler(name: string, which: string, argument = ''): DroppingSampler | undefined {
  const [text, keeps] = [argument.trim(), ratioIn(argument)];
  if (keeps === 1) return undefined;
  if (keeps === 0) return { says: `OTEL_TRACES_SAMPLER_ARG is ${text}: no trace is kept${which}`, keeps };
  const share = `${percent(keeps)} of the traces${which.replace('begins', 'begin')}`;
  return { says: `OTEL_TRACES_SAMPLER is ${name} with the argument ${text}: it keeps ${share}`, keeps };
}

/** Returns the ratio as the SDK reads it. It takes 1 for a text that is no number from 0 to 1. */
function ratioIn(argument: string): number {
  const ratio = argument.trim() === '' ? NaN : Number(argument);
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}

/** Writes a share as a percentage, such as 30 %. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
