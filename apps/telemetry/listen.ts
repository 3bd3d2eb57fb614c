// Starts an app's server. If that fails, it prints the reason and ends the process.
import type { Express } from 'express';
import { fatal } from '../../support/output.ts';

/**
 * Calls `opened` once the app accepts requests. Ends the process with a message if the port is not available. Express
 * passes that error to the same callback.
 * https://expressjs.com/en/guide/migrating-5.html, section "app.listen"
 */
export function listen(app: Express, port: number, opened: () => void): void {
  app.listen(port, (error?: Error) => {
    if (error) fatal(new Error(`expected to listen on port ${port}, found ${error.message}. Set PORT to a free port.`));
    opened();
  });
}
