// One sandbox of its own for one test file: made by ./dev with its own run folder and ports, so that it can be killed in
// parts. Start with Sandbox.start, end with stop().
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

import { trustingFetch } from './https.js';
import { Ledger } from './ledger.js';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export class Sandbox {
  // offset: a multiple of 2000 above 10000, one per test file. environment: settings that deploy/dev/gateway.sh reads.
  static async start(name, { offset, arguments: upArguments = [], environment = {} }) {
    const sandbox = new Sandbox(name, offset, environment);
    await sandbox.dev('reset');
    await sandbox.dev('up', '--detach', ...upArguments);
    sandbox.description = JSON.parse(readFileSync(path.join(sandbox.folder, 'sandbox.json'), 'utf8'));
    sandbox.ca = readFileSync(path.join(sandbox.folder, 'ca.pem'));
    sandbox.fetch = trustingFetch(sandbox.ca, sandbox.ledger);
    return sandbox;
  }

  // The one that ./dev up has started (the demonstration's; tests start their own).
  static running() {
    const sandbox = new Sandbox('', Number(process.env.ALDGATE_PORT_OFFSET ?? 0), {});
    sandbox.folder = process.env.ALDGATE_RUN_DIR ?? path.join(ROOT, '.run');
    sandbox.description = JSON.parse(readFileSync(path.join(sandbox.folder, 'sandbox.json'), 'utf8'));
    sandbox.ca = readFileSync(path.join(sandbox.folder, 'ca.pem'));
    sandbox.fetch = trustingFetch(sandbox.ca, sandbox.ledger);
    return sandbox;
  }

  constructor(name, offset, environment) {
    this.folder = path.join(ROOT, '.run', 'e2e', name);
    this.offset = offset;
    this.redirectUri = `https://localhost:${9443 + offset}/callback`;
    this.ledger = new Ledger();
    this.environment = {
      ...process.env,
      ALDGATE_RUN_DIR: this.folder,
      ALDGATE_PORT_OFFSET: String(offset),
      ALDGATE_PREPARED: '1',
      ...environment,
    };
  }

  async dev(...words) {
    try {
      const { stdout } = await run(path.join(ROOT, 'dev'), words, { env: this.environment, maxBuffer: 1 << 26 });
      return stdout;
    } catch (error) {
      throw new Error(`./dev ${words.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
    }
  }

  aldgate(...words) {
    return this.dev('aldgate', ...words);
  }

  async restart(part, ...number) {
    await this.dev('kill', part, ...number);
    await this.dev('start', part, ...number);
  }

  url(relative) {
    return new URL(relative, this.description.issuer);
  }

  async metric(name) {
    const text = await (await fetch(`${this.description.operations_base}/metrics`)).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(name) && !line.startsWith('#'))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  logs() {
    const folder = path.join(this.folder, 'log');
    return readdirSync(folder)
      .map((file) => ({ file, text: readFileSync(path.join(folder, file), 'utf8') }));
  }

  // Logs stay in the folder for whoever reads a failure.
  stop() {
    return this.dev('down');
  }
}
