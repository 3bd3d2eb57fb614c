import { testSolutions } from '../../testing/solutions.ts';

await testSolutions(2, 3);
