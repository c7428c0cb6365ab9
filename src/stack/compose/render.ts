import { type Document, isMap, parseDocument } from 'yaml';
import type { EngineService } from '../../engines/engine.ts';

/** What a Compose file is made of, beside the template. */
export interface ComposeParts {
  readonly project: string;
  /** The stack's folder, as a mark on every container. */
  readonly folder: string;
  readonly version: string;
  /** In the order in which they are started. */
  readonly services: readonly EngineService[];
  /** Repositories of the hub that the engines read. */
  readonly repositories: readonly string[];
}

/** Marks a container as one of a stack of ours. */
const stackLabel = 'dev.localai.stack';

const labelled = ({ folder, version }: ComposeParts): Readonly<Record<string, string>> => ({
  [stackLabel]: folder.replaceAll('$', '$$$$'),
  'dev.localai.version': version,
});

/** Engines wait for the download. */
const waiting = { depends_on: { pull: { condition: 'service_completed_successfully' } } };

const setService = (document: Document, name: string, body: Readonly<Record<string, unknown>>): void => {
  document.setIn(['services', name], document.createNode(body, { aliasDuplicateObjects: false }));
};

/** The text of compose.yaml: the template with the engines put in. Pure. */
export const renderCompose = (template: string, parts: ComposeParts): string => {
  const document = parseDocument(template);
  if (document.errors.length > 0 || !isMap(document.get('services'))) {
    throw new Error('templates/compose/compose.yaml is no Compose file');
  }
  const { project, services, repositories } = parts;
  document.set('name', project);
  const labels = labelled(parts);
  document.setIn(['services', 'gateway', 'labels'], labels);
  if (repositories.length > 0) {
    document.setIn(['services', 'pull', 'labels'], labels);
    document.setIn(
      ['services', 'pull', 'command'],
      document.createNode(['pull', '--json', ...repositories.map((repo) => `hf:${repo}`)]),
    );
  } else {
    for (const path of [['services', 'pull'], ['networks', 'egress'], ['secrets']]) document.deleteIn(path);
  }
  for (const { name, body } of services) {
    setService(document, name, { ...body, ...(repositories.length > 0 ? waiting : {}), labels });
  }
  return document.toString({ lineWidth: 0 });
};
