import { script } from '@bomb.sh/tab';
import { Argument, Command } from 'commander';
import type { DefineCommand } from './command.ts';
import { bashScript } from './completion/bash.ts';

const shells = ['bash', 'zsh', 'fish', 'pwsh'] as const;

type Shell = (typeof shells)[number];

const name = 'localai';

export const define: DefineCommand = () =>
  new Command('completion')
    .description('print a script that completes commands in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText(
      'after',
      `
The script calls \`localai\`, so that must be on PATH. To switch it on:
  bash   echo 'eval "$(localai completion bash)"' >> ~/.bashrc
  zsh    echo 'eval "$(localai completion zsh)"' >> ~/.zshrc     after compinit
  fish   localai completion fish > ~/.config/fish/completions/localai.fish
  pwsh   localai completion pwsh >> $PROFILE`,
    )
    .action((shell: Shell) => {
      if (shell === 'bash') process.stdout.write(bashScript);
      else script(shell === 'pwsh' ? 'powershell' : shell, name, name);
    });
