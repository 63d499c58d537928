// Everything that must not stand in a log, collected as it passes: tokens, codes, assertions, proofs, secrets, IBANs, names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const SECRET_PARAMETERS = ['client_assertion', 'code', 'code_verifier', 'refresh_token', 'token', 'password', 'otp', 'csrf'];
const SECRET_MEMBERS = ['access_token', 'refresh_token', 'id_token', 'secret'];
const PERSONAL_MEMBERS = ['Identification', 'SecondaryIdentification', 'Name', 'Nickname', 'TransactionInformation'];

const SHORTEST = 8; // of the texts searched for

export class Ledger {
  #secrets = new Map(); // text -> what it is
  requests = [];

  keep(kind, text) {
    // Short texts ("123456", "alice") also occur in timestamps and user ids: they cannot be told apart by a search.
    if (typeof text === 'string' && text.length >= SHORTEST) this.#secrets.set(text, kind);
  }

  sent(request) {
    this.requests.push(request);
    if (this.requests.length > 200) this.requests.shift();
    this.keep('DPoP proof', request.headers.dpop);
    this.keep('access token', request.headers.authorization?.split(' ')[1]);
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      for (const [name, value] of new URLSearchParams(request.body.toString())) {
        if (SECRET_PARAMETERS.includes(name)) this.keep(name, value);
      }
    }
  }

  received(answer) {
    const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    if (!/json/.test(type)) return;
    const walk = (value, name) => {
      if (value !== null && typeof value === 'object') {
        for (const [key, member] of Object.entries(value)) walk(member, key);
      } else if (SECRET_MEMBERS.includes(name) || PERSONAL_MEMBERS.includes(name)) {
        this.keep(name, value);
      }
    };
    try {
      walk(JSON.parse(answer.body.toString()));
    } catch {
      // Not JSON after all: the test that asked for it will say so.
    }
  }

  // The last request whose URL ends so, as it was sent.
  last(ending) {
    const found = this.requests.findLast((request) => new URL(request.url).pathname.endsWith(ending));
    assert.ok(found, `no request to ${ending} was sent`);
    return found;
  }

  get size() {
    return this.#secrets.size;
  }

  assertAbsentFrom(logs) {
    // One walk over each log, however many secrets passed: where one could begin, those that begin so are compared.
    const byBeginning = new Map();
    for (const secret of this.#secrets.keys()) {
      const beginning = secret.slice(0, SHORTEST);
      if (byBeginning.has(beginning)) byBeginning.get(beginning).push(secret);
      else byBeginning.set(beginning, [secret]);
    }
    for (const { file, text } of logs) {
      for (let at = 0; at + SHORTEST <= text.length; at += 1) {
        const found = byBeginning.get(text.slice(at, at + SHORTEST))?.find((secret) => text.startsWith(secret, at));
        assert.equal(found, undefined, `${file} holds a ${this.#secrets.get(found)}`);
      }
      const iban = /\bGB\d{2}[A-Z]{4}\d{14}\b/.exec(text);
      assert.equal(iban, null, `${file} holds an IBAN`);
      assert.doesNotMatch(text, /eyJ[A-Za-z0-9_-]{20,}\.eyJ/, `${file} holds a JWT`);
      assert.doesNotMatch(text, /-----BEGIN [A-Z ]*PRIVATE KEY/, `${file} holds a private key`);
      assert.doesNotMatch(text, /whsec_/, `${file} holds a webhook secret`);
    }
  }

  keepFiles(folder, names) {
    for (const name of names) this.keep(name, readFileSync(path.join(folder, 'secrets', name), 'utf8').trim());
  }
}
