// The page of a class: who is where, who needs help, and what an instructor can do. Its script fills the parts that
// change.
import { html } from '../../../guide/server/html.ts';
import type { Content } from '../../../guide/server/html.ts';
import { confirmDialog } from '../../../guide/server/pages/confirm-dialog.ts';
import type { BoardState } from '../contract.ts';
import { classPanel } from './class-panel.ts';
import { joinDialog } from './join-dialog.ts';
import { dataBlock, render } from './layout.ts';
import type { Who } from './layout.ts';
import { personDialog } from './person-dialog.ts';

/** Renders the board of a class with the state that it has now. Its script follows /board/WORKSHOP/events. */
export function boardPage(state: BoardState, who: Who): string {
  const { name, title = name } = state.workshop;
  return render({
    title: `${title}: board`,
    who,
    script: 'board.js',
    data: { workshop: name, me: who.name },
    isWide: true,
    links: linksOf(name),
    heading: html`<h1 class="sr">The board of ${title}</h1>`,
    content: [strip(state.workshop), board(state), ...dialogs(state), dataBlock('state', state)],
  });
}

const linksOf = (name: string): Content => html`
        <a href="/board">Classes</a>
        <a href="/board/${name}/screen" target="_blank" rel="noopener">Projector</a>
        <a href="/board/${name}/privacy">What is kept</a>`;

const strip = ({ name, title = name, code }: BoardState['workshop']): Content => html`<noscript>
        <p class="note">The board needs JavaScript. Without it, use <code>kubectl get seats</code>.</p></noscript>
      <section class="strip" aria-label="The class">
        <strong class="class-name">${title}</strong>
        ${code === undefined ? '' : html`<span>Code <b class="code">${code}</b></span>`}
        <button type="button" id="show-join" class="quiet">Link and QR code</button>
        <span id="counts"></span>
        <span id="time"></span>
        <span id="badges" class="badges"></span>
        <span id="connection" role="status"></span>
      </section>`;

const board = (state: BoardState): Content => html`
      <div class="board">
        <section class="first" aria-label="Help">
          <h2 id="queue-title" tabindex="-1">Help queue <span id="queue-count" class="soft"></span></h2>
          <ol id="queue" class="queue" aria-labelledby="queue-title"></ol>
          <p id="queue-empty" class="soft" hidden>Nobody waits for help.</p>
          <h2 id="why-title">Why people are stuck</h2>
          <ul id="why" class="why" aria-labelledby="why-title"></ul>
          <p id="why-empty" class="soft" hidden>No check has failed last.</p>
        </section>
        <section class="people" aria-labelledby="people-title">
          ${tools()}
          ${table(state)}
        </section>
        <section class="second" aria-label="Polls and actions">
          ${pollPanel}
          ${classPanel(state.workshop)}
        </section>
      </div>`;

const tools = (): Content => html`<div class="tools">
            <h2 id="people-title">People</h2>
            <label for="find">Find</label> <input id="find" type="search" autocomplete="off" size="12">
            <label for="show">Show</label> <select id="show">
              <option value="all">everybody</option>
              <option value="help">who waits for help</option>
              <option value="stuck">who is stuck</option>
              <option value="silent">who is silent</option>
              <option value="free">free seats</option>
            </select>
            <label for="sort">Sort by</label> <select id="sort">
              <option value="needs">need</option>
              <option value="name">name</option>
              <option value="progress">progress</option>
              <option value="since">time in this step</option>
              <option value="activity">last activity</option>
            </select>
            <button type="button" id="no-finding" class="quiet" hidden></button>
            <span id="shown" class="soft" role="status"></span>
            <p class="legend soft"><span class="mark passed">✓</span> passed <span class="mark here">▶</span> here
              <span class="mark failed">!</span> check failed <span class="mark open">·</span> open</p>
          </div>`;

const table = ({ steps }: BoardState): Content => html`<table class="grid">
            <caption class="sr">Each person with the steps of the course, who needs help first</caption>
            <thead><tr>
              ${sortable('name', 'Name')}
              ${sortable('needs', 'Needs')}${steps.map(
                ({ id, number }) => html`
              <th scope="col" class="step" title="${id}"><span aria-hidden="true">${number}</span><span
                class="sr">Step ${number}</span></th>`,
              )}
              ${sortable('since', 'In step')}
              ${sortable('activity', 'Active')}
              <th scope="col">Why</th>
            </tr></thead>
            <tbody id="people"></tbody>
          </table>`;

const sortable = (key: string, text: string): Content =>
  html`<th scope="col" class="${key}" data-sort="${key}"><button type="button" class="quiet">${text}</button></th>`;

const pollPanel = html`<h2>Poll</h2>
          <div id="poll" class="poll"></div>`;

const dialogs = ({ workshop }: BoardState): Content[] => [personDialog, joinDialog(workshop), confirmDialog];
