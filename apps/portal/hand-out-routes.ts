// The routes with which a person comes back to a seat by a link that an instructor has handed out. Opening the link
// changes nothing, because programs that show a preview of a link open it, too. The button on its page uses it up.
import type { Express, Response } from 'express';
import { handOutSeat, HAND_OUT, useHandOut } from './board/hand-out.ts';
import { Writer } from './board/writer.ts';
import { personIn } from './class-state.ts';
import { cookieHeader, redirect } from './join-routes.ts';
import { handOutPage, handOutVoid } from './pages/hand-out.ts';
import { sendPage } from './pages/layout.ts';
import { apiSilent } from './pages/refusals.ts';
import type { PortalParts } from './parts.ts';

/** Adds the routes. */
export function addHandOutRoutes(app: Express, parts: PortalParts): void {
  const { api, classes } = parts;
  const writer = new Writer({ api, classes });
  app.get(`${HAND_OUT}:token`, ({ params }, response) => showLink(params.token, response, parts));
  app.post(`${HAND_OUT}:token`, async (request, response) => {
    const { cookie: secret } = parts.secrets();
    try {
      const seat = await useHandOut(request.params.token, { writer, classes, secret, now: Date.now() });
      if (!seat) return sendPage(response, handOutVoid());
      redirect(response, '/seat', cookieHeader(request, parts.sessions.cookieFor(seat), parts));
    } catch (error) {
      parts.log?.warn({ err: error }, 'A link to a seat could not be used');
      sendPage(response, apiSilent());
    }
  });
}

function showLink(token: string, response: Response, { classes, secrets }: PortalParts): void {
  const seat = handOutSeat(token, classes, secrets().cookie, Date.now());
  sendPage(response, seat ? handOutPage(personIn(seat, classes.workshopOf(seat))) : handOutVoid());
}
