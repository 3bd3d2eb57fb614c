// Keeps the step of a link while its reader takes a seat first. A link to `/s/SEAT/?step=06-manual` leads to the pages
// of joining, and afterwards the lab opens at that step. A cookie keeps it for an hour. There is nothing secret in it.
import { cookiesNamed } from './session.ts';

const COOKIE = 'intro-otel-step';
const STEP = /^[a-z0-9-]{1,60}$/;

const stepIn = (path: string): string | undefined => {
  const step = new URLSearchParams(path.split('?')[1]).get('step') ?? '';
  return STEP.test(step) ? step : undefined;
};

/** Returns the header that keeps the step of a link, or no header if it has none. @param path with its query */
export function keepStep(path = ''): Readonly<Record<string, string>> {
  const step = stepIn(path);
  return step === undefined ? {} : { 'set-cookie': `${COOKIE}=${step}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax` };
}

/** Returns the query of the lab's page for the step that was kept, such as `?step=06-manual`, or an empty text. */
export function keptStep(cookies: string | undefined): string {
  const step = cookiesNamed(COOKIE, cookies).find((value) => STEP.test(value));
  return step === undefined ? '' : `?step=${step}`;
}
