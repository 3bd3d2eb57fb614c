// Opens an app to requests, or says why it can't be.
import type { Express } from 'express';
import { fatal } from '../../support/console.ts';

/**
 * Calls `opened` when the app takes requests; ends the process where the port can't be had. Express tells its callback of that too, and of nothing
 * else: https://expressjs.com/en/guide/migrating-5.html, "app.listen"
 */
export function listen(app: Express, port: number, opened: () => void): void {
  app.listen(port, (error?: Error) => {
    if (error)
      fatal(new Error(`expected to listen on port ${port}, found ${error.message}. Set PORT to one that is free.`));
    opened();
  });
}
