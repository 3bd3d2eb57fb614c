import type { Attributes } from '../../otlp/attributes.ts';
import { failureMark, statusNote } from './failure-words.ts';

const span = (attributes: Attributes, code: 'unset' | 'ok' | 'error' = 'unset') => ({ attributes, status: { code } });
const http = (status: number | string) => ({ 'http.response.status_code': status });

test.each([
  ['', span(http(200))],
  ['', span({})],
  ['400', span(http(400))],
  ['499', span(http('499'))],
  ['500 ERROR', span(http(500), 'error')],
  ['ERROR', span(http(200), 'error')],
  ['503', span(http(503), 'ok')],
])('marks a span with “%s”', (mark, one) => {
  expect(failureMark(one)).toBe(mark);
});

describe('about a span without status ERROR', () => {
  const noteOf = (one: ReturnType<typeof span>, kind: 'server' | 'client') => statusNote({ ...one, kind });

  test('says why it counts as failed', () => {
    expect(noteOf(span(http(404)), 'server')).toMatch(/^Its HTTP status is 404, .* a server leaves it unset for 4xx/);
    expect(noteOf(span(http(404)), 'client')).toMatch(/ the code that ended it has not set it\.$/);
    expect(noteOf(span(http(500)), 'server')).toMatch(/ the code that ended it has not set it\.$/);
  });

  test('says nothing if it did not fail, or if its status says so', () => {
    expect(noteOf(span(http(500), 'error'), 'server')).toBe('');
    expect([noteOf(span({}, 'error'), 'server'), noteOf(span(http(204)), 'server')]).toEqual(['', '']);
  });
});
