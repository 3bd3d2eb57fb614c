import { commandsIn, packageOf } from './wheels.ts';

test('writes a script for each command of a Python package', () => {
  const entryPoints = '[console_scripts]\nflask=flask.cli:main\n\n[other]\nno = a:b\n';
  expect(commandsIn(entryPoints)).toEqual([
    ['flask', '#!/usr/bin/python3\nimport sys\nfrom flask.cli import main\nsys.exit(main())\n'],
  ]);
  expect(commandsIn('[pytest11]\nx = a:b\n')).toEqual([]);
});

test.each([
  ['an SPDX expression', 'License-Expression: Apache-2.0 OR MIT', [{ expression: 'Apache-2.0 OR MIT' }]],
  ['a name', 'License: MPL 2', [{ license: { name: 'MPL 2' } }]],
  ['a classifier', 'Classifier: License :: OSI Approved :: MIT License', [{ license: { name: 'MIT License' } }]],
  ['no license', 'Summary: x', []],
])('describes a Python package with %s', (_, line, licenses) => {
  const metadata = `Metadata-Version: 2.4\nName: Typing_Extensions\nVersion: 1.0+a\n${line}\n\nLicense: in the text\n`;
  expect(packageOf(metadata, 'sha256-AAAA')).toEqual({
    type: 'library',
    name: 'Typing_Extensions',
    version: '1.0+a',
    purl: 'pkg:pypi/typing-extensions@1.0%2Ba',
    licenses,
    integrity: 'sha256-AAAA',
  });
});
