// Times on the page that are shown as ages, and grow by themselves.
import { h } from '../../../guide/web/dom.ts';
import type { Clock } from './clock.ts';
import { ageOf } from './clock.ts';

/** Milliseconds between two updates of the ages. */
const EVERY = 10_000;

/** Creates an element for an age. `setAge` fills it. */
export const ageElement = (): HTMLTimeElement => h('time', { 'data-age': true });

/** Shows the age of a time. Without a time, the element is empty. */
export function setAge(element: HTMLTimeElement, time: string | undefined, now: number): void {
  const [before, text] = [element.textContent, ageOf(time, now)];
  if (time === undefined) element.removeAttribute('datetime');
  else if (element.dateTime !== time) {
    element.dateTime = time;
    element.title = new Date(time).toLocaleString();
  }
  if (before !== text) element.textContent = text;
}

/** Lets all ages on the page grow. */
export function keepAgesRight(clock: Clock, also: () => void): void {
  setInterval(() => {
    for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-age][datetime]'))
      setAge(element, element.dateTime, clock.now());
    also();
  }, EVERY);
}
