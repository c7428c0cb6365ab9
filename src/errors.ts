/**
 * The registry of everything that can go wrong on purpose.
 *
 * Each entry says what failed (`message`), what to type next (`hint`), how the process ends (`exit`) and, where
 * the gateway can answer with it, the HTTP status. `docs/errors.md` and `docs/exit-codes.md` are tested against it.
 * `{name}` in a text is a parameter of that error; `{localai}` is replaced when shown by the words the user typed
 * (`localai` or `npx localai`).
 */

/** Who has to act: the person who typed (`usage`), the world outside (`outside`), or we (`bug`). */
export type ErrorKind = 'usage' | 'outside' | 'bug';

/** Process exit codes; stable interface, documented in docs/exit-codes.md. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  network: 4,
  disk: 5,
  model: 6,
  engine: 7,
  port: 8,
  busy: 9,
  config: 10,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

type ExitName = keyof typeof exitCodes;

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly exit: ExitName;
  /** Set where the gateway or an engine answers a request with this error. */
  readonly http?: number;
  readonly message: string;
  readonly hint: string;
}

const entry = <const E extends ErrorEntry>(e: E): E => e;

export const errors = {
  // Wrong use
  USAGE: entry({
    kind: 'usage',
    exit: 'usage',
    message: '{problem}',
    hint: 'See `{localai} {command} --help`.',
  }),
  NEEDS_TTY: entry({
    kind: 'usage',
    exit: 'usage',
    message: 'This would ask "{question}", but there is no terminal to ask on.',
    hint: 'Answer with {flag} instead.',
  }),
  COMMAND_LINE: entry({
    kind: 'usage',
    exit: 'usage',
    message: '{problem}',
    hint: '{nearest}All commands: `{localai} --help`.',
  }),
  CHECK_UNKNOWN: entry({
    kind: 'usage',
    exit: 'usage',
    message: 'There is no check and no group of checks named "{name}".',
    hint: '{nearest}All of them: docs/doctor.md, or `{localai} doctor -v`.',
  }),
  REPORT_UNUSABLE: entry({
    kind: 'usage',
    exit: 'usage',
    message: '{file} cannot be read as a report: {problem}.',
    hint: 'Write one on the other machine with `{localai} doctor --report machine.json`.',
  }),
  CANCELLED: entry({
    kind: 'usage',
    exit: 'interrupted',
    message: 'Stopped before it was done; nothing is lost.',
    hint: 'Run the same command again to go on where it stopped.',
  }),
  TERMINATED: entry({
    kind: 'outside',
    exit: 'terminated',
    message: 'Told to stop before it was done; nothing is lost.',
    hint: 'Run the same command again to go on where it stopped.',
  }),

  // Settings
  CONFIG_SYNTAX: entry({
    kind: 'usage',
    exit: 'config',
    message: '{file}:{line}: not valid YAML: {problem}',
    hint: 'Correct that line, or start over with `mv {file} {file}.old`.',
  }),
  CONFIG_UNKNOWN_KEY: entry({
    kind: 'usage',
    exit: 'config',
    message: '{place}: there is no setting "{key}".',
    hint: '{nearest}All settings: `{localai} config list`.',
  }),
  CONFIG_BAD_VALUE: entry({
    kind: 'usage',
    exit: 'config',
    message: '{place}: {key}: {problem}',
    hint: '{key} is {description}',
  }),
  FILE_TOO_NEW: entry({
    kind: 'outside',
    exit: 'config',
    message: '{file} was written by a newer localai (format {found}; this one reads up to {known}).',
    hint: 'Use the newer version, or move the file away: `mv {file} {file}.newer`.',
  }),
  FILE_DAMAGED: entry({
    kind: 'outside',
    exit: 'config',
    message: '{file} cannot be read: {problem}',
    hint: 'Move it away and try again: `mv {file} {file}.damaged`.',
  }),

  GATEWAY_FILE: entry({
    kind: 'usage',
    exit: 'config',
    message: '{place}: {key}: {problem}',
    hint: '`{localai} up` writes this file anew; one of your own is given with `{localai} serve --config <file>`.',
  }),
  GATEWAY_FILE_MISSING: entry({
    kind: 'outside',
    exit: 'config',
    message: 'There is no {file}, so nothing says what to serve.',
    hint: 'Let `{localai} up` write it, or name one with `{localai} serve --config <file>`.',
  }),

  // The running server
  NOT_RUNNING: entry({
    kind: 'outside',
    exit: 'notRunning',
    message: 'localai is not running.',
    hint: 'Start it with `{localai} up`.',
  }),
  PORT_BUSY: entry({
    kind: 'outside',
    exit: 'port',
    message: 'Port {port} on {host} is in use by {holder}.',
    hint: 'The next free port is {free}: `{localai} up --port {free}`.',
  }),
  BUSY: entry({
    kind: 'outside',
    exit: 'busy',
    message: 'Another localai is busy with "{what}" (process {pid}, since {since}).',
    hint: 'Wait for it, or end it with `kill {pid}`, then try again.',
  }),
  START_FAILED: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'The server stopped while starting: {problem}',
    hint: 'The log has the details: `{localai} logs`.',
  }),
  STOP_FAILED: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'These are still there after `down`: {left}.',
    hint: 'End them by hand: `kill -9 {pids}`, then `{localai} down` again.',
  }),
  GATEWAY_UNREACHABLE: entry({
    kind: 'outside',
    exit: 'notRunning',
    message: 'The gateway at {url} does not answer: {problem}',
    hint: 'See what it says with `{localai} status` and `{localai} logs`.',
  }),
  KEY_REFUSED: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'The gateway at {url} refused the API key: {problem}',
    hint: 'For another machine give its key in LOCALAI_API_KEY; for this one, unset that variable.',
  }),
  REQUEST_FAILED: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'The gateway answered {status}: {problem}',
    hint: 'See `{localai} status`; `{localai} logs` has the details.',
  }),

  // Models on disk
  MODEL_UNKNOWN: entry({
    kind: 'usage',
    exit: 'model',
    http: 404,
    message: 'There is no model "{model}" in the catalogue.',
    hint: '{nearest}Catalogue: `{localai} models catalog`. From the hub: hf:org/repo, a bare org/repo, or a local path.',
  }),
  MODEL_REFERENCE: entry({
    kind: 'usage',
    exit: 'usage',
    message: '"{reference}" is not a model reference: {problem}',
    hint: 'Use a catalogue name, hf:org/repo[@rev][/file], org/repo, a path, or pypi:name==version/file.',
  }),
  MODEL_FILE_MISSING: entry({
    kind: 'outside',
    exit: 'model',
    message: 'The model file {file} does not exist.',
    hint: 'Fetch it with `{localai} pull {reference}`.',
  }),
  MODEL_NOT_SERVABLE: entry({
    kind: 'outside',
    exit: 'model',
    message: '{model} cannot be served here: {problem}',
    hint: 'See what fits this machine: `{localai} models catalog`.',
  }),
  MODEL_NOT_PLANNABLE: entry({
    kind: 'outside',
    exit: 'model',
    message: 'No plan can be made for {model}: {problem}.',
    hint: 'See what can be planned: `{localai} models catalog`.',
  }),
  MODEL_NEEDS_CARD: entry({
    kind: 'outside',
    exit: 'model',
    message: '{model} is served by vLLM on NVIDIA cards, not by the engine of this machine.',
    hint: 'Plan it for a card: `{localai} plan {model} --vram {gb}`.',
  }),
  MODEL_DOES_NOT_FIT: entry({
    kind: 'outside',
    exit: 'model',
    message: '{model} does not fit {cards}: {problem}.',
    hint: 'What would do instead: `{localai} plan {model}`. With --context you choose a shorter one.',
  }),
  CARD_UNKNOWN: entry({
    kind: 'usage',
    exit: 'usage',
    message: 'No graphics card is known as "{card}".{nearest}',
    hint: 'Give its memory instead: `{localai} plan --vram 24`.',
  }),
  MODEL_NOT_HERE: entry({
    kind: 'usage',
    exit: 'model',
    message: 'There is no model "{model}" on this disk.',
    hint: '{nearest}What is here: `{localai} models list`. To fetch one: `{localai} pull <model>`.',
  }),
  MODEL_NOT_OURS: entry({
    kind: 'usage',
    exit: 'model',
    message: '{model} is on this disk, but localai did not fetch it.',
    hint: 'To remove it all the same: `{localai} models rm {model} --force`.',
  }),
  MODEL_IN_USE: entry({
    kind: 'usage',
    exit: 'model',
    message: '{model} is being served now.',
    hint: 'Stop it first with `{localai} down`.',
  }),
  NO_MODEL: entry({
    kind: 'outside',
    exit: 'model',
    message: 'No model can be had here: {problem}',
    hint: 'Give one yourself: `{localai} up --model /path/to/model.gguf`.',
  }),

  // Containers
  DOCKER_FAILED: entry({
    kind: 'outside',
    exit: 'engine',
    message: '`{command}` failed: {problem}',
    hint: '`{localai} doctor --only docker,compose` looks for the cause.',
  }),
  DOCKER_DOWN: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'Docker does not answer: {problem}',
    hint: 'Start it (`sudo systemctl start docker`), then run the same command again.',
  }),
  DOCKER_RIGHTS: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'This user may not talk to Docker.',
    hint: 'Join its group with `sudo usermod -aG docker $USER`, log in anew, then run the same command again.',
  }),
  COMPOSE_MISSING: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'Docker Compose v2 is not installed here.',
    hint: '`{localai} doctor --only compose` has the command that installs it.',
  }),
  GPU_PATH: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'A container does not get the graphics card: {problem}',
    hint: '`{localai} doctor --only toolkit,gpu-path` looks for the cause and has the commands that repair it.',
  }),
  IMAGE_UNAVAILABLE: entry({
    kind: 'outside',
    exit: 'network',
    message: 'The image {image} is not here and cannot be pulled: {problem}',
    hint: 'Try `docker pull {image}`. From a machine with a network: `docker save {image} | ssh <this machine> docker load`.',
  }),
  IMAGE_REFUSED: entry({
    kind: 'outside',
    exit: 'network',
    message: 'The registry does not hand out {image}: {problem}',
    hint: 'Log in with `docker login`, or set another image in .env of the stack; then run the same command again.',
  }),
  STACK_FOREIGN: entry({
    kind: 'outside',
    exit: 'busy',
    message: 'Containers named {project} belong to another stack, in {folder}.',
    hint: 'Stop it with `docker compose -p {project} down`, then run the same command again.',
  }),
  STACK_LEFT: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'Some of the stack is still there: {left}.',
    hint: 'Remove it with `docker compose -p {project} down --remove-orphans`, then run `{localai} down` again.',
  }),
  STACK_OVERRIDE: entry({
    kind: 'outside',
    exit: 'config',
    message: 'The files of the stack do not fit together: {problem}',
    hint: 'Look at compose.override.yaml and .env in {folder}, which are yours; `docker compose config -q` there checks them.',
  }),
  NOT_BUILT: entry({
    kind: 'usage',
    exit: 'failed',
    message: 'There is no {file}: this checkout was not built, and the containers run what was built.',
    hint: 'Build it with `npm run build`, then run the same command again.',
  }),

  // Downloads
  HUB_UNREACHABLE: entry({
    kind: 'outside',
    exit: 'network',
    message: 'The model hub at {endpoint} cannot be reached: {problem}',
    hint: 'Check the network or set HF_ENDPOINT to a mirror, HTTPS_PROXY to a proxy; then run the same command again.',
  }),
  HUB_OFFLINE: entry({
    kind: 'outside',
    exit: 'network',
    message: '{model} is not on this disk, and HF_HUB_OFFLINE is set.',
    hint: 'Unset HF_HUB_OFFLINE and run the same command again.',
  }),
  HUB_NOT_FOUND: entry({
    kind: 'outside',
    exit: 'model',
    message: 'The hub has no {what}.',
    hint: 'Check the name; a private model needs a token: set HF_TOKEN.',
  }),
  HUB_GATED: entry({
    kind: 'outside',
    exit: 'model',
    message: '{model} is gated: its owner wants you to accept a licence first.',
    hint: 'Accept it at {page}, then give a token: `export HF_TOKEN=hf_…` and run the same command again.',
  }),
  HUB_TOKEN: entry({
    kind: 'outside',
    exit: 'model',
    message: 'The hub refused the token for {model}.',
    hint: 'Make one at {page} and `export HF_TOKEN=hf_…`, then run the same command again.',
  }),
  HUB_FAILED: entry({
    kind: 'outside',
    exit: 'network',
    message: 'The hub answered {status} for {url}.',
    hint: 'Run the same command again; what was downloaded is kept.',
  }),
  DOWNLOAD_CUT: entry({
    kind: 'outside',
    exit: 'network',
    message: 'The download of {file} broke off at {have} of {want}: {problem}',
    hint: 'Run the same command again: it goes on from there.',
  }),
  DOWNLOAD_CORRUPT: entry({
    kind: 'outside',
    exit: 'network',
    message: '{file} arrived damaged (sha256 {found}, expected {expected}); it was thrown away.',
    hint: 'Run the same command again. If it happens twice, the hub or a proxy between is at fault.',
  }),
  DISK_FULL: entry({
    kind: 'outside',
    exit: 'disk',
    message: 'Not enough disk at {path}: {needed} needed, {free} free.',
    hint: 'Free some (`{localai} models list` shows sizes, `{localai} models rm` removes), or set HF_HOME to another disk.',
  }),
  PIP_MISSING: entry({
    kind: 'outside',
    exit: 'model',
    message: 'pip is needed to fetch {what}, and this machine has none.',
    hint: 'Install it (Debian, Ubuntu: `sudo apt install python3-pip`), or name another model with --model.',
  }),
  PIP_FAILED: entry({
    kind: 'outside',
    exit: 'network',
    message: 'pip could not fetch {what}: {problem}',
    hint: 'Try `python3 -m pip download --no-deps {what}` to see why.',
  }),

  // Engines that ended, by the reason that their log gives (src/stack/failures)
  FAILED_GPU_MEMORY: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The memory of the graphics card is too small for {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_HOST_MEMORY: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'Main memory is too small for {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_CONTEXT: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The context asked of {model} is too large: {problem}.',
    hint: '{fix}',
  }),
  FAILED_NO_GPU: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The engine for {model} got no graphics card: {problem}.',
    hint: '{fix}',
  }),
  FAILED_DRIVER: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The graphics driver does not let {model} run: {problem}.',
    hint: '{fix}',
  }),
  FAILED_GPU_UNFIT: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The graphics card cannot run {model} as it is: {problem}.',
    hint: '{fix}',
  }),
  FAILED_HARDWARE: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The hardware failed {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_SEVERAL_CARDS: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The graphics cards cannot work on {model} together: {problem}.',
    hint: '{fix}',
  }),
  FAILED_SHARED_MEMORY: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The processes of {model} cannot exchange data: {problem}.',
    hint: '{fix}',
  }),
  FAILED_MODEL_UNSUPPORTED: entry({
    kind: 'outside',
    exit: 'model',
    http: 503,
    message: 'The engine cannot run {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_MODEL_FILES: entry({
    kind: 'outside',
    exit: 'model',
    http: 503,
    message: 'The files of {model} cannot be used: {problem}.',
    hint: '{fix}',
  }),
  FAILED_MODEL_ACCESS: entry({
    kind: 'outside',
    exit: 'network',
    http: 503,
    message: 'The engine cannot get {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_SETTINGS: entry({
    kind: 'outside',
    exit: 'config',
    http: 503,
    message: 'The engine does not take the settings of {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_DISK: entry({
    kind: 'outside',
    exit: 'disk',
    http: 503,
    message: 'There is no room for {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_PERMISSION: entry({
    kind: 'outside',
    exit: 'disk',
    http: 503,
    message: 'The engine for {model} lacks rights: {problem}.',
    hint: '{fix}',
  }),
  FAILED_PORT: entry({
    kind: 'outside',
    exit: 'port',
    http: 503,
    message: 'The engine for {model} cannot listen: {problem}.',
    hint: '{fix}',
  }),
  FAILED_LIMIT: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'A limit of this machine stops {model}: {problem}.',
    hint: '{fix}',
  }),
  FAILED_SOFTWARE: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The software of the engine for {model} failed: {problem}.',
    hint: '{fix}',
  }),
  FAILED_CONTAINER: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The container for {model} could not be started: {problem}.',
    hint: '{fix}',
  }),
  FAILED_IMAGE: entry({
    kind: 'outside',
    exit: 'network',
    http: 503,
    message: 'The image of the engine for {model} could not be had: {problem}.',
    hint: '{fix}',
  }),
  FAILED_KILLED: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The engine for {model} was ended from outside: {problem}.',
    hint: '{fix}',
  }),
  FAILED_UNCLASSIFIED: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The engine for {model} ended, and why is not known. Its last words: {problem}',
    hint: '{fix}',
  }),

  // Engines
  ENGINE_INSTALL: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'The engine {engine} could not be installed: {problem}',
    hint: 'Check that `npm ping` works, then run the same command again.',
  }),
  VLLM_INSTALL: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'vLLM could not be installed: {problem}',
    hint: '{fix}',
  }),
  ENGINE_UNAVAILABLE: entry({
    kind: 'outside',
    exit: 'engine',
    message: 'The engine {engine} cannot run here: {problem}',
    hint: '`{localai} doctor` looks for the cause; --engine chooses another.',
  }),
  ENGINE_ARGS: entry({
    kind: 'usage',
    exit: 'config',
    message: 'The flags that `args` and `removeArgs` give {model} cannot be used: {problem}.',
    hint: 'Look at them with `{localai} config list`, and change them in config.yaml.',
  }),
  ENGINE_LOAD: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: '{model} could not be loaded: {problem}',
    hint: 'The engine log says more: `{localai} logs engine`.',
  }),
  ENGINE_CRASHED: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The engine for {model} ended unexpectedly ({how}).',
    hint: 'It is started again by itself, at most {budget} times in {minutes} minutes; see `{localai} logs engine`.',
  }),
  ENGINE_GAVE_UP: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message:
      'The engine for {model} crashed {times} times in {minutes} minutes and is left stopped: {problem}',
    hint: 'See `{localai} logs engine`; try again with `{localai} restart`.',
  }),
  NODE_TOO_OLD: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'Node {found} is too old (22.19 or newer is needed).',
    hint: 'Run it on a newer Node: `{command}`.',
  }),
  COMMAND_MISSING: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'The program {command} is not on this machine.',
    hint: '{advice}',
  }),
  COMMAND_FAILED: entry({
    kind: 'outside',
    exit: 'failed',
    message: '`{command}` failed ({how}): {problem}',
    hint: 'Run it by hand to see more.',
  }),
  NO_SPACE: entry({
    kind: 'outside',
    exit: 'disk',
    message: 'The disk is full: {problem}',
    hint: 'Free some (`{localai} models list` shows sizes, `{localai} models rm` removes), then try again.',
  }),
  PATH_UNUSABLE: entry({
    kind: 'outside',
    exit: 'disk',
    message: '{path} cannot be used: {problem}',
    hint: 'Move away what is in the way, or set LOCALAI_HOME to another folder.',
  }),
  PERMISSION: entry({
    kind: 'outside',
    exit: 'disk',
    message: 'No permission for {path}: {problem}',
    hint: 'Make it yours (`sudo chown -R "$USER" {path}`), or set LOCALAI_HOME to a folder that is.',
  }),

  // The gateway
  UNAUTHORIZED: entry({
    kind: 'outside',
    exit: 'failed',
    http: 401,
    message: 'Missing or wrong API key.',
    hint: 'Send `Authorization: Bearer <key>`; `{localai} key show` prints yours.',
  }),
  KEY_MISSING: entry({
    kind: 'outside',
    exit: 'failed',
    message: 'There is no API key yet.',
    hint: '`{localai} up` makes one; so does `{localai} key rotate`.',
  }),
  EXPOSED_WITHOUT_KEY: entry({
    kind: 'outside',
    exit: 'config',
    message: 'The gateway is set to be reachable from the network, but there is no API key.',
    hint: 'Make one with `{localai} key rotate`, give one in API_KEY or API_KEY_FILE, or listen on 127.0.0.1 only.',
  }),
  UPSTREAM_KEY: entry({
    kind: 'outside',
    exit: 'config',
    message: 'The API key for the engine of {model} cannot be had: {problem}',
    hint: 'Correct `upstreamKey` of that model in gateway.yaml, or what it names.',
  }),
  KEY_FILE_UNUSABLE: entry({
    kind: 'outside',
    exit: 'config',
    message: 'API_KEY_FILE names {file}, which {problem}, so nobody could use the gateway.',
    hint: 'Write the key into that file, or unset API_KEY_FILE.',
  }),
  KEY_UNKNOWN: entry({
    kind: 'usage',
    exit: 'failed',
    message: 'There is no API key named "{name}".',
    hint: '{nearest}All keys: `{localai} key list`.',
  }),
  KEY_NAME: entry({
    kind: 'usage',
    exit: 'usage',
    message: '"{name}" cannot be the name of an API key.',
    hint: 'Take up to 64 letters, figures and `.`, `_`, `-`, `@`, `+`; owner, environment and anyone are taken.',
  }),
  KEY_EXISTS: entry({
    kind: 'usage',
    exit: 'failed',
    message: 'There is an API key named "{name}" already.',
    hint: 'Choose another name, or replace that key with `{localai} key rotate {name}`.',
  }),
  KEY_PAST: entry({
    kind: 'usage',
    exit: 'usage',
    message: 'The API key "{name}" has expired, and a new one would have the same time.',
    hint: 'Give it another: `{localai} key rotate {name} --expires 30d`.',
  }),
  KEY_NOT_KEPT: entry({
    kind: 'usage',
    exit: 'failed',
    message: 'The API key "{name}" was shown once, when it was made; only its hash is kept.',
    hint: 'Replace it with a new one: `{localai} key rotate {name}`.',
  }),
  KEY_IS_OWNER: entry({
    kind: 'usage',
    exit: 'failed',
    message: 'The owner key cannot be taken away: localai itself uses it.',
    hint: 'Replace it with a new one: `{localai} key rotate`.',
  }),

  // What a request asks of the embedded engine
  SCHEMA: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: 'The JSON schema cannot be used: {place}: {problem}',
    hint: 'Correct the schema in the request.',
  }),
  CHAT_TEMPLATE: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: "The model's chat template refuses these messages: {problem}",
    hint: 'Change the order or the roles of the messages.',
  }),
  CHAT_CONTENT: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: 'messages[{index}].content has a part of type "{type}", but this model takes text only.',
    hint: 'Send text only, or serve a model that takes it.',
  }),

  ANSWER_INVALID: entry({
    kind: 'outside',
    exit: 'failed',
    http: 500,
    message: 'The model twice gave an answer that does not meet the schema: {problem}',
    hint: 'Send it again, simplify the schema, or use a larger model.',
  }),

  ORIGIN_NOT_ALLOWED: entry({
    kind: 'outside',
    exit: 'failed',
    http: 403,
    message: 'Web pages of that origin may not use this gateway.',
    hint: 'Allow it with `{localai} config set gateway.allowedOrigins {origin}` (several: with commas), then `{localai} up`; in a gateway.yaml of your own, under `allowedOrigins`.',
  }),
  URL_TOO_LONG: entry({
    kind: 'usage',
    exit: 'failed',
    http: 414,
    message: 'The address is longer than {limit} bytes.',
    hint: 'Send what is long in the body.',
  }),
  HEADERS_TOO_LARGE: entry({
    kind: 'usage',
    exit: 'failed',
    http: 431,
    message: 'The headers are larger than the {limit} KiB that are taken.',
    hint: 'Send fewer or shorter headers; large cookies are a usual reason.',
  }),
  REQUEST_TOO_SLOW: entry({
    kind: 'outside',
    exit: 'failed',
    http: 408,
    message: 'The request did not arrive in time.',
    hint: 'Send it again, over a faster connection if it is large.',
  }),
  LISTEN_FAILED: entry({
    kind: 'outside',
    exit: 'port',
    message: 'The gateway cannot listen on {host}, port {port}: {problem}',
    hint: 'Choose another address: `{localai} up --port 8080`, or set gateway.host.',
  }),
  SOCKET_FAILED: entry({
    kind: 'outside',
    exit: 'port',
    message: 'The gateway cannot listen on the socket {path}: {problem}',
    hint: 'Choose another path for `listen.socket` in gateway.yaml, or see who has it with `lsof {path}`.',
  }),
  HOST_NOT_ALLOWED: entry({
    kind: 'outside',
    exit: 'failed',
    http: 403,
    message: 'The gateway does not answer to the host name in this request.',
    hint: 'Use 127.0.0.1 or localhost, or allow it with `{localai} config set gateway.allowedHosts {host}` (several: with commas), then `{localai} up`; in a gateway.yaml of your own, under `allowedHosts`.',
  }),
  KEY_EXPIRED: entry({
    kind: 'outside',
    exit: 'failed',
    http: 401,
    message: 'The API key "{name}" expired on {date}.',
    hint: 'Use another one, or renew it: `{localai} key rotate {name} --expires 30d`.',
  }),
  FAILED_KEYS: entry({
    kind: 'outside',
    exit: 'failed',
    http: 429,
    message: 'Too many requests with a missing or wrong API key came from this address.',
    hint: 'Try again in {retryAfter} s, with the right key.',
  }),
  ADDRESS_RATE: entry({
    kind: 'outside',
    exit: 'failed',
    http: 429,
    message: 'An address may send {perMinute} requests a minute without a key, and yours has sent them.',
    hint: 'Try again in {retryAfter} s.',
  }),
  KEY_SCOPE: entry({
    kind: 'outside',
    exit: 'failed',
    http: 403,
    message: 'The API key "{name}" may not do this; it lacks the scope "{scope}".',
    hint: 'Use a key with that scope; `{localai} key show` prints the owner key, which has all.',
  }),
  KEY_MODEL: entry({
    kind: 'outside',
    exit: 'failed',
    http: 403,
    message: 'The API key "{name}" may not use the model "{model}".',
    hint: 'GET /v1/models lists those that it may.',
  }),
  RATE_LIMITED: entry({
    kind: 'outside',
    exit: 'failed',
    http: 429,
    message: 'The API key "{name}" may send {perMinute} requests a minute and has sent them.',
    hint: 'Try again in {retryAfter} s.',
  }),
  KEY_BUSY: entry({
    kind: 'outside',
    exit: 'failed',
    http: 429,
    message: 'The API key "{name}" may have {parallel} requests open at once and has them.',
    hint: 'Try again in {retryAfter} s, or send fewer at once.',
  }),
  ROUTE_UNKNOWN: entry({
    kind: 'usage',
    exit: 'failed',
    http: 404,
    message: 'There is nothing at this address.',
    hint: 'The OpenAI API is under /v1, for instance POST /v1/chat/completions and GET /v1/models.',
  }),
  METHOD_NOT_ALLOWED: entry({
    kind: 'usage',
    exit: 'failed',
    http: 405,
    message: 'This address answers to {allowed} only.',
    hint: 'Send {allowed} instead.',
  }),
  SERVED_MODEL_UNKNOWN: entry({
    kind: 'usage',
    exit: 'failed',
    http: 404,
    message: 'No model named "{model}" is served here.',
    hint: '{nearest}GET /v1/models lists those that are.',
  }),
  REQUEST_NOT_JSON: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: 'The body is not valid JSON: at position {at} (line {line}, column {column}) {problem}.',
    hint: 'Correct the body and send it again.',
  }),
  REQUEST_INVALID: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: 'The request cannot be taken: {problem}',
    hint: 'Correct it and send it again.',
  }),
  REQUEST_PARAMETER: entry({
    kind: 'usage',
    exit: 'failed',
    http: 400,
    message: '`{param}` {problem}',
    hint: 'Correct it and send the request again.',
  }),
  REQUEST_TOO_LARGE: entry({
    kind: 'usage',
    exit: 'failed',
    http: 413,
    message: 'The body is larger than the {limit} MiB that are taken.',
    hint: 'Send less: shorter messages, smaller or fewer images. Or take more: `{localai} config set limits.bodyMiB <MiB>`, then `{localai} up`.',
  }),
  MODEL_LOADING: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: '{model} is still loading ({phase}).',
    hint: 'Try again in {retryAfter} s.',
  }),
  QUEUE_FULL: entry({
    kind: 'outside',
    exit: 'engine',
    http: 429,
    message: '{model} is busy: {running} requests run and {waiting} wait, which is as many as may.',
    hint: 'Try again in {retryAfter} s, or send fewer at once.',
  }),
  QUEUE_TIMEOUT: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: '{model} is busy: the request waited {seconds} s and its turn had not come.',
    hint: 'Try again in {retryAfter} s, or send fewer at once.',
  }),
  REQUEST_DEADLINE: entry({
    kind: 'outside',
    exit: 'engine',
    http: 504,
    message: 'The {seconds} s that this request may take are over; {model} {phase}.',
    hint: 'Allow more in `x-request-timeout` (at most {most} s here), or ask for less.',
  }),
  UPSTREAM_REFUSED: entry({
    kind: 'outside',
    exit: 'engine',
    http: 502,
    message: 'The engine for {model} answered {status} instead of a stream: {problem}',
    hint: 'Correct the request, or see `{localai} logs engine`.',
  }),
  UPSTREAM_UNREACHABLE: entry({
    kind: 'outside',
    exit: 'engine',
    http: 503,
    message: 'The engine for {model} does not answer ({problem}).',
    hint: 'Try again in {retryAfter} s; `{localai} status` says how it is.',
  }),
  UPSTREAM_DIED: entry({
    kind: 'outside',
    exit: 'engine',
    http: 502,
    message: 'The engine for {model} broke off before the answer was complete ({problem}).',
    hint: 'Send the request again; `{localai} logs engine` may say why.',
  }),
  UPSTREAM_TIMEOUT: entry({
    kind: 'outside',
    exit: 'engine',
    http: 504,
    message: 'The engine for {model} sent nothing for {seconds} s.',
    hint: 'Send a shorter prompt, or see `{localai} logs engine`.',
  }),
  SHUTTING_DOWN: entry({
    kind: 'outside',
    exit: 'notRunning',
    http: 503,
    message: 'The gateway is shutting down.',
    hint: 'Try again in {retryAfter} s; `{localai} up` starts it again.',
  }),

  // Ours
  BUG: entry({
    kind: 'bug',
    exit: 'bug',
    http: 500,
    message: 'Something in localai itself went wrong: {problem}',
    hint: 'Please report it with the lines below and the output of `{localai} version --json`.',
  }),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends 'localai' ? never : Name) | Placeholders<Rest>
  : never;

