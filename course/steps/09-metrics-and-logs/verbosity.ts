// Reads from the learner's collector.yaml whether the Collector prints metrics.
import { collectorYaml, typeOf } from '../../../apps/guide/collector-yaml.ts';

/** Returns a sentence on why the Collector prints no metrics, or an empty text if collector.yaml is right. */
export function verbosityHint(yaml: string): string {
  const { exporters, service } = collectorYaml(yaml) ?? {};
  const listed = service?.pipelines?.['metrics']?.exporters ?? ['debug'];
  const debug = Array.isArray(listed) ? listed.map(String).filter((name) => typeOf(name) === 'debug') : [];
  if (debug.length === 0) return 'Name debug in service.pipelines.metrics.exporters of collector.yaml. ';
  const isSet = debug.some((name) => /^(normal|detailed)$/.test(String(exporters?.[name]?.['verbosity'])));
  return isSet ? '' : 'Set exporters.debug.verbosity to detailed in collector.yaml: basic only counts. ';
}
