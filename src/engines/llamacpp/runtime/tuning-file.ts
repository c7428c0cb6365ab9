import { z } from 'zod';
import type { System } from '../../../system/system.ts';

const measured = z.object({
  decode: z.number().int().min(1),
  prefill: z.number().int().min(1),
  tokensPerSecond: z.number().nullable(),
});

const verified = z.object({ size: z.number(), modified: z.number(), inode: z.number(), sha256: z.string() });

const schema = z.object({
  schemaVersion: z.literal(1),
  /** By machine and model. */
  threads: z.record(z.string(), measured),
  /** Files whose hash was checked, by path, as they were then. */
  verified: z.record(z.string(), verified),
});

type Tuning = z.infer<typeof schema>;
export type MeasuredThreads = z.infer<typeof measured>;
export type VerifiedFile = z.infer<typeof verified>;

const empty: Tuning = { schemaVersion: 1, threads: {}, verified: {} };

/** What was found out about this machine and its models, kept from one start to the next. Losing it costs time only. */
export class TuningFile {
  readonly #system: System;
  readonly #path: string;

  constructor(system: System, path: string) {
    this.#system = system;
    this.#path = path;
  }

  async threads(key: string): Promise<MeasuredThreads | undefined> {
    return (await this.#read()).threads[key];
  }

  async keepThreads(key: string, value: MeasuredThreads): Promise<void> {
    const now = await this.#read();
    await this.#write({ ...now, threads: { ...now.threads, [key]: value } });
  }

  async verified(path: string): Promise<VerifiedFile | undefined> {
    return (await this.#read()).verified[path];
  }

  async keepVerified(path: string, value: VerifiedFile): Promise<void> {
    const now = await this.#read();
    await this.#write({ ...now, verified: { ...now.verified, [path]: value } });
  }

  /** A file that is absent, broken or of another version counts as empty. */
  async #read(): Promise<Tuning> {
    const text = (await this.#system.files.readText(this.#path)) ?? '';
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return empty;
    }
  }

  async #write(tuning: Tuning): Promise<void> {
    await this.#system.files.writeAtomic(this.#path, `${JSON.stringify(tuning, null, 2)}\n`);
  }
}
