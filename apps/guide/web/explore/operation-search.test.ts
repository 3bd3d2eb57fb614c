import { hasOperation, operationHint } from './operation-search.ts';

const operations = { visitors: ['round'], arcade: ['GET /play', 'GET'], dice: ['GET /rolldice', 'do_roll'] };

test.each([
  ['rolldice', '', true],
  ['ROLL', '', true],
  ['round', '', true],
  ['rolldice', 'dice', true],
  ['rolldice', 'arcade', false],
  ['round', 'nobody', false],
])('looks for “%s” in the spans of “%s”: %s', (text, service, found) => {
  expect(hasOperation(operations, text, service)).toBe(found);
});

test('says which names there are if no span has the text', () => {
  expect(operationHint('x', 'dice', [operations])).toBe(
    'No span of dice has “x” in its name. The names are: GET /rolldice, do_roll.',
  );
  expect(operationHint('x', '', [operations, { flask: ['a', 'b'] }])).toMatch(/The names are: .*, …\.$/);
  expect(operationHint('x', 'nobody', [operations])).toBe('No span of nobody has “x” in its name.');
});
