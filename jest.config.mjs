// Unit tests stand beside what they test; the others live in test/. ESM as Node runs it, types stripped by swc.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['/dist/', '/artefacts/'],
};

const inTest = (name) => ({ ...shared, displayName: name, testMatch: [`<rootDir>/test/${name}/**/*.test.ts`] });

export default {
  // Of tests that say they may run side by side: they wait, and compute little.
  maxConcurrency: 8,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{apps,cdk8s,cluster,course,kubernetes,lab,operator,otlp,support,test/support}/**/*.test.ts',
      ],
    },
    inTest('browser'),
    inTest('chart'),
    inTest('integration'),
    inTest('e2e'),
    inTest('serial'),
    inTest('course'),
    inTest('workshop'),
  ],
};
