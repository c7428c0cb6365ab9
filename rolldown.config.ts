import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'rolldown';

/** The commit that is built, so that `localai version` can name it; null outside a git checkout. */
const commit = (): string | null => {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return null;
  }
};

/** Chunk names carry hashes: what an earlier build left would never be overwritten. */
const emptyFolder: Plugin = {
  name: 'empty-folder',
  renderStart: ({ dir }) => {
    if (dir) rmSync(dir, { recursive: true, force: true });
  },
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const buildFacts: Plugin = {
  name: 'build-facts',
  generateBundle() {
    this.emitFile({
      type: 'asset',
      fileName: 'build.json',
      source: `${JSON.stringify({ version, commit: commit() })}\n`,
    });
  },
};

/** The model that lives in the repository goes along, so that something can be served on a plane. */
const bundledModels: Plugin = {
  name: 'bundled-models',
  generateBundle() {
    const folder = 'src/models/smoke';
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.gguf'))) {
      this.emitFile({ type: 'asset', fileName: `models/${name}`, source: readFileSync(join(folder, name)) });
    }
  },
};

export default defineConfig({
  input: {
    cli: 'src/cli.ts',
    'llamacpp-worker': 'src/engines/llamacpp/worker.ts',
  },
  platform: 'node',
  // Everything is bundled: `npx` of a package without dependencies starts in half a second, not in ten.
  external: [/^node:/],
  transform: { target: 'node18', define: { 'process.env.NODE_ENV': JSON.stringify('production') } },
  plugins: [emptyFolder, buildFacts, bundledModels],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay, so that a stack in a bug report says something.
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
    keepNames: true,
  },
});