/** The parameters that an error's texts mention; each must be given when it is thrown. */
export type ErrorParams<C extends ErrorCode> = Record<
  Placeholders<(typeof errors)[C]['message'] | (typeof errors)[C]['hint']>,
  string | number
>;

const fill = (text: string, params: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));

/** An error of the registry. `message` and `hint` are ready to show, apart from `{localai}` in them. */
export class LocalaiError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, params: Readonly<Record<string, string | number>>, cause?: unknown) {
    super(fill(errors[code].message, params), cause === undefined ? undefined : { cause });
    this.name = 'LocalaiError';
    this.code = code;
    this.params = params;
    this.hint = fill(errors[code].hint, params);
  }

  /** An error that another process of ours put into words; a code that this version does not know becomes ENGINE_LOAD. */
  static from(said: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  }): LocalaiError {
    const code = Object.hasOwn(errors, said.code) ? (said.code as ErrorCode) : 'ENGINE_LOAD';
    const error = new LocalaiError(code, {});
    return Object.assign(error, { message: said.message, hint: said.hint });
  }

  get kind(): ErrorKind {
    return errors[this.code].kind;
  }

  get exitCode(): number {
    return exitCodes[errors[this.code].exit];
  }

  /** The status with which an HTTP answer carries this error; 500 where none is registered. */
  get httpStatus(): number {
    const found: ErrorEntry = errors[this.code];
    return found.http ?? 500;
  }
}

/** Makes an error of the registry: `throw failure('PORT_BUSY', {port, host, holder, free})`. */
export const failure = <C extends ErrorCode>(
  code: C,
  params: ErrorParams<C>,
  cause?: unknown,
): LocalaiError => new LocalaiError(code, params, cause);

/** Whether something that was caught is an error of the registry (with that code, when one is given). */
export const isFailure = (caught: unknown, code?: ErrorCode): caught is LocalaiError =>
  caught instanceof LocalaiError && (code === undefined || caught.code === code);

/** The message of anything that was caught. */
export const reason = (caught: unknown): string =>
  caught instanceof Error ? caught.message : String(caught);
