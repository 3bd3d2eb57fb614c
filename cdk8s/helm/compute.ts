// The operations on values as expressions for Helm; those that need more than a function of Helm's are in _helpers.tpl.
import type { k8s } from 'cdk8s-plus-27';
import type { Components, Compute } from '../lab/compute.ts';
import { TEMPLATE_PREFIX, goExpression, goString } from './expression.ts';
import type { Tokens } from './tokens.ts';

/** A named template that the printer has to write: text, or JSON that `include … | fromJson` reads back. */
export interface NamedTemplate {
  readonly name: string;
  readonly body: { readonly text: string } | { readonly json: string };
}

const include = (name: string, argument: string): string => `include "${TEMPLATE_PREFIX}${name}" ${argument}`;

/** The operations, and the templates they found that the chart needs. */
export function helmCompute(sentinels: Tokens): Compute & { templates: NamedTemplate[] } {
  const templates: NamedTemplate[] = [];
  const go = (value: unknown): string => goExpression(sentinels, value);
  const text = (expression: string): string => sentinels.add('text', expression);
  const components = (expression: string): Components =>
    sentinels.map(`${expression} | fromJson`) as unknown as Components;

  const named = <Value extends string | Components>(name: string, value: Value): Value => {
    const isText = typeof value === 'string';
    templates.push({ name, body: isText ? { text: value } : { json: go(value) } });
    return (isText ? sentinels.add('block', include(name, '.')) : components(include(name, '.'))) as Value;
  };

  const choose = <Value extends readonly string[] | Readonly<Record<string, string>>>(
    flag: boolean,
    set: Value,
    unset: Value,
  ): Value => {
    const expression = `(ternary ${go(set)} ${go(unset)} ${go(flag)})`;
    return (Array.isArray(set) ? [sentinels.add('list', expression)] : sentinels.map(expression)) as Value;
  };
  const asked = (name: string, ...of: readonly unknown[]): boolean =>
    sentinels.add('flag', include(name, `(list . ${of.map(go).join(' ')})`)) as unknown as boolean;

  return {
    templates,
    choose,
    operates: (enabled) => asked('operates', enabled),
    defines: (enabled, name) => asked('defines', enabled, name),
    decimal: (value) => text(`${go(value)} | toString`),
    json: (value) => text(`toJson ${go(value)}`),
    sha256: (value) => text(`${go(value)} | sha256sum`),
    union: (...lists) => [sentinels.add('list', `concat ${lists.map(go).join(' ')} | uniq`)],
    overlay: (base, top) => components(include('overlay', go([base, top]))),
    complete: (all, prefix, settings) => components(include('complete', go([all, prefix, settings]))),
    componentLines: (all) => text(include('componentLines', go(all))),
    defined: (path, names, all) => [
      sentinels.add('list', `${include('defined', go([path, names, all]))} | fromJsonArray`),
    ],
    env: (own, theirs): k8s.EnvVar[] => [{ name: sentinels.add('items', include('env', go([own, theirs]))) }],
    nodePort: ({ type, nodePort }) =>
      sentinels.add(
        'optional',
        go(nodePort),
        `and (ne ${go(type)} "ClusterIP") (ne ${go(nodePort)} 0)`,
      ) as unknown as number,
    ownText: (file) => ({
      current: sentinels.add('block', include('own.current', `(list . ${goString(file)})`)),
      given: text(include('own.given', `(list . ${goString(file)})`)),
    }),
    named,
  };
}
