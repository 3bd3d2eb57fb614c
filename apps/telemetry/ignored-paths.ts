// Paths that make no spans. Requests for Jaeger's own pages, for example, would hide the traces that matter.

let prefixes: string[] = [];

/** Makes no spans for requests under these paths, nor for anything they cause. */
export function ignorePaths(paths: string[]): void {
  prefixes = paths;
}

export function isIgnoredPath(url: string): boolean {
  const path = url.split('?', 1)[0] ?? url;
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
