// The front door: one URL for the apps, their traces and Jaeger.
import express from 'express';
import { portFromEnv } from '../support/env.ts';
import { createLogger } from '../telemetry/logger.ts';

const log = createLogger();
const app = express();

app.listen(portFromEnv('PORT', 8080), () => log.info('the guide is here'));
