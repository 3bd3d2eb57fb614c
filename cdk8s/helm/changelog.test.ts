import { changesIn, sectionOf } from './changelog.ts';

const CHANGELOG = `# Changelog

## Unreleased

### Added

- Not released.

## 1.1.0 - 2030-02-01

### Added

- A [page](docs/page.md) about \`v1.2\`, over
  two lines. A second sentence.
- The last item, without a dot

### Known limits

- None that we know.

## 1.0.0 - 2030-01-01

### Fixed

- It works.
`;

test("lists the first sentence of each change in a version's section, with its kind, and without links", () => {
  expect(changesIn(sectionOf(CHANGELOG, '1.1.0'))).toEqual([
    { kind: 'added', description: 'A page about `v1.2`, over two lines.' },
    { kind: 'added', description: 'The last item, without a dot' },
  ]);
  expect(changesIn(sectionOf(CHANGELOG, '1.0.0'))).toEqual([{ kind: 'fixed', description: 'It works.' }]);
});

test.each([
  ['1.2.0', CHANGELOG, 'Unreleased, 1.1.0 - 2030-02-01, 1.0.0 - 2030-01-01'],
  ['1.1', CHANGELOG, 'Unreleased, 1.1.0 - 2030-02-01, 1.0.0 - 2030-01-01'],
  ['1.0.0', '# Changelog\n\n## 1.0.0\n\n- It has no date.\n', '1.0.0'],
])('refuses version %s if it has no section with a date, and names the sections', (version, changelog, found) => {
  const advice: unknown = expect.objectContaining({ expected: `## ${version} - YYYY-MM-DD`, found });
  expect(() => sectionOf(changelog, version)).toThrow(expect.objectContaining({ advice }) as Error);
});
