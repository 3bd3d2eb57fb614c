// Requests that are about looking at telemetry (Jaeger's own pages, say) and would only bury the traces that matter.

let prefixes: string[] = [];

/** Leaves every request under these paths out of the traces, with all it causes. */
export function ignorePaths(paths: string[]): void {
  prefixes = paths;
}

export function isIgnoredPath(url: string): boolean {
  const path = url.split('?', 1)[0] ?? url;
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
