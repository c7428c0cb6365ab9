import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import { bytes } from '../../models/quantities.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, FolderFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { wantsDocker } from './containers.ts';

const gb = 1e9;

const onFolder = (
  { local }: DoctorFacts,
  what: FolderFacts['what'],
  look: (folder: FolderFacts) => Finding,
): Finding => {
  if (!local) return notChecked('the report holds only the machine');
  const folder = local.folders.find((one) => one.what === what);
  return folder ? look(folder) : notNeeded(`there is no folder for ${what} here`);
};

/** Whether the models are on the same disk: one full disk is one fault. */
const withModels = ({ local }: DoctorFacts, what: FolderFacts['what']): boolean => {
  const mountOf = (wanted: string) => local?.folders.find((one) => one.what === wanted)?.mount ?? null;
  return mountOf(what) !== null && mountOf(what) === mountOf('models');
};

/** Too little for anything: fail; little: warn. Bytes. */
const space = (
  facts: DoctorFacts,
  what: FolderFacts['what'],
  limits: { readonly fail: number; readonly warn: number },
): Finding =>
  onFolder(facts, what, ({ freeBytes, path }) =>
    when(freeBytes, (free) => {
      const seen = `${bytes(free)} free in ${path}`;
      if (free < limits.fail) return fail(seen);
      return free < limits.warn ? warn(seen) : ok(seen);
    }),
  );

const models: Check = {
  id: 'disk-models',
  title: 'There is room for models',
  severity: 'error',
  looks: 'free space where models are kept (HF_HOME, HF_HUB_CACHE or LOCALAI_HOME say where)',
  meaning:
    'A model of 4 billion parameters takes 2.5 GB, one of 30 takes 18 and more; below 0.5 GB nothing useful fits.',
  fix: () =>
    '{localai} models list   # shows sizes; {localai} models rm <model> frees, HF_HOME=/other/disk moves',
  assess: (facts) => space(facts, 'models', { fail: 0.5 * gb, warn: 20 * gb }),
};

const data: Check = {
  id: 'disk-data',
  title: 'There is room for engines and state',
  severity: 'error',
  looks: 'free space in the folders for data and state',
  meaning: 'The embedded engine takes 0.1 to 0.8 GB, logs and state a little more.',
  fix: () => 'df -h   # free some, or move everything: export LOCALAI_HOME=/other/disk/localai',
  assess: (facts) => {
    const state = space(facts, 'state', { fail: 0.02 * gb, warn: 0.2 * gb });
    const engines = space(facts, 'data', { fail: 0.2 * gb, warn: 1 * gb });
    const worse = state.status === 'fail' ? state : engines;
    return worse.status !== 'ok' && withModels(facts, 'data')
      ? notChecked('the same disk as the models: see disk-models')
      : worse;
  },
};

const docker: Check = {
  id: 'disk-docker',
  title: "There is room for vLLM's image",
  severity: 'error',
  looks: "free space at Docker's data folder, while the image is not there yet",
  meaning: 'The image is some 12 GB to download and 30 to 35 GB on the disk.',
  fix: () =>
    'docker system df\ndocker image prune   # asks; or move "data-root" in Docker\'s settings to another disk',
  needs: ['docker-daemon'],
  assess: (facts) => {
    if (!wantsDocker(facts.machine)) return notNeeded('without an NVIDIA card no image is needed');
    const found = factOf(facts.machine.docker);
    const images = found ? factOf(found.images) : undefined;
    if (images?.some((name) => name.includes(`vllm-openai:v${testedVllm}`))) return ok('the image is here');
    return space(facts, 'docker', { fail: 35 * gb, warn: 50 * gb });
  },
};

const writable: Check = {
  id: 'disk-writable',
  title: 'Our folders can be written',
  severity: 'error',
  looks: 'the folders for settings, data, state, models and sockets',
  meaning: 'Something of ours belongs to somebody else, or its disk is read-only.',
  assess: ({ local }) => {
    if (!local) return notChecked('the report holds only the machine');
    const shut = local.folders.filter(({ writable: may, what }) => !may && what !== 'docker');
    if (shut.length === 0)
      return ok(local.folders.filter(({ what }) => what !== 'docker').map(({ path }) => path));
    return fail(
      shut.map(({ what, path }) => `${what}: ${path}`),
      {
        fix: [
          ...shut.map(({ path }) => `sudo chown -R "$USER" "${path}"`),
          '# or, where the disk is read-only: export LOCALAI_HOME=/another/folder',
        ].join('\n'),
      },
    );
  },
};

/** File systems that go over a network or through Windows. */
const slowTypes = /^(9p|drvfs|fuseblk|cifs|smb3?|nfs4?|sshfs|fuse\.\S+|vboxsf|virtiofs)$/;

const slow: Check = {
  id: 'disk-slow',
  title: 'Models lie on a disk of this machine',
  severity: 'warning',
  looks: 'the type of the file system that holds the models',
  meaning:
    'Loading reads every byte of a model. Over a network, or from /mnt/c in WSL, that is 10 to 50 times slower.',
  fix: () => 'export HF_HOME="$HOME/.cache/huggingface"   # or another folder on a disk of this machine',
  assess: (facts) =>
    onFolder(facts, 'models', ({ type, path }) => {
      if (type === null) return notChecked('the type of the file system is not known');
      return slowTypes.test(type) ? warn(`${path} is on ${type}`) : ok(`${path} is on ${type}`);
    }),
};

const temporary: Check = {
  id: 'disk-temporary',
  title: 'There is room for temporary files',
  severity: 'warning',
  looks: 'free space and rights in the temporary folder',
  meaning: 'Sockets, installations and pip need some of it.',
  fix: () => 'df -h "$(dirname "$(mktemp -u)")"   # free some, or: export TMPDIR=/other/disk/tmp',
  assess: (facts) =>
    onFolder(facts, 'temporary files', (folder) =>
      when(folder.freeBytes, (free) => {
        const seen = `${bytes(free)} free in ${folder.path}`;
        if (!folder.writable) return warn(`${folder.path} cannot be written`);
        if (free >= 0.2 * gb) return ok(seen);
        return withModels(facts, folder.what)
          ? notChecked('the same disk as the models: see disk-models')
          : warn(seen);
      }),
    ),
};

export const diskChecks: readonly Check[] = [models, data, docker, writable, slow, temporary];
