import { join } from 'node:path';
import { type FakeMachine, recordedWith, type Says } from '../support/fake-machine.ts';

const smi =
  (...changes: readonly (readonly [string | RegExp, string])[]) =>
  (machine: FakeMachine) =>
    machine.program('nvidia-smi', recordedWith('nvidia-smi', ...changes));

const smiFails = (says: Omit<Says, 'args'>) => (machine: FakeMachine) =>
  machine.program('nvidia-smi', [{ args: '', ...says }]);

const noModule = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n";
const modinfo = (found: boolean) => (machine: FakeMachine) =>
  machine.program('modinfo', [
    found
      ? { args: '', stdout: '580.105.08\n' }
      : { args: '', exitCode: 1, stderr: 'modinfo: ERROR: Module nvidia not found.\n' },
  ]);

const info = (change: Readonly<Record<string, unknown>>) => (machine: FakeMachine) =>
  machine.dockerInfo(change);
const docker =
  (...says: readonly Says[]) =>
  (machine: FakeMachine) =>
    machine.answer('docker', ...says);
const daemonSays = (stderr: string) =>
  docker({ args: 'info', exitCode: 1, stdout: '{"ServerVersion":""}\n', stderr });

const withoutCdi = { CDISpecDirs: [], DiscoveredDevices: [] };
const runc = { 'io.containerd.runc.v2': {}, runc: {} };
const spec = (driver: string): string =>
  `cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: all\ncontainerEdits:\n  mounts:\n  - hostPath: /usr/lib/libcuda.so.${driver}\n`;
const noGpu =
  'docker: Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]].\n';

export type Fault = readonly [name: string, make: (machine: FakeMachine) => void, expected: string];

const both =
  (...makes: readonly ((machine: FakeMachine) => void)[]) =>
  (machine: FakeMachine): void => {
    for (const make of makes) make(machine);
  };
const env =
  (change: Readonly<Record<string, string>>) =>
  (machine: FakeMachine): void => {
    Object.assign(machine.env, change);
  };

