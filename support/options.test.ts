import { nearest } from './nearest.ts';
import { optionsHelp, parseOptions, UsageError } from './options.ts';

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

test('reads flags, options with a value and repeated options, with `=` or a space before a value', () => {
  expect(
    parseOptions(['-f', 'a.yaml', '--values=b.yaml', '--port', '9000', '--no-network-policy'], options).given,
  ).toEqual({ values: ['a.yaml', 'b.yaml'], port: '9000', 'no-network-policy': true });
});

test('refuses an unknown option and suggests the nearest one', () => {
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
  [['sideways'], 'sideways is not an argument of this command.'],
])('refuses the arguments %j with the message: %s', (args, message) => {
  expect(() => parseOptions(args, options)).toThrow(message);
});

test('accepts a value that begins with dashes if `=` stands before it', () => {
  expect(parseOptions(['--port=--8'], options).given.port).toBe('--8');
});

test('accepts only known positional arguments, and suggests the nearest one for an unknown argument', () => {
  const actions = [['up', 'down', 'status']];
  expect(parseOptions(['down'], options, actions).positionals).toEqual(['down']);
  expect(refusalOf(['staus'], actions).advice.todo).toBe('did you mean status?');
  expect(refusalOf(['up', 'down'], actions).message).toBe('down is not an argument of this command.');
});

test('suggests nothing for a word that differs too much from every known word', () => {
  expect(nearest('--frobnicate', ['--port', '--values'])).toBeUndefined();
});

test('lists every option in the help text, with its description beside it', () => {
  expect(optionsHelp(options)).toBe(
    [
      '  -f, --values FILE        values',
      '      --port NUMBER        the port',
      '                           of the front door',
      '      --no-network-policy  leave it out',
    ].join('\n'),
  );
});
