// The front page, which shows the course, the learner's code, requests to dice, and their traces. The server renders
// only the frame, and the script apps/guide/web/course.ts fills it.
import { html } from '../html.ts';
import type { Content } from '../html.ts';
import { confirmDialog } from './confirm-dialog.ts';
import { layout } from './layout.ts';
import type { Viewer } from './layout.ts';
import { qualityPanel } from './quality.ts';

/**
 * Renders the front page.
 * @param lab the lab's namespace and release
 * @param hasTerminal whether the viewer may open a terminal
 */
export function coursePage(lab: string, viewer: Viewer = {}, hasTerminal = false): string {
  return layout({
    title: 'Intro to OpenTelemetry',
    path: '/',
    script: 'guide.js',
    lab,
    viewer,
    wide: true,
    content: html`
      <p class="what">A hands-on lab for OpenTelemetry: you send requests to a small game, see as a
        <strong>trace</strong> what each of them did, and write the code that makes the trace.</p>
      <noscript><p class="note">The course needs JavaScript. Without it you can still read
        <a href="traces">the latest traces</a>, and <a href="api/course">the steps as JSON</a>.</p></noscript>
      <nav class="parts-of-page" aria-label="On this page">
        <a href="#course">Course</a> <a href="#code">Code</a> <a href="#try">Try</a> <a href="#trace">Trace</a>
        <a href="#quality">Quality</a>
        ${hasTerminal ? html`<a href="#terminal">Terminal</a>` : ''}
      </nav>
      <div class="columns">
        ${course}
        <div id="bench" class="bench">
          ${code}
          <div id="results" class="results">
            ${tryIt}
            ${map}
            ${trace(viewer)}
            ${qualityPanel}
            ${settings}
          </div>
        </div>
      </div>
      ${hasTerminal ? terminal : ''}
      ${confirmDialog}`,
  });
}

const course: Content = html`<section id="course" class="course" aria-label="Course" tabindex="-1">
          <div class="course-text">
            <details id="steps" class="steps">
              <summary><span id="progress">The steps</span></summary>
              <nav aria-label="Steps"><ol id="step-list" class="step-list"></ol></nav>
              <p class="group"><a href="learnt">What you have learnt</a>
                <a href="api/export" download data-own>Download my work</a>
                <button type="button" class="quiet" id="reset-all" data-change>Reset the whole course</button></p>
            </details>
            <p id="course-status" class="status" role="status"></p>
            <div id="finished" class="finished" role="status"></div>
            <article id="step" class="step" aria-labelledby="step-title">
              <h2 id="step-title">Loading the course…</h2>
            </article>
            <div id="verdict" class="verdict" role="status"></div>
          </div>
          <div class="course-foot">
            <details id="seen" class="seen" open hidden>
              <summary><span id="seen-summary" role="status"></span></summary>
              <ul id="seen-list" class="requirements" tabindex="0" aria-label="Seen in your requests"></ul>
              <p class="soft">Only Check verifies the step: it sends requests of its own.</p>
            </details>
            <div id="step-actions" class="actions step-actions"></div>
            <nav id="pager" class="pager" aria-label="Previous and next step"></nav>
          </div>
        </section>`;

const code: Content = html`<section id="code" class="card" aria-labelledby="code-title" tabindex="-1">
            <div class="card-head">
              <h2 id="code-title">Your files</h2>
              <div class="actions">
                <span id="unsaved" class="soft"></span>
                <button type="button" id="discard" class="quiet" data-change hidden>Discard</button>
                <button type="button" id="run" class="primary" data-change>Run</button>
              </div>
            </div>
            <div id="conflict" class="conflict" hidden></div>
            <div id="compare" class="compare" hidden></div>
            <div id="tabs" class="tabs" role="tablist" aria-label="Files"></div>
            <div id="editor" class="editor" role="tabpanel"><p class="soft">The editor is loading…</p></div>
            <p class="keys soft"><span><kbd>Ctrl</kbd> or <kbd>⌘</kbd> + <kbd>Enter</kbd>: Run</span>
              <span><kbd>Esc</kbd>, then <kbd>Tab</kbd>: leave the editor</span></p>
            <p id="run-status" class="run-status status" role="status">Waiting for news of dice…</p>
            <p id="run-more" class="run-more" hidden></p>
            <details id="log-part" class="log" open>
              <summary>Log of the newest pod</summary>
              <p class="group"><label for="log-of">of</label>
                <select id="log-of">
                  <option value="dice">dice</option>
                  <option value="collector">the Collector</option>
                </select>
                <input id="log-search" type="search" placeholder="Search" aria-label="Search the log"
                  autocomplete="off" autocapitalize="off" spellcheck="false">
                <button type="button" id="log-pause" class="quiet" aria-pressed="false">Pause</button>
                <button type="button" id="log-large" class="quiet" aria-pressed="false">Enlarge</button></p>
              <pre id="log" tabindex="0" role="group" aria-label="Log of the newest pod"></pre>
            </details>
            <details id="earlier" class="earlier">
              <summary>Earlier versions</summary>
              <p class="soft">What your files were before a step or a reset replaced them.</p>
              <ul id="earlier-list"></ul>
            </details>
          </section>`;

