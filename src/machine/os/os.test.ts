import { expect, test } from 'vitest';
import { parseOsRelease } from './distribution.ts';
import { parseKernelLog } from './kernel-log.ts';
import { parseWslConfig, wslVersion } from './wsl.ts';

test.each([
  ['ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm', 'debian', 'bookworm'],
  ['ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nUBUNTU_CODENAME=noble', 'ubuntu', 'noble'],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"', 'ubuntu', ''],
  ['ID=fedora\nVERSION_ID=43', 'fedora', ''],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.7"', 'rhel', ''],
  ['ID=cachyos\nID_LIKE=arch', 'arch', ''],
  ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', 'suse', ''],
  ['ID=gentoo', 'other', ''],
  ['', 'other', ''],
])('%j is of the family %s', (text, family, codename) => {
  expect(parseOsRelease(text, false)).toMatchObject({ family, codename, immutable: false });
});

test('a system whose own folders are read-only', () => {
  expect(parseOsRelease('ID=nixos', false).immutable).toBe(true);
  expect(parseOsRelease('ID=fedora', true).immutable).toBe(true);
});

test.each([
  ['Linux version 6.6.87.2-microsoft-standard-WSL2 (root@b)', 2],
  ['Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)', 1],
  ['Linux version 6.1.0-41-amd64', undefined],
  [undefined, undefined],
])('%s is WSL %s', (text, version) => expect(wslVersion(text)).toBe(version));

test('.wslconfig, with comments and blanks', () => {
  const text = '# mine\r\n[wsl2]\r\n memory = 24GB \r\nnetworkingMode=mirrored\r\n';
  expect(parseWslConfig('/x', text)).toEqual({ path: '/x', memory: '24GB', networkingMode: 'mirrored' });
  expect(parseWslConfig('/x', '[wsl2]\n').memory).toBeNull();
});

test('of the kernel log only what tells of trouble is kept', () => {
  const trouble = [
    '[12.1] NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.',
    '[13.1] AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x1]',
    '[14.1] Out of memory: Killed process 412 (python3)',
  ];
  expect(parseKernelLog(['[1.0] Linux version', ...trouble, '[2.0] usb 1-1: new device'].join('\n'))).toEqual(
    trouble,
  );
});
