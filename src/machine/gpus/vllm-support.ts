/** What vLLM's images run on, as data. Sources: vLLM's Dockerfile, NVIDIA's CUDA compatibility guide. */

/** An image of the tested version and what it asks of the machine. */
export interface VllmImage {
  readonly name: string;
  readonly cuda: string;
  /** Smallest driver branch, by CUDA's minor-version compatibility. */
  readonly driver: number;
  /** The driver's branch that has this CUDA itself. */
  readonly nativeDriver: number;
  /** Whether a source says that the tag exists for the tested version. */
  readonly confirmed: boolean;
  readonly source: string;
}

/** The version that localai is tested with. */
export const testedVllm = '0.32.0';

/** Best first. */
export const vllmImages: readonly VllmImage[] = [
  {
    name: `vllm/vllm-openai:v${testedVllm}`,
    cuda: '13.0',
    driver: 580,
    nativeDriver: 580,
    confirmed: true,
    source: 'vLLM docker/Dockerfile; CUDA 13.x needs driver 580 or newer',
  },
  {
    name: `vllm/vllm-openai:v${testedVllm}-cu129`,
    cuda: '12.9',
    driver: 525,
    nativeDriver: 575,
    confirmed: false,
    source: 'vLLM publish-release-images.sh; CUDA 12.x needs driver 525 or newer',
  },
];

/** Compute capabilities that the image is built for (x86 list: 7.5 8.0 8.6 8.9 9.0 10.0 12.0). */
export const smallestCapability = 7.5;
/** From this on a card computes in bf16; older ones must use half. */
export const bf16Capability = 8;
/** From this on the cache can be kept in fp8 on every attention backend. */
export const fp8CacheCapability = 8.9;

/** Whether vLLM runs on a card of this capability under this driver, and in which image; else what would help. */
export type VllmVerdict =
  | { readonly runs: true; readonly image: VllmImage; readonly half: boolean }
  | { readonly runs: false; readonly reason: 'card-too-old' | 'driver-too-old'; readonly driver: number };

/** `driver` is the branch, e.g. 580 of `580.65.06`; undefined when it is not known, which rules nothing out. Pure. */
export const vllmOn = (capability: number, driver: number | undefined): VllmVerdict => {
  const smallest = Math.min(...vllmImages.map((image) => image.driver));
  if (capability < smallestCapability) return { runs: false, reason: 'card-too-old', driver: smallest };
  const image = vllmImages.find((one) => driver === undefined || driver >= one.driver);
  if (!image) return { runs: false, reason: 'driver-too-old', driver: smallest };
  return { runs: true, image, half: capability < bf16Capability };
};