const tryIt: Content = html`<section id="try" class="card" aria-labelledby="try-title" tabindex="-1">
            <div class="card-head"><h2 id="try-title">Try it</h2></div>
            <div class="asks" data-change>
              <button type="button" class="primary" id="play">Play a round</button>
              <div class="group" role="group" aria-label="Ask dice">
                <span class="soft" aria-hidden="true">Ask dice</span>
                <button type="button" data-ask="/">/</button>
                <button type="button" data-ask="/visit">/visit</button>
                <button type="button" data-ask="/rolldice">/rolldice</button>
              </div>
              <form id="other-path" class="group">
                <label for="path">Another path</label>
                <input id="path" name="path" value="/server_request?param=hello"
                  autocomplete="off" autocapitalize="off" spellcheck="false">
                <button>Ask</button>
              </form>
            </div>
            <p id="answer" class="answer status" role="status"></p>
          </section>`;

const settings: Content = html`<section id="settings" class="card" aria-labelledby="settings-title" tabindex="-1">
            <div class="card-head"><h2 id="settings-title">Load and faults</h2></div>
            <div class="settings">
              <form id="load" class="group" novalidate>
                <label for="per-minute">Load: extra rounds a minute</label>
                <input id="per-minute" name="perMinute"
                  type="number" min="0" max="120" step="1" value="0" inputmode="numeric" data-change>
                <button data-change>Set</button>
                <span id="load-status" class="soft" role="status"></span>
              </form>
              <p class="group" data-change>
                <input type="checkbox" id="ask-after-run" checked>
                <label for="ask-after-run">When a Run is up, ask dice for <code id="ask-again">/rolldice</code></label>
              </p>
            </div>
            <details id="faults-part" class="faults" hidden>
              <summary>Faults to find</summary>
              <div id="faults"></div>
              <p id="faults-status" class="soft" role="status"></p>
              <p class="group"><span class="soft">What they do:</span>
                <a href="explore#charts">Charts</a>
                <a href="explore#traces">Traces</a>
                <a href="explore#compare">What do they share?</a></p>
            </details>
          </section>`;

const map: Content = html`<details id="map" class="card map" open>
            <summary>Where the spans go</summary>
            <div id="map-drawing" class="map-drawing"></div>
            <p id="map-words" class="status" role="status">Visitors play rounds all the time. Play one yourself, and see
              which way its spans take.</p>
          </details>`;

const trace = ({
  portal,
}: Viewer): Content => html`<section id="trace" class="card" aria-labelledby="trace-title" tabindex="-1">
            <div class="card-head"><h2 id="trace-title">The trace just made</h2></div>
            <p id="trace-status" class="status" role="status">${portal === 'instructor' ? tracesElsewhere : noTrace}</p>
            <p id="trace-words" class="soft trace-words">Each line is a <strong>span</strong>: one piece of work in one
              service, as long as its bar. All of them together are the <strong>trace</strong> of one request.</p>
            <div id="waterfall"></div>
          </section>`;

const noTrace = 'Play a round or ask dice, and its trace is drawn here.';
const tracesElsewhere = html`Its learner’s page draws it. <a href="explore#traces">Explore</a> has all traces of this
              lab.`;

const terminal: Content = html`<section id="terminal" class="card" aria-labelledby="terminal-title" tabindex="-1">
            <div class="card-head">
              <h2 id="terminal-title">Terminal</h2>
              <button type="button" id="terminal-open">Open</button>
            </div>
            <p class="soft">A shell with kubectl in your lab. Files in it last until ten minutes after you close it.</p>
            <p id="terminal-status" class="status" role="status"></p>
            <div id="terminal-frame" class="terminal-frame" hidden>
              <div id="terminal-screen" class="terminal-screen"></div>
              <div id="terminal-tools" class="group terminal-tools">
                <input type="checkbox" id="terminal-aloud">
                <label for="terminal-aloud">Let a screen reader read what it prints</label>
              </div>
            </div>
          </section>`;
