// The operations of lab/compute.ts, written as Helm expressions. An operation that needs several of Helm's functions
// calls a named template in _helpers.tpl.
import type { Components, Compute } from '../lab/compute.ts';
import type { Text, Value } from '../lab/value.ts';
import { TEMPLATE_PREFIX, goExpression, goString } from './expression.ts';
import type { Tokens } from './tokens.ts';

/**
 * A named template of the chart. Its body is a text, or an expression whose value Helm prints as JSON. Other templates
 * read this JSON with `include` and `fromJson`.
 */
export interface NamedTemplate {
  readonly name: string;
  readonly body: { readonly text: string } | { readonly json: string };
}

const include = (name: string, argument: string): string => `include "${TEMPLATE_PREFIX}${name}" ${argument}`;

/**
 * Returns the operations, and a list of named templates. A call of the operation `named` adds a template to this list.
 * The chart must define all templates in the list.
 */
export function helmCompute(tokens: Tokens): Compute & { templates: NamedTemplate[] } {
  const templates: NamedTemplate[] = [];
  const go = (value: unknown): string => goExpression(tokens, value);
  const text = (expression: string): Text => tokens.value<string>('text', expression);
  const flag = (name: string, ...given: readonly unknown[]): Value<boolean> =>
    tokens.value('flag', include(name, `(list . ${given.map(go).join(' ')})`));
  const list = (expression: string): Value<readonly string[]> => tokens.list(expression);
  const components = (expression: string): Value<Components> => tokens.map(`${expression} | fromJson`);

  const named = <Named extends string | Value<Components>>(name: string, value: Named): Named => {
    const isText = typeof value === 'string';
    templates.push({ name, body: isText ? { text: value } : { json: go(value) } });
    return (isText ? tokens.value('block', include(name, '.')) : components(include(name, '.'))) as Named;
  };

  return {
    templates,
    choose: (enabled, set, unset) => {
      const expression = `(ternary ${go(set)} ${go(unset)} ${go(enabled)})`;
      if (typeof set === 'string') return tokens.value('text', expression);
      return Array.isArray(set) ? tokens.list(expression) : tokens.map(expression);
    },
    labels: (labels) =>
      tokens.map(
        include(
          'labels',
          `(list . ${['component', 'version'].map((name) => go(labels[`app.kubernetes.io/${name}`])).join(' ')})`,
        ),
        'lines',
      ),
    all: (...flags) => tokens.value('flag', `and ${flags.map(go).join(' ')}`),
    unlessEmpty: (given) => tokens.value('optional', `${go(given)} | quote`, go(given)),
    operates: (enabled) => flag('operates', enabled),
    defines: (enabled, name) => flag('defines', enabled, name),
    decimal: (number) => text(`${go(number)} | toString`),
    json: (value) => text(`toJson ${go(value)}`),
    sha256: (value) => text(`${go(value)} | sha256sum`),
    union: (...lists) => list(`concat ${lists.map(go).join(' ')} | uniq`),
    overlay: (base, top) => components(include('overlay', go([base, top]))),
    complete: (all, prefix, settings) => components(include('complete', go([all, prefix, settings]))),
    componentLines: (all) => text(include('componentLines', go(all))),
    defined: (path, names, all) => list(`${include('defined', go([path, names, all]))} | fromJsonArray`),
    env: (own, theirs) => [{ name: tokens.value('items', include('env', go([own, theirs]))) }],
    nodePort: ({ type, nodePort }) =>
      tokens.value('optional', go(nodePort), `and (ne ${go(type)} "ClusterIP") (ne ${go(nodePort)} 0)`),
    ownText: (file) => ({
      current: tokens.value<string>('block', include('own.current', `(list . ${goString(file)})`)),
      given: text(include('own.given', `(list . ${goString(file)})`)),
    }),
    named,
  };
}
