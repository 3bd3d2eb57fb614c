import { jest } from '@jest/globals';
import { main } from './cli.ts';
import { UsageError } from '../support/options.ts';

test('refuses an unknown command and suggests the nearest one', async () => {
  const refused = main(['donw']);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toMatchObject({
    message: 'There is no command donw.',
    advice: { todo: 'did you mean down?' },
  });
});

test('rejects a wrong option before the command does anything', async () => {
  await expect(main(['up', '--prot', '1'])).rejects.toThrow('There is no option --prot.');
  await expect(main(['cluster', 'sideways'])).rejects.toThrow('sideways is not an argument of this command.');
  await expect(main(['cluster'])).rejects.toThrow('cluster needs an action.');
});

test.each(['up', 'down', 'image', 'cluster'])('prints the help of the command %s with --help', async (command) => {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  await main([command, '--help']);
  const text = written.mock.calls.map(([chunk]) => chunk).join('');
  written.mockRestore();
  expect(text).toContain(`npm run ${command} [`.slice(0, 12));
  expect(text).toMatch(/--\w+/);
});
