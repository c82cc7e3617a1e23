import type { RequestHandler } from 'express';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * The API has no login, so it must not obey web pages: a page's requests carry a foreign `Origin`,
 * and one that points its own host name at loopback (DNS rebinding) sends a foreign `Host`.
 *
 * @internal
 */
export const refuseForeignPages: RequestHandler = (request, response, next) => {
  const { host = '', origin } = request.headers;
  const foreignOrigin =
    origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''));
  if (!LOOPBACK.test(host) || foreignOrigin) {
    response
      .status(403)
      .type('text/plain')
      .send('The sandbox answers only to programs on this machine.\n');
    return;
  }
  next();
};
