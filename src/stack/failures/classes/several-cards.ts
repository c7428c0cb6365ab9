import type { FailureClass } from '../failure-class.ts';

const family = 'FAILED_SEVERAL_CARDS';

/** Cards that work on one model together. */
export const severalCards: readonly FailureClass[] = [
  {
    id: 'shm-too-small',
    family: 'FAILED_SHARED_MEMORY',
    rank: 'certain',
    says: [
      /Insufficient space in \/dev\/shm.*?: (?<needed>\d+) MiB required, (?<free>\d+) MiB free/,
      /Error while creating shared memory segment \/dev\/shm/,
      /insufficient shared memory \(shm\)/,
      /No space left on device:? '?\/dev\/shm/,
      /unable to (?:allocate|write|open) shared memory|failed to (?:allocate|extend|mmap) .*\/dev\/shm/i,
      /\/dev\/shm.*No space left on device/,
    ],
    problem: '/dev/shm is too small[: {needed} MiB are needed, {free} are free]',
    fix: 'In a container raise `shm_size` of the service in compose.override.yaml (e.g. 8gb), then `{localai} up`; on the host `sudo mount -o remount,size=8G /dev/shm`.',
    source: 'vLLM shm_broadcast.py; NCCL shm; PyTorch DataLoader; field reports',
  },
  {
    id: 'nccl',
    family,
    mayPass: true,
    says: [
      /NCCL error\b/,
      /ncclUnhandledCudaError|ncclSystemError|ncclInternalError|ncclRemoteError|ncclInvalidUsage/,
      /DistBackendError/,
      /NCCL_ERROR_\w+/,
    ],
    rank: 'general',
    problem: 'NCCL, which connects the cards, failed',
    fix: 'Put `NCCL_P2P_DISABLE: "1"` into the service in compose.override.yaml (on the host: into the environment) and `{localai} up`; NCCL_DEBUG=INFO makes it say more.',
    source:
      'vLLM distributed/device_communicators/pynccl_wrapper.py; PyTorch ProcessGroupNCCL; field reports',
  },
  {
    id: 'p2p',
    family,
    says: [
      /peer access is not supported between these two devices/,
      /peer-to-peer .*(?:not supported|failed)/i,
      /cudaErrorPeerAccessUnsupported/,
      /custom_all_reduce\.cuh?:\d+ .*(?:invalid argument|error)/i,
    ],
    problem: 'the cards cannot read each other’s memory',
    fix: 'Add `--disable-custom-all-reduce` to `args` in config.yaml, then `{localai} up`.',
    source: 'CUDA error 217; vLLM custom_all_reduce.cuh',
  },
  {
    id: 'heads-not-divisible',
    family: 'FAILED_SETTINGS',
    says: [
      /Total number of attention heads \((?<heads>\d+)\) must be divisible by tensor parallel size \((?<cards>\d+)\)/,
      /(?:vocab|hidden|intermediate)\w* size .* (?:must be|is not) divisible by tensor parallel/i,
    ],
    problem: 'it cannot be shared between so many cards[: {heads} heads on {cards}]',
    fix: 'Share it between 1, 2 or 4 cards: `{localai} plan` shows which; take `--tensor-parallel-size` out of `args`.',
    source: 'vLLM config/model.py',
  },
  {
    id: 'too-few-gpus',
    family,
    says: [
      /World size \((?<wanted>\d+)\) is larger than the number of available GPUs \((?<found>\d+)\)/,
      /tensor parallel size \(?(?<wanted>\d+)\)? (?:cannot be|is) larger than the number of available/i,
      /local rank \d+ is out of bounds|DP adjusted local rank \d+ is out of bounds/,
    ],
    problem: 'it was planned for more cards than there are[: {wanted}, not {found}]',
    fix: 'Plan with those that are there: `{localai} up`.',
    source: 'vLLM config/parallel.py, v1/worker/gpu_worker.py',
  },
  {
    id: 'engine-network',
    family,
    mayPass: true,
    says: [
      /Gloo connectFullMesh failed/,
      /DistNetworkError|DistStoreError/,
      /Unable to find address for:|No IP address found|unable to resolve interface/i,
      /The (?:client|server) socket has (?:failed to|timed out).*(?:connect|listen)/,
    ],
    rank: 'general',
    problem: 'its processes cannot reach each other over the network of this machine',
    fix: 'Set VLLM_HOST_IP=127.0.0.1 and GLOO_SOCKET_IFNAME=lo for the engine, then `{localai} up`.',
    source: 'PyTorch distributed (TCPStore, Gloo)',
  },
];
