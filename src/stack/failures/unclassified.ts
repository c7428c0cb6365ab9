import type { LogLine } from './clean-log.ts';

/** Lines that only say that something above them went wrong. */
const followUp =
  /See root cause above|See stack trace|EngineCore (failed|encountered|hit)|WorkerProc |died unexpectedly|EngineDeadError|resource_tracker|leaked |^Process \S+:$|^Traceback|During handling of the above|direct cause of the following|^\s*[\^~]+\s*$|destroy_process_group|^For further information visit|^Exception ignored/;

const exception = /^(?:[a-zA-Z_][\w.]*\.)?\w*(?:Error|Exception|Interrupt|Exit)\b(?::|$)/;

const soundsLikeReason = /error|fail|fatal|abort|terminate|cannot|can't|exception|panic|assert/i;

const longest = 300;

const most = 3;

/** Its last words that sound like a reason, the cause first; empty when it said nothing. Pure. */
export const unclassifiedWords = (lines: readonly LogLine[]): readonly string[] => {
  const said = lines.filter(
    ({ level, text, code, frame }) =>
      level !== 'info' && level !== 'warning' && !code && frame === undefined && !followUp.test(text),
  );
  const texts = said.map(({ text }) => text.trim().slice(0, longest));
  const raised = texts.filter((text) => exception.test(text));
  const chosen = raised.length > 0 ? raised : texts.filter((text) => soundsLikeReason.test(text));
  const words = [...new Set(chosen.length > 0 ? chosen : texts.slice(-1))];
  return words.slice(-most);
};
