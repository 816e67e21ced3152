// What the kernel knows about a process: its memory, its children, its sockets. Linux only (/proc).
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Resident memory in bytes. */
export function rssBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!line) throw new Error(`process ${pid} tells no VmRSS`);
  return Number(line[1]) * 1_024;
}

/** Processor time used so far, in milliseconds (in ticks of 10 ms). */
export function cpuMs(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Processes that this one started and that run. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** Whether a process runs this program of the server, from its sources or the bundle; false when it has ended. */
export function isProgram(pid: number, name: 'worker' | 'reader'): boolean {
  try {
    return new RegExp(`\\b${name}\\.[tj]s\\b`).test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** The server workers among a supervisor's children, of which the embedded database is one too. @throws Error without any. */
export function workersAmong(pids: readonly number[]): [number, ...number[]] {
  const [first, ...others] = pids.filter((pid) => isProgram(pid, 'worker'));
  if (first === undefined) throw new Error(`no worker among the processes ${pids.join(', ')}`);
  return [first, ...others];
}

export type Sockets = {
  /** Ports on which it takes connections. */
  readonly listens: readonly number[];
  /** Connections that came to this port. */
  incoming(port: number): number;
  /** Connections made to this port. */
  outgoing(port: number): number;
};

/** The TCP sockets whose descriptors a process holds; of connections also the half-closed ones. */
export function socketsOf(pid: number): Sockets {
  const held = new Set<string>();
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`));
    if (inode?.[1]) held.add(inode[1]);
  }
  const all = ['tcp', 'tcp6'].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => held.has(fields[9] ?? ''))
      .map(([, local, remote, state]) => ({ local: portAt(local), remote: portAt(remote), state })),
  );
  const connections = all.filter(({ state }) => state !== LISTENS);
  return {
    listens: all.filter(({ state }) => state === LISTENS).map(({ local }) => local),
    incoming: (port) => connections.filter(({ local }) => local === port).length,
    outgoing: (port) => connections.filter(({ remote }) => remote === port).length,
  };
}

const LISTENS = '0A';

function portAt(address = ''): number {
  return Number.parseInt(address.slice(address.indexOf(':') + 1), 16);
}

/** The descriptor may be closed while it is looked at. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Behind the name, which may hold blanks. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
