import { samplesOf, total } from './metrics.ts';

const TEXT = `# HELP requests_total All of them.
# TYPE requests_total counter
requests_total{method="GET",code="200"} 7
requests_total{method="PATCH",code="409"} 2
requests_total_created{method="GET"} 1.7e9
leading 1
`;

test('reads the samples of one metric with their labels, and none of metrics with a longer name', () => {
  expect(samplesOf(TEXT, 'requests_total')).toEqual([
    { labels: { method: 'GET', code: '200' }, value: 7 },
    { labels: { method: 'PATCH', code: '409' }, value: 2 },
  ]);
});

test('reads a metric without labels', () => {
  expect(samplesOf(TEXT, 'leading')).toEqual([{ labels: {}, value: 1 }]);
});

test('sums all samples of a metric, or only those whose labels match', () => {
  const all = samplesOf(TEXT, 'requests_total');
  expect([total(all), total(all, ({ method }) => method === 'GET'), total([])]).toEqual([9, 7, 0]);
});
