import { expect, test } from 'vitest';
import { mergeCards } from './cards.ts';
import { parseQuery, queryFields } from './query-csv.ts';
import { parseXml } from './query-xml.ts';

const card = (more = ''): string => `<gpu id="00000000:01:00.0">
  <product_name>NVIDIA A100-SXM4-80GB</product_name>
  <mig_mode><current_mig>Enabled</current_mig><pending_mig>Enabled</pending_mig></mig_mode>
  <mig_devices>
    <mig_device><index>0</index><uuid>MIG-1</uuid></mig_device>
    <mig_device><index>1</index><uuid>MIG-2</uuid></mig_device>
  </mig_devices>
  <uuid>GPU-9</uuid>
  <fb_memory_usage><total>81920 MiB</total><reserved>600 MiB</reserved><used>1024 MiB</used><free>80296 MiB</free></fb_memory_usage>
  <bar1_memory_usage><total>131072 MiB</total><used>1 MiB</used><free>131071 MiB</free></bar1_memory_usage>
  <compute_mode>Default</compute_mode>
  <power_readings><power_limit>400.00 W</power_limit><default_power_limit>400.00 W</default_power_limit></power_readings>
  <processes><process_info><pid>41</pid><type>C</type><process_name>python3 &lt;main&gt;</process_name><used_memory>512 MiB</used_memory></process_info></processes>
  ${more}</gpu>`;

const log = (
  body: string,
  versions = '<driver_version>550.54.14</driver_version><cuda_version>12.4</cuda_version>',
) =>
  `<?xml version="1.0" ?>\n<nvidia_smi_log>${versions}<attached_gpus>1</attached_gpus>${body}</nvidia_smi_log>`;

test('versions, memory, partitions, power in its old place, processes', () => {
  const answer = parseXml(log(card()));
  expect(answer).toMatchObject({ driverVersion: '550.54.14', cudaVersion: '12.4' });
  expect(answer?.cards).toEqual([
    expect.objectContaining({
      ...{ name: 'NVIDIA A100-SXM4-80GB', uuid: 'GPU-9', usedBytes: 1024 ** 3, powerLimitWatts: 400 },
      mig: { enabled: true, instances: 2 },
      processes: [{ pid: 41, kind: 'C', name: 'python3 <main>', usedBytes: 512 * 1024 * 1024 }],
      faults: [],
    }),
  ]);
});

test('from driver 610 on the versions have other names', () => {
  const renamed = '<kmd_version>610.43.02</kmd_version><cuda_umd_version>13.3</cuda_umd_version>';
  expect(parseXml(log(card(), renamed))).toMatchObject({ driverVersion: '610.43.02', cudaVersion: '13.3' });
});

test('a fault in place of a value is told with its name', () => {
  const answer = parseXml(log(card('<fan_speed>ERR!</fan_speed>')));
  expect(answer?.cards[0]?.faults).toEqual(['fan_speed: ERR!']);
});

test.each(['', 'NVIDIA-SMI has failed', '<nvidia_smi_log'])('%j is no such XML', (text) => {
  expect(parseXml(text)).toBeUndefined();
});

test('what one form does not say the other completes, by the place on the bus', () => {
  const row =
    '0, NVIDIA A100-SXM4-80GB, GPU-9, 0000:01:00.0, 550.54.14, [N/A], [N/A], [N/A], 8.0, [N/A], [N/A], [N/A], [N/A], 30, [N/A], [N/A]';
  const [gpu] = mergeCards(parseQuery(row, queryFields), parseXml(log(card())));
  expect(gpu).toMatchObject({ memoryBytes: 80 * 1024 ** 3 });
  expect(gpu?.nvidia).toMatchObject({
    computeCapability: '8.0',
    powerLimitWatts: 400,
    mig: { instances: 2 },
  });
  const [alone] = mergeCards([], parseXml(log(card())));
  expect(alone?.nvidia).toMatchObject({ index: 0, computeCapability: null, uuid: 'GPU-9' });
});
