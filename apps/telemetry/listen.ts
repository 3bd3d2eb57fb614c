// Starts an app's server, or ends the process with the reason.
import type { Express } from 'express';
import { fatal } from '../../support/output.ts';

/**
 * Calls `opened` once the app accepts requests. Ends the process if the port is not available. Express passes that
 * error to the same callback, and no other error: https://expressjs.com/en/guide/migrating-5.html, "app.listen"
 */
export function listen(app: Express, port: number, opened: () => void): void {
  app.listen(port, (error?: Error) => {
    if (error) fatal(new Error(`expected to listen on port ${port}, found ${error.message}. Set PORT to a free port.`));
    opened();
  });
}
