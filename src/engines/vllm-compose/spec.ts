import type { GpuRequest } from './gpu-request.ts';

/** What exactly one container of vLLM is to run: JSON. */
export interface VllmComposeSpec {
  /** Its service, e.g. `vllm-coder`. */
  readonly service: string;
  /** The id under which it is served; also the name of its state and log. */
  readonly modelId: string;
  /** Its image, pinned. */
  readonly image: string;
  /** What `vllm serve` is given first: a hub id, or a folder that is mounted under the same path. */
  readonly model: string;
  /** The folder to mount for that; undefined: the model is in the hub's cache. */
  readonly folder?: string;
  /** All flags after the model, the user's among them. */
  readonly flags: readonly string[];
  readonly gpu: GpuRequest;
  /** Engines with the same lock start one after another. */
  readonly startLock: string;
  readonly order: number;
  readonly sleeps: boolean;
  /** Seconds that its health may take to come, the engines before it among them. */
  readonly startPeriod: number;
  /** Bytes. */
  readonly memory: number;
  readonly sharedMemory: number;
}
