import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentProgress } from '../support/progress.ts';
import type { Progress } from '../support/progress.ts';
import { findTrace, playRounds, smokeTest, waitForDoor } from './smoke-test.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';

interface Answer {
  status: number;
  body: unknown;
}

/**
 * Runs `work` while a fake guide listens on loopback. `answers` returns the guide's answer for the path of a request.
 */
async function withGuide(answers: (path: string) => Answer, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const { status, body } = answers(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Builds Jaeger's answer for a trace with one span for each service. Each span is a child of the span before it. */
function traceOf(...services: string[]): Answer {
  const resourceSpans = services.map((service, index) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [
      {
        spans: [
          {
            traceId: ID,
            spanId: String(index + 1).repeat(16),
            parentSpanId: index === 0 ? '' : String(index).repeat(16),
          },
        ],
      },
    ],
  }));
  return { status: 200, body: { result: { resourceSpans } } };
}

test('returns the trace when it contains all services and no longer grows', async () => {
  const all = ['guide', 'arcade', 'dice', 'prizes'];
  let asked = 0;
  const paths = new Set<string>();
  const answers = (path: string): Answer => {
    paths.add(path);
    return traceOf(...all.slice(0, 1 + asked++));
  };
  await withGuide(answers, async (url) => {
    expect((await findTrace({ url, headers: {} }, ID)).services.toSorted()).toEqual(all.toSorted());
  });
  expect(asked).toBeGreaterThan(4);
  expect([...paths]).toEqual([`/jaeger/api/v3/traces/${ID}`]);
});

test('fails if the trace stays incomplete, and lists the spans that have arrived', async () => {
  await withGuide(
    () => traceOf('guide', 'arcade'),
    async (url) => {
      await expect(findTrace({ url, headers: {} }, ID, { within: 1000 })).rejects.toMatchObject({
        advice: {
          expected: `spans of arcade, dice, guide, prizes in trace ${ID} within 1 s`,
          found: '2 spans of arcade, guide',
        },
      });
    },
  );
});

test('plays rounds one after another and returns the last one', async () => {
  let played = 0;
  await withGuide(
    () => ({ status: 200, body: { player: 'you', roll: ++played } }),
    async (url) => {
      expect(await playRounds({ url, headers: {} }, 3)).toMatchObject({ roll: 3 });
    },
  );
});

test("fails if the guide's URL does not answer, and says what was found", async () => {
  await withGuide(
    () => ({ status: 503, body: {} }),
    async (url) => {
      await expect(waitForDoor({ url, headers: {} }, 500)).rejects.toMatchObject({
        message: "The guide's URL does not answer.",
        advice: { found: 'status 503' },
      });
    },
  );
});

describe('a lab that runs files of the learner', () => {
  const edited = ['dice'];

  /** Runs the smoke test, and returns its result and its notes. */
  async function tested(url: string, deviations: { edited: readonly string[]; hasValues: boolean }) {
    const notes: string[] = [];
    const report: Progress = { ...silentProgress(), note: (text) => void notes.push(text) };
    return {
      ...(await smokeTest({ url, headers: {} }, { ...deviations, repeatWithin: 500 }, report)),
      notes: notes.join('\n'),
    };
  }

  /** Answers as a guide with these spans in the trace of each round. */
  const guideWith = (round: Answer, trace: Answer) => (path: string) => (path === '/api/rounds' ? round : trace);
  const round: Answer = { status: 200, body: { player: 'you', roll: 3, prize: { name: 'a duck' }, trace: ID } };

  test('passes with a trace without spans of dice, which may be in a trace of their own', async () => {
    await withGuide(guideWith(round, traceOf('guide', 'arcade', 'prizes')), async (url) => {
      const { trace, notes } = await tested(url, { edited, hasValues: true });
      expect([trace?.services.toSorted(), notes]).toEqual([['arcade', 'guide', 'prizes'], '']);
    });
  });

  test('passes without a round if dice answers with an error, and says what was found', async () => {
    const refused: Answer = { status: 502, body: { error: 'dice answered 500' } };
    await withGuide(guideWith(refused, traceOf()), async (url) => {
      const result = await tested(url, { edited, hasValues: false });
      expect([result.round, result.trace]).toEqual([undefined, undefined]);
      expect(result.notes).toMatch(/learner's own files in dice, which may be why.*502.*dice answered 500/);
    });
  });

  test('fails if a round fails in a lab without files of the learner, also with values of its own', async () => {
    const refused: Answer = { status: 502, body: { error: 'no' } };
    await withGuide(guideWith(refused, traceOf()), async (url) => {
      await expect(tested(url, { edited: [], hasValues: true })).rejects.toThrow('A round could not be played.');
    });
  });
});
