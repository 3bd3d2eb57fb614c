// The course steps and files of the fake guide. They look like the real steps and files, and are about as long.
import type { Files, Step } from '../../../apps/guide/contract.ts';

export const files: Files = {
  'app.ts': `// Dice: plain Express. Not a word of OpenTelemetry here, and yet each request is a trace.
import express from 'express';

const app = express();
let hits = 0;

app.get('/visit', (request, response) => {
  hits += 1;
  response.send(\`Thank you for the visit! You are number \${hits}.\`);
});

app.get('/rolldice', (request, response) => {
  response.send(String(doRoll()));
});

function doRoll(): number {
  return Math.floor(Math.random() * 6) + 1;
}

app.listen(process.env.PORT ?? 8080);
`,
  'settings.env': '# NAME=value, a line each: INSTRUMENTATION and OTEL_* are taken.\nINSTRUMENTATION=auto\n',
  'collector.yaml': [
    "# Merged over the Collector's own configuration.",
    'processors:',
    '  attributes/tag:',
    '    actions: [{ key: lab.owner, value: you, action: insert }]',
    '',
  ].join('\n'),
};

/** The files of every finished step. */
export const solution: Files = {
  ...files,
  'app.ts': files['app.ts'].replace('let hits = 0;', 'let hits = 0;\nconst sides = 6;'),
};

const titles: [string, string, number][] = [
  ['01-set-up', 'Set up', 5],
  ['02-read-a-trace', 'Read a trace', 10],
  ['03-opentelemetry', 'OpenTelemetry', 10],
  ['04-automatic', 'Automatic instrumentation', 15],
  ['05-collector', 'Exporter, Collector, Jaeger', 20],
  ['06-manual', 'Manual instrumentation', 20],
  ['07-span-methods', 'Span methods', 20],
  ['08-context', 'Context', 20],
  ['09-metrics-and-logs', 'Metrics and logs', 20],
  ['10-troubleshooting', 'Troubleshooting', 25],
  ['11-next-steps', 'Next steps', 10],
];

const html = `<p>Spans that nobody wrote: an <strong>instrumentation library</strong> patches <code>http</code> and
<code>express</code>, and each request becomes a span.</p>
<h2>Do</h2>
<ol><li>Set the level in <code>settings.env</code>, and let the spans go to the console:</li></ol>
<pre><code class="language-ini">INSTRUMENTATION=auto
OTEL_TRACES_EXPORTER=console
OTEL_METRICS_EXPORTER=console
</code></pre>
<ol start="2"><li>Press <strong>Run</strong>, ask dice for <code>/visit</code>, and find the span in the log.</li></ol>
<table><thead><tr><th>Level</th><th>What makes spans</th></tr></thead><tbody>
<tr><td><code>none</code></td><td>nothing</td></tr>
<tr><td><code>auto</code></td><td>libraries</td></tr>
<tr><td><code>manual</code></td><td>your own code</td></tr></tbody></table>
<p>More in the <a href="https://opentelemetry.io/docs/">documentation</a>.</p>`;

const kubectlHtml = `<p>Begin, and take the files into your own editor:</p>
<pre><code class="language-sh">kubectl -n intro-otel exec deploy/lab-guide -- node /app/course.js start 04-automatic
</code></pre>
<pre><code class="language-bash">[ -s settings.env ] || kubectl get configmap lab-dice &gt; settings.env
</code></pre>
<pre><code class="language-powershell">cmd /c "if not exist settings.env kubectl get &gt; settings.env"
</code></pre>
<pre><code class="language-cmd">if not exist settings.env kubectl get &gt; settings.env
</code></pre>`;

const questions: Record<string, Step['questions']> = {
  '02-read-a-trace': [
    { name: 'root', label: 'Which service made the root span?', options: ['guide', 'arcade', 'dice', 'prizes'] },
    { name: 'slowest', label: 'Name of the slowest span that has no children' },
    {
      name: 'parent',
      label: 'Whose child is GET /rolldice?',
      options: ['guide', 'arcade', 'dice', 'prizes', 'visitors', 'jaeger'],
    },
  ],
  '03-opentelemetry': [
    { name: 'pick', label: 'Which of the installed libraries gives spans when somebody visits dice?' },
  ],
  '04-automatic': [{ name: 'exporter', label: 'Which exporter prints spans to the log?' }],
};

export function steps(): Step[] {
  return titles.map(([id, title, minutes], index) => ({
    id,
    number: index + 1,
    title,
    minutes,
    ...(id === '10-troubleshooting' ? { faults: true } : {}),
    ...(id === '08-context' ? { joins: ['dice', 'prizes'] } : {}),
    state: 'open',
    taskHtml: 'Press <strong>Start</strong>, then <strong>Play a round</strong>, and read its <code>trace</code>.',
    learn: [
      'What an instrumentation library does, and what it can’t know',
      'How INSTRUMENTATION and OTEL_TRACES_EXPORTER work together',
    ],
    html,
    kubectlHtml,
    files: index < 3 ? [] : ['settings.env', 'app.ts'],
    questions: questions[id] ?? [],
    text: 'Spans that nobody wrote.',
    commands: { bash: [], powershell: [], cmd: [] },
    hints: ['Which file sets the exporters?', 'Set OTEL_TRACES_EXPORTER=console.'].map((text) => ({
      text,
      html: `<p>${text}</p>`,
    })),
  }));
}
