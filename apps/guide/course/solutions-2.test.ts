import { testSolutions } from '../../testing/solutions.ts';

await testSolutions(1, 3);
