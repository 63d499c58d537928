// What a TPP has listening: the redirect URI, and a receiver of webhooks. Certificates come from the sandbox's CA.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

import { Webhook } from 'standardwebhooks';

import { eventually } from './eventually.js';

function certificate(sandbox) {
  const folder = path.join(sandbox.folder, 'tpp', 'server');
  mkdirSync(folder, { recursive: true });
  const at = (name) => path.join(folder, name);
  const openssl = (...words) => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem'),
    '-out', at('request.pem'), '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-addext', 'basicConstraints=critical,CA:false', '-addext', 'extendedKeyUsage=serverAuth');
  openssl('x509', '-req', '-in', at('request.pem'), '-CA', path.join(sandbox.folder, 'ca.pem'), '-CAkey',
    path.join(sandbox.folder, 'secrets', 'ca.key'), '-days', '30', '-copy_extensions', 'copy', '-out', at('cert.pem'));
  return { cert: readFileSync(at('cert.pem')), key: readFileSync(at('key.pem')) };
}

async function listen(sandbox, port, handler) {
  const server = https.createServer(certificate(sandbox), handler);
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, 'localhost', resolve));
  return server;
}

export class Callback {
  #arrived = [];
  #sandbox;

  static async listen(sandbox) {
    const callback = new Callback();
    callback.#sandbox = sandbox;
    callback.server = await listen(sandbox, Number(new URL(sandbox.redirectUri).port), (request, response) => {
      const url = new URL(request.url, sandbox.redirectUri);
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        // What a form brings stands where the query of a redirect would.
        if (request.method === 'POST') url.search = Buffer.concat(parts).toString();
        if (url.pathname === '/callback') {
          for (const name of ['code', 'state', 'response']) sandbox.ledger.keep(name, url.searchParams.get(name));
          callback.#arrived.push(Object.assign(url, { method: request.method }));
        }
        response.setHeader('content-type', 'text/html').end('<!doctype html><title>TPP</title><h1 id="back">Back at the TPP</h1>');
      });
    });
    return callback;
  }

  // The oldest redirect that nobody took yet.
  async next({ seconds } = {}) {
    await eventually(() => this.#arrived.length > 0, 'the browser comes back to the TPP', seconds);
    return this.#arrived.shift();
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export class Receiver {
  deliveries = []; // {headers, body}, as they came
  answer = 200;

  static async listen(sandbox) {
    const receiver = new Receiver();
    receiver.server = await listen(sandbox, 0, (request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        receiver.deliveries.push({ headers: request.headers, body: Buffer.concat(parts).toString(), answered: receiver.answer });
        response.writeHead(receiver.answer).end();
      });
    });
    receiver.url = `https://localhost:${receiver.server.address().port}/webhooks`;
    return receiver;
  }

  of(type, consentId) {
    return this.deliveries.filter(({ body }) => {
      const event = JSON.parse(body);
      return event.type === type && JSON.stringify(event.data).includes(consentId);
    });
  }

  // Waits for the event and verifies it as npm standardwebhooks does; throws when the signature is not of this secret.
  async verified(type, consentId, secret) {
    await eventually(() => this.of(type, consentId).some(({ answered }) => answered === 200), `${type} of ${consentId} arrives`);
    const { body, headers } = this.of(type, consentId).find(({ answered }) => answered === 200);
    return { event: new Webhook(secret).verify(body, headers), headers, body };
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
