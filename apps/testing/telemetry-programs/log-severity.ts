// Emits a log record without a severity, and one with everything.
import { logs, SeverityNumber } from '@opentelemetry/api';
import express from 'express';

const log = logs.getLogger('dice');
const app = express();

app.get('/rolldice', (_request, response) => {
  log.emit({ body: 'somebody rolled' });
  log.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body: 'it was a 3' });
  response.send('3');
});

app.listen(process.env.PORT ?? 8080);
