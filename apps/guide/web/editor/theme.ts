// The colours and fonts of the editor. The colours are CSS custom properties of the page, so they follow the light and
// the dark theme.
import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--code-paper)', fontSize: '0.875rem', height: '100%' },
  // The page shows the focus around the whole editor.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto', containerType: 'inline-size' },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 1rem 0 0.5rem' },
  '.cm-gutters': { backgroundColor: 'var(--code-paper)', color: 'var(--soft)', border: 'none', paddingLeft: '0.25rem' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--code-active)' },
  '&.cm-focused .cm-matchingBracket, .cm-selectionMatch': { backgroundColor: 'var(--code-match)' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderBottom: '1px solid var(--line)' },
  '.cm-textfield, .cm-button': {
    background: 'var(--paper)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '4px',
    fontSize: '0.85rem',
  },
  '.cm-problem': { backgroundColor: 'var(--bad-paper)', boxShadow: 'inset 3px 0 var(--bad)' },
  '.cm-problem-message': {
    padding: '0.25rem 1rem 0.35rem 0.5rem',
    color: 'var(--bad)',
    backgroundColor: 'var(--bad-paper)',
    boxShadow: 'inset 3px 0 var(--bad)',
    fontFamily: 'var(--sans)',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    // A message wraps at the edge of the editor, however long the lines of the file are. The rest is for the gutter.
    maxWidth: 'calc(100cqi - 3.5rem)',
  },
  '.cm-mistake': { textDecoration: 'underline wavy 1px', textUnderlineOffset: '3px' },
  '.cm-mistake.cm-stops': { textDecorationColor: 'var(--bad)' },
  '.cm-mistake.cm-advice': { textDecorationColor: 'var(--code-number)' },
  '.cm-mistake-message': {
    padding: '0.15rem 1rem 0.25rem 0.5rem',
    fontFamily: 'var(--sans)',
    lineHeight: '1.45',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    maxWidth: 'calc(100cqi - 3.5rem)',
  },
  '.cm-mistake-message.cm-stops': { color: 'var(--bad)', boxShadow: 'inset 2px 0 var(--bad)' },
  '.cm-mistake-message.cm-advice': { color: 'var(--code-number)', boxShadow: 'inset 2px 0 var(--code-number)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--paper)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: '0 4px 16px rgb(0 0 0 / 0.2)',
    // Above the parts of the page that stay in place when it scrolls.
    zIndex: '20',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '0.8125rem', maxHeight: '14rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.6rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--button)', color: 'var(--on-button)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', maxWidth: 'min(26rem, 90vw)' },
  '.cm-explanation': {
    padding: '0.5rem 0.75rem',
    maxWidth: 'min(32rem, 90vw)',
    fontFamily: 'var(--sans)',
    fontSize: '0.8125rem',
    lineHeight: '1.5',
  },
  '.cm-explanation pre': {
    margin: '0',
    fontFamily: 'var(--mono)',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    color: 'var(--code-name)',
  },
  '.cm-explanation code, .cm-mistake-message code': { fontFamily: 'var(--mono)', fontSize: '0.92em' },
  '.cm-explanation p': { margin: '0.35rem 0 0' },
});

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.comment, tags.meta], color: 'var(--soft)', fontStyle: 'italic' },
  {
    tag: [tags.definition(tags.variableName), tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: 'var(--code-name)',
  },
  { tag: [tags.typeName, tags.className], color: 'var(--code-type)' },
  { tag: tags.definition(tags.propertyName), color: 'var(--code-name)' },
]);
