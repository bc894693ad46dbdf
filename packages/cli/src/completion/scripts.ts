export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * The command that the scripts ask: `osiris __complete <words…>`. The words are handed over as they are; nothing that
 * stands in the command line is evaluated.
 */
export const COMPLETE_COMMAND = "__complete";

const BASH = `# bash completion for osiris: source <(osiris completion bash)
_osiris() {
  local current="\${COMP_WORDS[COMP_CWORD]}" value description found
  [[ $current == "=" ]] && current=""
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case $value in
      :files | :folders | :pipelines)
        compopt -o filenames 2>/dev/null
        while IFS= read -r found; do
          [[ $value == :files || -d $found ]] && COMPREPLY+=("$found") && continue
          [[ $value == :pipelines && ( $found == *.yaml || $found == *.yml ) ]] && COMPREPLY+=("$found")
        done < <(compgen -f -- "$current")
        ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(command osiris ${COMPLETE_COMMAND} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _osiris osiris
`;

const ZSH = `#compdef osiris
# zsh completion for osiris: source <(osiris completion zsh), or a file _osiris in a folder of $fpath
_osiris() {
  local value description
  local -a found
  while IFS=$'\\t' read -r value description; do
    case $value in
      :files) _files ;;
      :folders) _files -/ ;;
      :pipelines) _files -g '*.(yaml|yml)' ;;
      *) found+=("\${value//:/\\\\:}\${description:+:$description}") ;;
    esac
  done < <(command osiris ${COMPLETE_COMMAND} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe osiris found
}
if [[ \${funcstack[1]} == _osiris ]]; then _osiris; else compdef _osiris osiris; fi
`;

const FISH = `# fish completion for osiris: osiris completion fish > ~/.config/fish/completions/osiris.fish
function __osiris_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (command osiris ${COMPLETE_COMMAND} $words[2..-1] 2>/dev/null)
        switch $line
            case ':files*'
                __fish_complete_path (commandline -ct)
            case ':folders*'
                __fish_complete_directories (commandline -ct)
            case ':pipelines*'
                __fish_complete_suffix .yaml
                __fish_complete_suffix .yml
            case '*'
                echo $line
        end
    end
end
complete -c osiris -f -a '(__osiris_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
