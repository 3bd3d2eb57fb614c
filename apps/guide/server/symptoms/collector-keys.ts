// What it means that a key of the learner's collector.yaml is unknown where it stands: it is misspelt, renamed, or not
// as far in as it should be.
import { nearest } from '../../../../support/nearest.ts';
import type { Explanation } from './explanation.ts';

type Meaning = Pick<Explanation, 'cause' | 'todo'>;

/** The keys at the left edge. */
export const SECTIONS = ['receivers', 'processors', 'exporters', 'extensions', 'connectors', 'service'];
const KEYS = [
  'actions',
  'action',
  'key',
  'value',
  'attributes',
  'verbosity',
  'endpoint',
  'timeout',
  'send_batch_size',
  'sampling_percentage',
  'policies',
  'pipelines',
  'telemetry',
  'processors',
  'exporters',
  'receivers',
  'conditions',
  'trace_statements',
];

const KEYS_RENAMED: Readonly<Record<string, string>> = {
  loglevel: 'It is called verbosity today: basic, normal or detailed.',
  address: 'It was removed: write readers below metrics, or take the line out. The lab does not need it.',
  ballast_size_mib: 'It was removed: take the line out.',
};

/** Explains a section of the file that stands below another one. */
export const tooFarIn = (section: string): Meaning => ({
  cause: `${section}: stands too far in, so that it is a part of what is above it`,
  todo: `Move ${section}: to the left edge, and what is below it by as much.`,
});

/** Explains a list of components that belongs to a pipeline. */
export const outsideOfPipeline = (list: string): Meaning => ({
  cause: `${list}: is not below a pipeline`,
  todo: `The list belongs to a pipeline: write it below traces:, which is below service.pipelines.`,
});

/** @param where the path that the error names */
export function invalidKey(key: string, where: string): Meaning {
  if (SECTIONS.includes(key)) return where === 'service' ? outsideOfPipeline(key) : tooFarIn(key);
  if (['pipelines', 'telemetry'].includes(key))
    return { cause: `${key} stands at the left edge`, todo: `It belongs below service: move it two spaces in.` };
  const meant = nearest(
    key,
    [...SECTIONS, ...KEYS].filter((known) => known !== key),
  );
  return {
    cause: `there is no setting ${key} there`,
    todo:
      KEYS_RENAMED[key] ??
      (meant === undefined ? 'Is it spelt right, and as far in as it should be?' : `Did you mean ${meant}?`),
  };
}
