// Fills the measured sandbox up to a number of clients, with a grant and a refresh token each (fill.sql).
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Key } from './requests.mjs';

// More than the gateway keeps parsed, so that at the larger sizes a key is mostly parsed anew.
const DISTINCT_KEYS = 10_000;
const SCRIPT = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fill.sql');

let keys;
let filled = 0;
const proofKey = Key.generate();

const psql = (...words) => execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'aldgate', ...words], { cwd: '/', stdio: ['ignore', 'inherit', 'inherit'] });

export async function fill(size, template, work) {
  if (!keys) {
    keys = Array.from({ length: DISTINCT_KEYS }, () => Key.generate());
    const file = path.join(work, 'keys.tsv');
    writeFileSync(file, keys.map((key, i) => `${i + 1}\t${key.kid}\t${JSON.stringify(key.registered)}\n`).join(''));
    psql('-c', 'CREATE SCHEMA IF NOT EXISTS bench', '-c', 'CREATE TABLE bench.key (number bigint PRIMARY KEY, kid text NOT NULL, jwk text NOT NULL)', '-c', `\\copy bench.key FROM '${file}'`);
  }
  if (size > filled) psql('-v', `first=${filled + 1}`, '-v', `last=${size}`, '-v', `template=${template}`, '-f', SCRIPT);
  filled = Math.max(filled, size);
}

export const filledClient = (n) => ({ id: `filled-${n}`, key: keys[(n - 1) % keys.length], proofKey });
export const filledToken = (n) => `filled-token-${n}`;
