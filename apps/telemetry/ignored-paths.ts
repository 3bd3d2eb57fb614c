// Paths for which no spans are created. Spans of requests for Jaeger's own pages, for example, would hide the
// interesting traces.

let prefixes: string[] = [];

/**
 * Sets the ignored paths. A request to one of these paths, or to a path below one of them, creates no span. The work
 * that the request causes creates no spans either.
 */
export function ignorePaths(paths: string[]): void {
  prefixes = paths;
}

export function isIgnoredPath(url: string): boolean {
  const path = url.split('?', 1)[0] ?? url;
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
