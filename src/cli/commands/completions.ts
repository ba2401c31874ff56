/**
 * `completions`: the script that makes a shell ask this program what may come next.
 *
 * @since 0.1.0
 */
import { Effect } from "effect"
import type { App, Outcome } from "../App.ts"
import { files, word } from "../complete.ts"
import * as Spec from "../Spec.ts"

/** What a script knows of the command: how it is called, and a word that shells take for the name of a function. */
interface Names {
  readonly name: string
  readonly id: string
}

const bash = ({ id, name }: Names): string =>
  `# Completes ${name} in bash.
_${id}_complete() {
  local value rest
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == ${files} ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    else
      COMPREPLY+=("$value")
    fi
  done < <(${name} ${word} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _${id}_complete ${name}
`

const zsh = ({ id, name }: Names): string =>
  `#compdef ${name}
# Completes ${name} in zsh.
_${id}() {
  local -a offered
  local value rest
  while IFS=$'\\t' read -r value rest; do
    if [[ $value == ${files} ]]; then
      _files
      return
    fi
    offered+=("\${value//:/\\\\:}\${rest:+:$rest}")
  done < <(${name} ${word} -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe -t values ${name} offered
}
if [[ $funcstack[1] == _${id} ]]; then _${id} "$@"; else compdef _${id} ${name}; fi
`

const fish = ({ id, name }: Names): string =>
  `# Completes ${name} in fish.
function __${id}_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    for line in (${name} ${word} -- $words[2..-1] "$current" 2>/dev/null)
        if string match -q '${files}*' -- $line
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c ${name} -f -a '(__${id}_complete)'
`

const scripts: Readonly<Record<string, (names: Names) => string>> = { bash, zsh, fish }

/** @category constructors */
export const spec = (name: string): Spec.Spec => ({
  name: "completions",
  description: "Prints a script that completes commands, options and runs in a shell.",
  args: [{
    name: "shell",
    description: "bash, zsh or fish",
    required: true,
    choices: Object.keys(scripts)
  }],
  flags: Spec.everywhere,
  examples: [
    { command: "completions bash >> ~/.bashrc" },
    { command: "completions zsh >> ~/.zshrc" },
    { command: `completions fish > ~/.config/fish/completions/${name}.fish` }
  ]
})

/** @category running */
export const run = ({ name, parsed }: App): Effect.Effect<Outcome> =>
  Effect.sync(() => {
    const [shell = ""] = parsed.args
    const script = scripts[shell]?.({ name, id: name.replace(/\W/g, "_") }) ?? ""
    return { text: script, json: { schema: "cairn.completions/1", shell, script } }
  })
