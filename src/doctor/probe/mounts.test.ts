import { expect, test } from 'vitest';
import { mountOf, parseMounts } from './mounts.ts';

const mounts = parseMounts(
  [
    '/dev/sda1 / ext4 rw 0 0',
    'C:\\134 /mnt/c 9p rw 0 0',
    'tmpfs /home/ada/my\\040models tmpfs rw 0 0',
    '/dev/sdb1 /home ext4 rw 0 0',
    '/dev/sdc1 /home xfs rw 0 0',
    '',
  ].join('\n'),
);

test.each([
  ['/var/lib', '/', 'ext4'],
  ['/mnt/c/Users', '/mnt/c', '9p'],
  ['/mnt/cdrom', '/', 'ext4'],
  ['/home/ada/my models/hub', '/home/ada/my models', 'tmpfs'],
  ['/home/ada', '/home', 'xfs'],
])('%s is on %s', (path, mount, type) => expect(mountOf(path, mounts)).toEqual({ path: mount, type }));
