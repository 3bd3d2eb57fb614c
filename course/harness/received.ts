// The log records that the receivers of a check's lab have received, as the guide would have them.
import { pipelineGap } from '../../apps/guide/server/lab/delivery.ts';
import type { LogQuery, ReceivedTelemetry } from '../../apps/guide/server/lab/received.ts';
import type { LogRecord, Logs } from '../../apps/guide/explore-contract.ts';
import type { Receiver } from '../../apps/testing/receiver.ts';
import { attributesOf, serviceOf } from '../../otlp/attributes.ts';
import type { OtlpAttribute, OtlpValue } from '../../otlp/attributes.ts';

interface OtlpLogs {
  readonly resourceLogs: {
    readonly resource?: { attributes?: OtlpAttribute[] };
    readonly scopeLogs: {
      readonly logRecords: {
        readonly eventName?: string;
        readonly body?: OtlpValue;
        readonly attributes?: OtlpAttribute[];
        readonly traceId?: string;
        readonly spanId?: string;
      }[];
    }[];
  }[];
}

const recordsIn = ({ resourceLogs }: OtlpLogs): Omit<LogRecord, 'id'>[] =>
  resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ body, attributes, eventName, traceId, spanId }) => ({
        time: 0,
        service: serviceOf(attributesOf(resource?.attributes)),
        scope: '',
        severity: 'info',
        severityText: '',
        body: body?.stringValue ?? '',
        attributes: attributesOf(attributes),
        resource: {},
        ...(eventName ? { eventName } : {}),
        ...(traceId ? { traceId } : {}),
        ...(spanId ? { spanId } : {}),
      })),
    ),
  );

/** Returns what the guide has received, unless collector.yaml keeps it from the guide. */
export function receivedBy(receivers: readonly Receiver[], collectorYaml: string): ReceivedTelemetry {
  const all = () => receivers.flatMap((receiver) => receiver.exports<OtlpLogs>('/v1/logs')).flatMap(recordsIn);
  return {
    isReceiving: true,
    hasProbe: () => false,
    logs: {
      query: ({ after = 0, traceId }: LogQuery): Logs => {
        const found = pipelineGap(collectorYaml, 'logs')
          ? []
          : all().map((record, index) => ({ ...record, id: index + 1 }));
        const records = found.filter(({ id, ...one }) => id > after && (traceId ?? one.traceId) === one.traceId);
        const state = { signal: 'logs', source: 'memory', since: 0, dropped: [] } as const;
        return { records, last: found.length, services: [], state };
      },
    },
  };
}
