import { actionIn } from './action-body.ts';

test.each([
  [
    { action: 'take', seat: 'otel-1', extra: 'x' },
    { action: 'take', seat: 'otel-1' },
  ],
  [
    { action: 'hint', text: ' a\r\nb ' },
    { action: 'hint', text: 'a\nb' },
  ],
  [
    { action: 'faults', names: ['timeouts', 'spike'] },
    { action: 'faults', names: ['spike', 'timeouts'] },
  ],
  [
    { action: 'pause', paused: false },
    { action: 'pause', paused: false },
  ],
  [{ action: 'addSeat' }, { action: 'addSeat' }],
  [
    { action: 'poll', id: 'a-1', question: 'Why?', options: ['never', 'love it'] },
    { action: 'poll', id: 'a-1', question: 'Why?', options: ['never', 'love it'] },
  ],
])('reads %j', (body, action) => expect(actionIn(body)).toEqual(action));

test.each<[unknown, string]>([
  [undefined, 'expected a JSON object'],
  [[], 'expected a JSON object'],
  [{}, 'found none'],
  [{ action: 'constructor' }, 'expected “action” to be one of take,'],
  [{ action: 'take' }, 'expected text in “seat”, found none'],
  [{ action: 'take', seat: '../x' }, 'expected lower-case letters'],
  [{ action: 'take', seat: { name: 'x' } }, 'found {"name":"x"}'],
  [{ action: 'take', seat: 'x'.repeat(64) }, 'expected 1 to 63 characters'],
  [{ action: 'hint', text: ' \n ' }, 'found 0'],
  [{ action: 'hint', text: 'x'.repeat(501) }, 'expected 1 to 500 characters in “text”, found 501'],
  [{ action: 'hint', text: 'a\u0000b' }, 'found others'],
  [{ action: 'hint', text: 'a\u202eb' }, 'found others'],
  [{ action: 'hint', text: '\ud800' }, 'found others'],
  [{ action: 'addSeat', name: 'a\nb' }, 'found others'],
  [{ action: 'addSeat', name: '\u200b' }, 'found others'],
  [{ action: 'faults', names: ['rm'] }, 'expected faults of spike, timeouts, found “rm”'],
  [{ action: 'faults', names: 'spike' }, 'expected a list'],
  [{ action: 'pause', paused: 'yes' }, 'expected true or false'],
  [{ action: 'extend', minutes: 0 }, 'expected 1 to 1440'],
  [{ action: 'extend', minutes: 1.5 }, 'expected 1 to 1440'],
  [{ action: 'extend', minutes: '5' }, 'found “5”'],
  [{ action: 'poll', id: 'A', question: 'x' }, 'expected lower-case letters'],
  [{ action: 'poll', id: 'a', question: 'x', options: ['one'] }, 'two different options'],
  [{ action: 'poll', id: 'a', question: 'x', options: ['one', 'one'] }, 'two different options'],
  [{ action: 'poll', id: 'a', question: 'x', options: Array(9).fill('o') }, 'at most 8'],
])('refuses %j', (body, text) => expect(() => actionIn(body)).toThrow(text));
