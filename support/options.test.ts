import { nearest, optionsHelp, parseOptions, UsageError } from './options.ts';

const options = {
  values: { value: 'FILE', short: 'f', multiple: true, help: 'values' },
  port: { value: 'NUMBER', help: 'the port\nof the front door' },
  'no-network-policy': { help: 'leave it out' },
} as const;

function refusalOf(args: string[], known?: string[][]): UsageError {
  try {
    parseOptions(args, options, known);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error(`${args.join(' ')} was not refused`);
}

test('flags, values and repeated values are read, inline or apart', () => {
  expect(
    parseOptions(['-f', 'a.yaml', '--values=b.yaml', '--port', '9000', '--no-network-policy'], options).given,
  ).toEqual({ values: ['a.yaml', 'b.yaml'], port: '9000', 'no-network-policy': true });
});

test('an unknown option is refused with the nearest one there is', () => {
  expect(refusalOf(['--prot', '9000'])).toMatchObject({
    message: 'There is no option --prot.',
    advice: { todo: 'did you mean --port?' },
  });
});

test.each([
  [['--port'], '--port needs a value.'],
  [['--port='], '--port needs a value.'],
  [['--port', '--no-network-policy'], '--port needs a value.'],
  [['--no-network-policy=yes'], '--no-network-policy takes no value.'],
  [['sideways'], 'sideways is not understood.'],
])('%j is refused: %s', (args, message) => {
  expect(() => parseOptions(args, options)).toThrow(message);
});

test('a value that begins with dashes can be given inline', () => {
  expect(parseOptions(['--port=--8'], options).given.port).toBe('--8');
});

test('a positional argument must be one of those known, and near misses are named', () => {
  const actions = [['up', 'down', 'status']];
  expect(parseOptions(['down'], options, actions).positionals).toEqual(['down']);
  expect(refusalOf(['staus'], actions).advice.todo).toBe('did you mean status?');
  expect(refusalOf(['up', 'down'], actions).message).toBe('down is not understood.');
});

test('nothing is near a word that is like none', () => {
  expect(nearest('--frobnicate', ['--port', '--values'])).toBeUndefined();
});

test('help lists every option with its text beside it', () => {
  expect(optionsHelp(options)).toBe(
    [
      '  -f, --values FILE        values',
      '      --port NUMBER        the port',
      '                           of the front door',
      '      --no-network-policy  leave it out',
    ].join('\n'),
  );
});
