//! `butterfly completions`: what a shell needs to complete our arguments.
//!
//! The scripts know verbs and flags by themselves; for names of instances, credentials, templates and themes, for lines
//! of the log and addresses of pointers they ask `butterfly complete`.

use super::Cli;
use super::complete::flags_with_names;
use super::outcome::Outcome;
use super::session::Session;
use clap::CommandFactory;
use clap_complete::Shell;

/// Bash: names alone, where names are wanted; the generated script would offer `<NAME>` beside them. The line goes to the
/// program as it is written, with its quotes: what bash makes words of it is neither what a shell would run, nor what
/// is replaced.
const BASH: &str = r#"
_butterfly_with_names() {
    _butterfly "$@"
    local name names=()
    while IFS= read -r name; do
        names+=("$name")
    done < <("$1" complete --bash "$COMP_WORDBREAKS" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    if [[ ${#names[@]} -gt 0 ]]; then
        COMPREPLY=("${names[@]}")
    fi
}
"#;

/// Zsh: in the place of files, wherever the generated script knows nothing better. What is begun is left out: zsh knows
/// its quotes, and chooses from all names itself. The words are those that zsh gives of this command, behind an alias and in
/// the middle of a line too; the generated script takes away from them verb by verb, so that they are kept when it begins.
const ZSH: &str = r#"
_butterfly_names() {
    local -a line names
    line=("${(@Q)butterfly_words[2,-2]}")
    [[ $IPREFIX == --*= ]] && line+=("${IPREFIX%=}")
    names=(${(f)"$(command butterfly complete -- "${line[@]}" '' 2>/dev/null)"})
    if (( $#names )); then
        compadd -a names
    else
        _default "$@"
    fi
}
"#;

/// Where the generated script of zsh begins, and how it begins here.
const ZSH_BEGINS: [&str; 2] = [
    "_butterfly() {\n",
    "_butterfly() {\n    local -a butterfly_words\n    butterfly_words=(\"${(@)words[1,CURRENT]}\")\n",
];

/// Fish: names alone, without files, where names are wanted. What is begun is left out: fish knows its quotes, and chooses
/// from all names itself.
const FISH: &str = r#"
function __butterfly_names
    set -l word (commandline -ct)
    if string match -qr -- '^--[a-z-]+=' "$word"
        set word (string split -m1 -- = "$word")[1] ''
    else if not string match -q -- '-*' "$word"
        set word ''
    end
    command butterfly complete -- (commandline -opc)[2..-1] $word 2>/dev/null
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
    pub fn run(self, session: &Session) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "butterfly", &mut script);
        let script = with_names(self.shell, &String::from_utf8_lossy(&script));
        session.show_text(script.trim_end())
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
            let [begins, begins_here] = ZSH_BEGINS;
            let asking = rest
                .replace(":_default", ":_butterfly_names")
                .replacen(begins, begins_here, 1);
            format!("{first}\n{ZSH}{asking}")
        }
        Shell::Fish => format!("{}{FISH}", with_values(script)),
        _ => script.to_owned(),
    }
}

/// A script of fish that asks for the values of flags, too: of a flag that takes a value fish offers only what its own
/// line says, which is files, unless it says otherwise.
fn with_values(script: &str) -> String {
    let mut command = Cli::command();
    command.build();
    let flags = flags_with_names(&command);
    let wants_names = |line: &str| {
        let flag = line
            .split_once(" -l ")
            .and_then(|(_, rest)| rest.split(' ').next());
        flag.is_some_and(|flag| flags.iter().any(|named| named == flag)) && line.ends_with(" -r")
    };
    let mut asking = String::with_capacity(script.len());
    for line in script.lines() {
        asking.push_str(line);
        if wants_names(line) {
            asking.push_str(" -f -a '(__butterfly_names)'");
        }
        asking.push('\n');
    }
    asking
}
