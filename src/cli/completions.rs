//! `butterfly completions`: what a shell needs to complete our arguments.
//!
//! The scripts know verbs and flags by themselves; for names of instances, credentials, templates and themes, for lines
//! of the log and addresses of pointers they ask `butterfly complete`.

use super::Cli;
use super::outcome::{Outcome, write_line};
use super::session::Session;
use clap::CommandFactory;
use clap_complete::Shell;

/// Bash: names alone, where names are wanted; the generated script would offer `<NAME>` beside them.
const BASH: &str = r#"
_butterfly_with_names() {
    _butterfly "$@"
    local name names=()
    while IFS= read -r name; do
        names+=("$name")
    done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ ${#names[@]} -gt 0 ]]; then
        COMPREPLY=("${names[@]}")
    fi
}
"#;

/// Zsh: in the place of files, wherever the generated script knows nothing better.
const ZSH: &str = r#"
_butterfly_names() {
    local -a line names
    line=(${(Qz)LBUFFER})
    [[ $LBUFFER == *[[:space:]] ]] && line+=('')
    line=("${(@)line[${line[(I)*butterfly]}+1,-1]}")
    names=(${(f)"$(command butterfly complete -- "${line[@]}" 2>/dev/null)"})
    if (( $#names )); then
        compadd -a names
    else
        _default "$@"
    fi
}
"#;

/// Fish: names alone, without files, where names are wanted.
const FISH: &str = r#"
function __butterfly_names
    command butterfly complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null
end
complete -c butterfly -f -n 'count (__butterfly_names) </dev/null >/dev/null' -a '(__butterfly_names)'
"#;

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub fn run(self, _session: &Session) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "butterfly", &mut script);
        let script = with_names(self.shell, &String::from_utf8_lossy(&script));
        write_line(script.trim_end())
    }
}

/// The generated script, asking for names too.
fn with_names(shell: Shell, script: &str) -> String {
    match shell {
        Shell::Bash => {
            let asking = script.replace("complete -F _butterfly ", "complete -F _butterfly_with_names ");
            format!("{}\n{asking}", BASH.trim())
        }
        Shell::Zsh => {
            // The line that names the program has to stay the first one.
            let (first, rest) = script.split_once('\n').unwrap_or((script, ""));
            let asking = rest.replace(":_default", ":_butterfly_names");
            format!("{first}\n{ZSH}{asking}")
        }
        Shell::Fish => format!("{script}{FISH}"),
        _ => script.to_owned(),
    }
}
