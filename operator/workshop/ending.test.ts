import { LABEL_LENGTH, LIMITS } from '../api/types.ts';
import { recordsOf } from './ending.ts';
import { aWorkshop, MONDAY, seatOf } from './testing/fixtures.ts';

const aWorkshopsFirst = seatOf(aWorkshop(), 0).spec.attendee;

describe('the record of the attendees', () => {
  const workshop = aWorkshop({
    attendees: Array.from({ length: LIMITS.attendees }, (_, index) => ({
      name: String(index).padStart(LABEL_LENGTH - 'class-'.length, 'a'),
    })),
  });
  const status = { progress: '11/11', lastActivity: MONDAY };
  const records = recordsOf(
    workshop,
    Array.from({ length: LIMITS.attendees }, (_, index) => seatOf(workshop, index, { status })),
  );

  // The API server refuses a request of more than 1.5 MiB by default. https://etcd.io/docs/v3.5/dev-guide/limit/
  test('fits into the status, for as many attendees with names as long as a class may have', () => {
    expect(records).toHaveLength(LIMITS.attendees);
    expect(JSON.stringify(records).length).toBeLessThan(256 * 1024);
  });

  test('drops records of attendees who are gone, not of those who have a seat', () => {
    const now = recordsOf({ ...workshop, status: { record: records } }, [seatOf(aWorkshop(), 0, { status })]);
    expect([now.length, now.at(-1)?.name]).toEqual([LIMITS.attendees, aWorkshopsFirst]);
  });
});
