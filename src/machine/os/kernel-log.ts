import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';

/** Lines that speak of graphics cards in trouble or of processes killed for memory. */
const telling = /NVRM: Xid|GPU has fallen off the bus|AMD-Vi.*IO_PAGE_FAULT|Out of memory: Killed process/;

/** More of the same tells nobody more. */
const mostLines = 20;

export const parseKernelLog = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => telling.test(line))
    .slice(-mostLines);

/** What the kernel's log says of trouble; many systems let only root read it. */
export const probeKernelLog = async (observer: Observer): Promise<Known<readonly string[]>> => {
  if (observer.system.platform !== 'linux') return { notChecked: 'only Linux has this log' };
  const answer = await observer.run('kernel-log', ['dmesg']);
  const found = parseKernelLog(answer.stdout);
  if (answer.ok) observer.show('kernel-log', found);
  if (answer.ok) return { value: found };
  const words = answer.stderr.trim().split('\n')[0];
  return { notChecked: answer.notFound ? 'there is no dmesg' : words || 'dmesg did not answer' };
};
