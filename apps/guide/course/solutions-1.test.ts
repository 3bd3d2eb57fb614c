import { testSolutions } from '../../testing/solutions.ts';

await testSolutions(0, 3);
