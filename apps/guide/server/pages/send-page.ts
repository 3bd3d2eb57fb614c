// Sends a page of the guide, with the headers that limit what the page can do.
import type { Response } from 'express';

/**
 * The pages' Content Security Policy. It allows no inline code, and nothing from other sites.
 * @see https://www.w3.org/TR/CSP3/
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sends the HTML document of a page. Set another status before, if it isn't 200. */
export function sendPage(response: Response, text: string): void {
  response.set({ 'content-security-policy': policy, 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  response.type('html').send(text);
}