/** One fault each, the check that must find it, and no other. */
export const faults: readonly Fault[] = [
  ['no driver', both((m) => m.remove('nvidia-smi'), modinfo(false)), 'driver-installed'],
  [
    'not built for this kernel',
    both(smiFails({ exitCode: 9, stdout: noModule }), modinfo(false)),
    'driver-module-built',
  ],
  ['built and not loaded', both(smiFails({ exitCode: 9, stdout: noModule }), modinfo(true)), 'driver-loaded'],
  [
    'updated without a restart',
    smiFails({
      exitCode: 18,
      stdout: 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.105\n',
    }),
    'driver-version-match',
  ],
  [
    'no rights to the card',
    smiFails({ exitCode: 4, stdout: 'Failed to initialize NVML: Insufficient Permissions\n' }),
    'driver-rights',
  ],
  [
    'a card fell off the bus',
    smiFails({
      exitCode: 15,
      stdout:
        'Unable to determine the device handle for GPU0: 0000:01:00.0: GPU is lost.  Reboot the system to recover this GPU\n',
    }),
    'driver-card-lost',
  ],
  [
    'the driver knows no card',
    smiFails({ exitCode: 6, stdout: 'No devices were found\n' }),
    'driver-card-lost',
  ],
  ['the driver hangs', smiFails({ sleep: true }), 'driver-answers'],
  ['the driver talks nonsense', smiFails({ stdout: '%$#\n' }), 'driver-answers'],
  [
    'a driver far too old',
    both(
      smi([/580\.105\.08/g, '470.256.02']),
      info(withoutCdi),
      info({ ServerVersion: '28.1.1', CgroupDriver: 'cgroupfs' }),
      (m) => m.program('nvidia-ctk', [{ args: '', stdout: 'NVIDIA Container Toolkit CLI version 1.17.8\n' }]),
    ),
    'driver-version',
  ],
  ['a driver for the older image', smi([/580\.105\.08/g, '550.163.01']), 'driver-version'],
  ['a Pascal card', smi([', 8.9,', ', 6.1,']), 'gpu-capability'],
  ['a card of 4 GiB', smi([', 24564, 742, 23434,', ', 4096, 300, 3700,']), 'gpu-memory'],
  [
    'another program holds the memory',
    smi([', 24564, 742, 23434,', ', 24564, 18742, 5434,']),
    'gpu-memory-free',
  ],
  ['a card with ERR!', smi([', 20.50,', ', [ERR!],']), 'gpu-health'],
  ['MIG without a partition', smi(['<current_mig>N/A', '<current_mig>Enabled']), 'gpu-mig'],
  ['compute prohibited', smi([', Default,', ', Prohibited,']), 'gpu-compute-mode'],
  ['a low power limit', smi([', 450.00, 450.00,', ', 200.00, 450.00,']), 'gpu-power-cap'],
  ['no Docker', (m) => m.remove('docker'), 'docker-installed'],
  [
    'Podman in disguise',
    docker({ args: '--version', stdout: 'podman version 5.7.0\n' }),
    'docker-not-podman',
  ],
  ['Docker elsewhere', env({ DOCKER_HOST: 'ssh://ada@server' }), 'docker-context'],
  [
    'a broken daemon.json',
    both(info({ SecurityOptions: ['name=rootless'] }), (m) =>
      m.file('.config/docker/daemon.json', '{ "runtimes": {}, }'),
    ),
    'docker-config',
  ],
  [
    'no rights to Docker',
    daemonSays(
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n',
    ),
    'docker-rights',
  ],
  [
    'the engine does not run',
    daemonSays(
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    ),
    'docker-daemon',
  ],
  ['the engine hangs', docker({ args: 'info', sleep: true }), 'docker-daemon'],
  [
    'an engine too old',
    info({ ServerVersion: '19.03.15', ...withoutCdi, CgroupDriver: 'cgroupfs' }),
    'docker-version',
  ],
  ['Docker Desktop on Linux', info({ OperatingSystem: 'Docker Desktop' }), 'docker-desktop'],
  ['the vfs driver', info({ Driver: 'vfs' }), 'docker-storage'],
  ['an engine older than 28', info({ ServerVersion: '27.5.1' }), 'security-docker-loopback'],
  [
    'Docker open to the network',
    info({ Warnings: ['WARNING: API is accessible on http://0.0.0.0:2375 without encryption.'] }),
    'security-docker-socket',
  ],
  [
    'no Compose',
    docker({
      args: 'compose version',
      exitCode: 125,
      stderr: "docker: 'compose' is not a docker command.\n",
    }),
    'compose-installed',
  ],
  [
    'only docker-compose',
    both(docker({ args: 'compose version', exitCode: 125 }), (m) => m.program('docker-compose', [])),
    'compose-installed',
  ],
  ['an old Compose', docker({ args: 'compose version', stdout: '2.17.2\n' }), 'compose-version'],
  [
    'no toolkit',
    both(info({ ...withoutCdi, Runtimes: runc }), (m) =>
      m.remove('nvidia-ctk', 'nvidia-container-runtime', 'nvidia-container-runtime-hook'),
    ),
    'toolkit-installed',
  ],
  [
    'a toolkit that Docker does not know',
    both(
      docker({ args: 'run --rm', exitCode: 125, stderr: noGpu }),
      info({ ...withoutCdi, Runtimes: runc }),
      (m) => m.remove('nvidia-container-runtime-hook'),
    ),
    'toolkit-configured',
  ],
  ['no CDI', info(withoutCdi), 'toolkit-cdi'],
  ['CDI of an older driver', (m) => m.file('../cdi/nvidia.yaml', spec('570.86.15')), 'toolkit-cdi-fresh'],
  [
    'an old toolkit',
    (m) => m.program('nvidia-ctk', [{ args: '', stdout: 'NVIDIA Container Toolkit CLI version 1.16.1\n' }]),
    'toolkit-version',
  ],
  [
    'cards lost at daemon-reload',
    both(info({ ServerVersion: '28.1.1', ...withoutCdi }), (m) =>
      m.program('nvidia-ctk', [{ args: '', stdout: 'NVIDIA Container Toolkit CLI version 1.17.8\n' }]),
    ),
    'toolkit-daemon-reload',
  ],
  ['rootless without no-cgroups', info({ SecurityOptions: ['name=rootless'] }), 'toolkit-rootless'],
  [
    'no container gets the card',
    docker({ args: 'run --rm', exitCode: 125, stderr: noGpu }),
    'gpu-path-works',
  ],
  [
    'the card is there, CUDA fails',
    docker({
      args: 'run --rm',
      exitCode: 1,
      stderr: 'Traceback\nRuntimeError: CUDA driver initialization failed: Error 803\n',
    }),
    'gpu-path-works',
  ],
  [
    'one way of asking fails',
    docker({ args: '--runtime nvidia', exitCode: 1, stderr: 'RuntimeError: Error 803\n' }),
    'gpu-path-runtime',
  ],
  [
    'a running container lost its card',
    docker(
      {
        args: 'ps --no-trunc',
        stdout: '{"ID":"4fd1","Names":"localai-vllm-coder-1","Image":"vllm/vllm-openai:v0.32.0"}\n',
      },
      { args: 'exec 4fd1', exitCode: 255, stdout: 'Failed to initialize NVML: Unknown Error\n' },
    ),
    'gpu-path-running',
  ],
  [
    'our folder is under a file',
    (m) => env({ LOCALAI_HOME: join(m.file('file', ''), 'localai') })(m),
    'disk-writable',
  ],
  ['no hub', env({ HF_ENDPOINT: 'http://127.0.0.1:9' }), 'network-hub'],
  ['the hub is forbidden', env({ HF_HUB_OFFLINE: '1' }), 'network-offline'],
  [
    'a dead proxy',
    env({ HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost,127.0.0.1' }),
    'network-proxy',
  ],
  ['a token that is none', env({ HF_TOKEN: 'my-password' }), 'network-token'],
  [
    'npm cannot reach its registry',
    (m) =>
      m.program('npm', [
        { args: 'ping', exitCode: 1, stderr: 'npm error code ENOTFOUND\nnpm error network request failed\n' },
      ]),
    'network-npm',
  ],
  [
    'a setting that is not valid',
    (m) => m.file('localai/config.yaml', 'gateway:\n  port: many\n'),
    'stack-settings',
  ],
  ['a variable of another project', env({ LOCALAI_MODELS_PATH: '/models' }), 'stack-variables'],
  ['letters that are not UTF-8', env({ LANG: 'de_DE.ISO-8859-1' }), 'stack-locale'],
  ['an address of another machine', env({ LOCALAI_GATEWAY_HOST: '192.0.2.1' }), 'port-address'],
  ['a key that others can read', (m) => m.file('localai/owner.key', 'lai-x\n', 0o644), 'security-key-files'],
  [
    'a model with a part missing',
    (m) =>
      m.file(
        'localai/models/models--org--big/snapshots/abc/model.safetensors.index.json',
        '{"weight_map":{"a":"model-00001-of-00002.safetensors"}}',
      ),
    'models-shards',
  ],
];
