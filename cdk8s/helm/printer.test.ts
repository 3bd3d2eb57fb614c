import { goExpression } from './expression.ts';
import { printObject, printText } from './printer.ts';
import { Tokens } from './tokens.ts';
import { integer, list, map, settings, text } from '../schema/schema.ts';

const setup = (): { all: Tokens; print: (object: unknown) => string } => {
  const all = new Tokens();
  return { all, print: (object) => printObject(all, object).trimEnd() };
};

describe('the Helm template printer', () => {
  test('prints a text value as a template action with the function quote', () => {
    const { all, print } = setup();
    expect(print({ a: all.add('text', '.Values.a') })).toBe('a: {{ .Values.a | quote }}');
  });

  test('prints an integer and a boolean without quotes, so that both keep their type', () => {
    const { all, print } = setup();
    expect(print({ port: all.add('integer', '.Values.port | int'), open: all.add('flag', '.Values.on') })).toBe(
      'port: {{ .Values.port | int }}\nopen: {{ .Values.on }}',
    );
  });

  test('prints text around a value with the function printf, and escapes percent signs in the text', () => {
    const { all, print } = setup();
    expect(print({ a: `100% ${all.add('text', '.Values.a')} "x"` })).toBe(
      'a: {{ (printf "100%% %s \\"x\\"" .Values.a) | quote }}',
    );
  });

  test("prints the release's name, followed by a fixed ending, without the function printf", () => {
    const { all, print } = setup();
    const release = all.add('name', '.Release.Name');
    expect(print({ a: `${release}-dice`, b: release, c: `${release}-1` })).toBe(
      'a: {{ .Release.Name }}-dice\nb: {{ .Release.Name | quote }}\nc: {{ (printf "%s-1" .Release.Name) | quote }}',
    );
  });

  test('indents a map or a list one level below its key, even in a list item', () => {
    const { all, print } = setup();
    const anyText = text({ doc: '' });
    const nodes = all.valueAt('.Values.nodes', map({ doc: '', names: anyText, of: anyText }));
    const names = all.valueAt('.Values.names', list({ doc: '', of: anyText }));
    expect(print({ a: [{ nodes, names }] })).toBe(
      'a:\n  - nodes: {{- toYaml .Values.nodes | nindent 6 }}\n    names: {{- toYaml .Values.names | nindent 6 }}',
    );
  });

  test('wraps an optional value and its key in an if block', () => {
    const { all, print } = setup();
    const port = all.add('optional', '.Values.port', '.Values.on');
    expect(print({ a: [{ name: 'x', port }] })).toBe(
      'a:\n  - name: x\n    {{- if .Values.on }}\n    port: {{ .Values.port }}\n    {{- end }}',
    );
    expect(() => print({ a: [{ port }] })).toThrow("can't come first in a list's entry");
  });

  test('prints several list items for one token in a list', () => {
    const { all, print } = setup();
    expect(print({ env: [{ name: 'A' }, { name: all.add('items', 'include "env" .') }] })).toBe(
      'env:\n  - name: A\n  {{- include "env" . | nindent 2 }}',
    );
  });

  test('escapes text that Helm would run as a template action', () => {
    const { print } = setup();
    expect(print({ a: '{{ .Values.secret }}' })).toBe('a: {{ "{{ .Values.secret }}" | quote }}');
  });

  test('quotes text that YAML 1.1 reads as another type', () => {
    const { print } = setup();
    expect(print(['no', '1e3', '0x1f', 'null', '12:30:45'])).toBe('- "no"\n- "1e3"\n- "0x1f"\n- "null"\n- "12:30:45"');
  });

  test('refuses an object with a token inside a key', () => {
    const { all, print } = setup();
    expect(() => print({ [`${all.add('text', '.Values.a')}-x`]: 1, b: 2 })).toThrow(
      "The value .Values.a stands where the printer can't put it",
    );
  });

  test('refuses a number token inside text', () => {
    const { all, print } = setup();
    expect(() => print({ a: `port ${all.add('integer', '.Values.port | int')}` })).toThrow(
      'found a value of kind integer (.Values.port | int)',
    );
  });

  test('refuses text that looks like a token but is not a token', () => {
    expect(() => setup().print({ a: 'zq7qz' })).toThrow('"zq7qz" looks like a token');
  });
});

test('prints tokens in the text of a named template as actions, and escapes literal braces', () => {
  const { all } = setup();
  expect(printText(all, `a: ${all.add('text', '.Values.a')}\nb: {{ c }}\n`)).toBe(
    'a: {{ .Values.a }}\nb: {{ "{{" }} c }}\n',
  );
});

test('turns data with tokens into a Go template expression', () => {
  const { all } = setup();
  const value = {
    n: all.valueAt('.Values.n', integer({ doc: '', default: 1, minimum: 0, maximum: 9 })),
    m: all.valueAt('.Values.m', settings({ doc: '' })),
    l: ['a', 1, true, {}],
  };
  expect(goExpression(all, value)).toBe(
    '(dict\n  "n" (.Values.n | int)\n  "m" .Values.m\n  "l" (list "a" 1 true dict))',
  );
});
