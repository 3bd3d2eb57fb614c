import { jest } from '@jest/globals';
import { main } from './cli.ts';
import { UsageError } from '../support/options.ts';

test('a command that does not exist is refused with the nearest one', async () => {
  const refused = main(['donw']);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toMatchObject({
    message: 'There is no command donw.',
    advice: { todo: 'did you mean down?' },
  });
});

test('options are checked before anything is done', async () => {
  await expect(main(['up', '--prot', '1'])).rejects.toThrow('There is no option --prot.');
  await expect(main(['cluster', 'sideways'])).rejects.toThrow('sideways is not understood.');
  await expect(main(['cluster'])).rejects.toThrow('What is to be done with the cluster?');
});

test.each(['up', 'down', 'image', 'cluster'])('%s --help says what it does and lists its options', async (command) => {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await main([command, '--help']);
  const text = written.mock.calls.map(([chunk]) => chunk).join('');
  written.mockRestore();
  expect(text).toContain(`npm run ${command} [`.slice(0, 12));
  expect(text).toMatch(/--\w+/);
});
