import { readFileSync } from 'node:fs';
import type { Schema } from '../../apps/guide/web/editor/collector/schema.ts';
import { versions } from '../../lab/versions.ts';
import { hashOfSources, labBase, SCHEMA } from './generate.ts';

const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Schema & { readonly sources: string };

test("is made from the Collector that the chart runs and from the chart's own configuration", () => {
  // If this fails, run: node cluster/collector-schema/generate.ts
  expect([schema.version, schema.sources, schema.base]).toEqual([versions.collector, hashOfSources(), labBase()]);
});
