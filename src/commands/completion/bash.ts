/**
 * Completion for bash, back to the 3.2 of macOS and without the bash-completion package, which the script that
 * @bomb.sh/tab writes needs. Words are cut from the line at blanks: bash itself also cuts at `=` and `:`, and what it
 * puts in place of the last piece must then begin after that character. Nothing found: file names.
 */
export const bashScript = `# bash completion for localai
_localai_completion() {
  local line=\${COMP_LINE:0:COMP_POINT} word candidate kept=''
  local -a words
  read -r -a words <<< "$line"
  case $line in *[[:space:]]) words+=('') ;; esac
  word=\${words[\${#words[@]}-1]}
  case $word in
    *=*) kept=\${word%%=*}= ;;
    *:*) kept=\${word%:*}: ;;
  esac
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    case $candidate in ''|:*) continue ;; esac
    case $word in --*=*) candidate=\${word%%=*}=$candidate ;; esac
    case $candidate in "$word"*) COMPREPLY+=("\${candidate#"$kept"}") ;; esac
  done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _localai_completion localai
`;
