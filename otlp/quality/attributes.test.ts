import { attributeIssues } from './attributes.ts';
import { Sources } from './sources.ts';

const own = { sources: new Sources({}), isLibrary: false };
const idsOf = (attributes: Parameters<typeof attributeIssues>[0], origin = own): string[] =>
  attributeIssues(attributes, origin).map(({ level, id }) => `${level} ${id}`);

test.each([
  [{ 'http.method': 'GET' }, ['violation deprecated']],
  [{ 'http.player': 'ada' }, ['violation missing_attribute']],
  [{ 'http.response.status_code': '200' }, ['violation type_mismatch']],
  [{ 'http.response.status_code': 200.5 }, ['violation type_mismatch']],
  [{ 'host.ip': '10.0.0.1' }, ['violation type_mismatch']],
  [{ 'url.path': 7 }, ['violation type_mismatch']],
  [{ 'tls.established': 'true' }, ['violation type_mismatch']],
  [{ 'http.request.method': 'ROLL' }, ['information undefined_enum_variant']],
  [{ rollValue: 3 }, ['violation invalid_format']],
  [{ roll: 3 }, ['improvement missing_namespace']],
])('says of %j: %s', (attributes, ids) => {
  expect(idsOf(attributes)).toEqual(ids);
});

test.each([
  { 'roll.value': 3, 'dicelib.rolled': '4', 'app.user.id': 'ada' },
  { 'http.response.status_code': 200, 'http.request.method': 'GET', 'url.path': '/', 'http.route': null },
  { 'geo.location.lat': 48, 'geo.location.lon': 11.5, 'host.ip': ['10.0.0.1'], 'tls.established': true },
  { 'http.request.header.x-test': ['a'], 'gen_ai.request.model': 'x', 'enduser.id': 4 },
])('says nothing against %j', (attributes) => {
  expect(idsOf(attributes)).toEqual([]);
});

test('blames nobody for what a library writes, and reports only what is deprecated', () => {
  const library = { sources: new Sources({}), isLibrary: true };
  const attributes = { 'http.method': 'GET', 'express.name': '/', 'http.player': 'ada', rollValue: 1 };
  expect(idsOf(attributes, library)).toEqual(['information deprecated']);
});

test("judges an attribute on a library's span that the learner's code names", () => {
  const sources = new Sources({ 'app.ts': "\ntrace.getActiveSpan()?.setAttribute('http.player', name);" });
  const [issue] = attributeIssues({ 'http.player': 'ada' }, { sources, isLibrary: true });
  expect(issue).toMatchObject({ level: 'violation', place: { file: 'app.ts', line: 2 } });
});

test('cuts a long value in its message', () => {
  const [issue] = attributeIssues({ 'http.response.status_code': 'x'.repeat(100_000) }, own);
  expect(issue?.message.length).toBeLessThan(200);
});
