// Time on processor in microseconds, from /proc: what a process has used, and what PostgreSQL has with all its children.
import { readFileSync, readdirSync } from 'node:fs';

const TICK_MICROSECONDS = 10_000; // USER_HZ is 100 on every Linux port that runs Debian

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a thread or a child that has ended meanwhile
  }
}

export function ofProcess(pid) {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0] || 0);
  }
  return nanoseconds / 1000;
}

// The postmaster, its living children, and those it has buried: a backend that ends between two readings is counted by both.
export function ofPostgres(postmaster) {
  const children = read(`/proc/${postmaster}/task/${postmaster}/children`).split(' ').filter(Boolean);
  const fields = read(`/proc/${postmaster}/stat`).replace(/^.*\) /s, '').split(' ');
  const buried = (Number(fields[13]) + Number(fields[14])) * TICK_MICROSECONDS; // cutime, cstime
  let living = ofProcess(postmaster);
  for (const child of children) {
    try {
      living += ofProcess(child);
    } catch {
      // It ended between the two readings: its time is with the buried next time.
    }
  }
  return living + buried;
}
