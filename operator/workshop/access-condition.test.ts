import type { SeatStatus } from '../api/types.ts';
import { accessCondition } from './access-condition.ts';
import { MONDAY, aWorkshop, seatOf } from './testing/fixtures.ts';

const day = (date: string, time = '09:00:00Z'): string => `2026-01-${date}T${time}`;
const class3 = (expiresAt?: string) =>
  aWorkshop({ seats: 3, ...(expiresAt !== undefined && { schedule: { expiresAt } }) });
const seat = (index: number, access: Partial<NonNullable<SeatStatus['access']>> = {}, reason = 'KubeconfigValid') =>
  seatOf(class3(), index, {
    phase: 'Ready',
    status: {
      access: {
        secret: 's',
        issuedAt: day('05'),
        expiresAt: day('05', '21:00:00Z'),
        renewAt: day('05', '18:36:00Z'),
        ...access,
      },
      conditions: [{ type: 'Access', status: 'True', reason, message: `says ${reason}`, lastTransitionTime: MONDAY }],
    },
  });

test('reports nothing about access before the first kubeconfig', () => {
  expect(accessCondition(class3(), [seatOf(class3(), 0)])).toEqual([]);
});

test.each([undefined, day('05', '18:00:00Z'), day('05', '22:00:00+01:00')])(
  'reports AccessReady=True for kubeconfigs of 12 hours in a class that ends at %s',
  (expiresAt) => {
    expect(accessCondition(class3(expiresAt), [seat(0), seat(1, { expiresAt: day('06') })])).toEqual([
      {
        type: 'AccessReady',
        status: 'True',
        reason: 'KubeconfigsValid',
        message: 'The kubeconfig that ends first ends at 2026-01-05T21:00:00Z: that of seat class-seat-01.',
      },
    ]);
  },
);

test('reports a class of two days that lasts longer than its kubeconfigs, and the lifetime that it needs', () => {
  expect(accessCondition(class3(day('06', '17:30:00Z')), [seat(0)])).toEqual([
    {
      type: 'AccessReady',
      status: 'False',
      reason: 'KubeconfigsEndEarly',
      message:
        'The class ends at 2026-01-06T17:30:00Z, but the kubeconfig of seat class-seat-01 ends at ' +
        '2026-01-05T21:00:00Z. Set spec.access.tokenLifetime to 33h before you hand kubeconfigs out, or hand out the ' +
        'Secrets again after 2026-01-05T18:36:00Z.',
    },
  ]);
});

test('names no longer lifetime than a Workshop may have', () => {
  const [condition] = accessCondition(class3('2027-01-01T00:00:00Z'), [seat(0)]);
  expect(condition?.message).toContain('tokenLifetime to 720h');
});

test('reports the end of the file that was handed out, not of the renewed token', () => {
  const renewed = seat(0, { expiresAt: day('07'), handedOutUntil: day('05', '21:00:00Z') });
  expect(accessCondition(class3(day('06')), [renewed])[0]).toMatchObject({ reason: 'KubeconfigsEndEarly' });
});

test('reports a server that other machines do not reach before anything else', () => {
  expect(accessCondition(class3(day('06')), [seat(0), seat(1, {}, 'ServerIsLocal')])).toEqual([
    { type: 'AccessReady', status: 'False', reason: 'ServerIsLocal', message: 'says ServerIsLocal' },
  ]);
});
