// Starts an app's server. If the server can't start, the process prints the reason and ends.
import type { Express } from 'express';
import { fatal } from '../../support/output.ts';

/**
 * Starts the app's server, and calls `opened` once it accepts requests. Ends the process with a message if the port is
 * not available. Express 5 passes a listen error to the callback.
 * https://expressjs.com/en/guide/migrating-5.html, section "app.listen"
 */
export function listen(app: Express, port: number, opened: () => void): void {
  app.listen(port, (error?: Error) => {
    if (error) fatal(new Error(`expected to listen on port ${port}, found ${error.message}. Set PORT to a free port.`));
    opened();
  });
}
