// Sends a page of the guide, with the headers that limit what the page can do.
import type { Response } from 'express';
import { pageHeaders } from './document.ts';

/** Sends the HTML document of a page. Set another status before, if it isn't 200. */
export function sendPage(response: Response, text: string): void {
  response.set(pageHeaders({ workers: true })).send(text);
}
