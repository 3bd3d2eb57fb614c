// Tests what a verdict says about a method that does not exist.
import { methodAdvice } from './methods.ts';

test.each([
  ['Math', 'flor', 'Math.floor'],
  ['Math', 'randm', 'Math.random'],
  ['JSON', 'stringfy', 'JSON.stringify'],
  ['Number', 'parseint', 'Number.parseInt'],
  ['response', 'sned', 'send'],
  ['res', 'jsn', 'json'],
  ['log', 'inof', 'info'],
  ['rollSpan', 'setAtribute', 'setAttribute'],
  ['span', 'set_attribute', 'setAttribute'],
  ['trace.getTracer(...)', 'startActivSpan', 'startActiveSpan'],
  ['result', 'toFixd', 'toFixed'],
])('takes %s.%s for %s', (receiver, name, meant) => {
  expect(methodAdvice(receiver, name)).toBe(`Did you mean ${meant}?`);
});

test.each([
  ['Math', 'randomInteger', /^Is the name right\? Math has no such function\.$/],
  ['tracer', 'setAttribute', /^Print what stands before \.setAttribute/],
  ['', 'frobnicate', /^Print what stands before \.frobnicate/],
])('guesses no other method for %s.%s', (receiver, name, advice) => {
  expect(methodAdvice(receiver, name)).toMatch(advice);
});
