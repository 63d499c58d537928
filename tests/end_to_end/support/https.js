// fetch() that trusts the sandbox's CA, may carry a client certificate, and writes down every secret that passes.
import https from 'node:https';

export function trustingFetch(ca, ledger, clientCertificate = {}) {
  const agent = new https.Agent({ keepAlive: true, ca, ...clientCertificate });
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init.method ?? 'GET';
    const headers = Object.fromEntries(new Headers(init.headers).entries());
    const body = init.body == null ? undefined : Buffer.from(await new Response(init.body).arrayBuffer());
    const sent = { url: url.href, method, headers, body };
    ledger?.sent(sent);
    const answer = await send(agent, sent);
    ledger?.received(answer);
    const nullBody = [101, 204, 205, 304].includes(answer.status);
    return new Response(nullBody ? null : answer.body, { status: answer.status, headers: answer.headers });
  };
}

// One exchange, exactly as written: for what a well-behaved client would not send.
export function send(agent, { url, method, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers: { ...headers }, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const list = [];
        for (let i = 0; i < response.rawHeaders.length; i += 2) {
          list.push([response.rawHeaders[i], response.rawHeaders[i + 1]]);
        }
        resolve({ status: response.statusCode, headers: list, body: Buffer.concat(parts) });
      });
    });
    request.on('error', reject);
    if (body !== undefined) request.setHeader('content-length', body.length);
    request.end(body);
  });
}
