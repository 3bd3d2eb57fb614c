// Unit tests stand beside the code they test. All others live in test/. Modules stay ESM, and swc strips the types.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' }, experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/artefacts/'],
};

// Checks every solution with the real SDK. It takes a minute, so only `npm test` runs it.
const SOLUTIONS = '<rootDir>/course/solutions.test.ts';

const inTest = (name) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] });

export default {
  // Concurrent tests mostly wait, so eight of them share a core.
  maxConcurrency: 8,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{apps,cdk8s,cluster,course,kubernetes,lab,operator,otlp,release,support,test/performance,test/support}/**/*.test.ts',
        '<rootDir>/test/*.test.ts',
      ],
      testPathIgnorePatterns: ['/node_modules/', SOLUTIONS],
    },
    { ...shared, displayName: 'solutions', testMatch: [SOLUTIONS] },
    { ...inTest('browser'), globalSetup: '<rootDir>/test/support/browser/page-files.ts' },
    inTest('chart'),
    { ...inTest('integration'), globalTeardown: '<rootDir>/test/support/cluster/definitions.ts' },
    inTest('e2e'),
    inTest('serial'),
    inTest('course'),
    inTest('workshop'),
    inTest('release'),
  ],
};
