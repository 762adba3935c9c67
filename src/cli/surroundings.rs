//! The variables and files that this program goes by, for its man page.

use crate::command::docs::roff_text as roff;
use std::fmt::Write;

/// Variables, and what each says.
const VARIABLES: [(&str, &str); 22] = [
    ("BUTTERFLY_HOME", "The home, where --home does not name one."),
    (
        "BUTTERFLY_VAULT_PASSPHRASE",
        "The passphrase that unlocks the vault, or locks a new one. Other programs of the same user can read it: prefer a file.",
    ),
    (
        "BUTTERFLY_VAULT_PASSPHRASE_FILE",
        "A file (mode 0600) with that passphrase.",
    ),
    (
        "BUTTERFLY_VAULT_KEY_FILE",
        "The key file of the vault, where it lies elsewhere than it was made.",
    ),
    (
        "BUTTERFLY_BUNDLE_PASSPHRASE",
        "The words of a bundle, for `handshake accept` and `inspect`.",
    ),
    (
        "BUTTERFLY_HANDSHAKE_CODE",
        "The code that the other administrator reads out, for `handshake accept --url`.",
    ),
    (
        "BUTTERFLY_EXPORT_PASSPHRASE",
        "The words of an exported vault or of a backup, for `vault restore` and `instance restore`.",
    ),
    (
        "JWT_SECRET_KEY, BUTTERFLY_ENCRYPTION_KEY",
        "The secrets of an original instance that `serve --legacy-app` stands in for.",
    ),
    ("VISUAL, EDITOR", "The editor that the console opens for a query."),
    (
        "PAGER",
        "The pager that the console opens for a reply; else less.",
    ),
    ("NO_COLOR", "The console draws without colours."),
    ("TERM, COLORTERM", "What the terminal can do."),
    (
        "COLORFGBG",
        "The colours of the terminal, from which the console takes the dark or the light theme; else it asks the terminal.",
    ),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "The locale, of which the first that is set counts: one that names another encoding than UTF-8 has signs drawn in ASCII. C and POSIX name none. `glyphs` in config.toml decides over it.",
    ),
    ("TZ", "The time zone of the moments that the console shows."),
    ("LESS", "Options for less, where that is the pager."),
    (
        "BUTTERFLY_INSTANCE",
        "For lines that the console runs in a shell (`!`, `run`): the instance that is concerned. Those below, too, each where there is one.",
    ),
    (
        "BUTTERFLY_ENDPOINT",
        "For such a line: the endpoint of that instance.",
    ),
    (
        "BUTTERFLY_POINTER",
        "For such a line: the address of the selected pointer.",
    ),
    (
        "BUTTERFLY_REFERENCE, BUTTERFLY_DESCRIPTION",
        "For such a line: the data_reference and the description of that pointer.",
    ),
    (
        "BUTTERFLY_CREDENTIAL",
        "For such a line: the name of the selected credential.",
    ),
    (
        "BUTTERFLY_LOG_ID",
        "For such a line: the number of the selected line of the invoke log.",
    ),
];

/// Files of a home, and what is in each.
const FILES: [(&str, &str); 9] = [
    (
        "config.toml",
        "Settings of the console and of the vault; `butterfly config-template` prints one.",
    ),
    (
        "keymap.toml",
        "Keys of the console; `butterfly config-template --keymap` prints one.",
    ),
    (
        "queries/*.toml",
        "Queries that have a name: each table is one, called FILE/TABLE; `butterfly template export` writes such a file.",
    ),
    ("themes/*.toml", "Themes, over the built-in ones."),
    (
        "console.db",
        "The vault: instances, credentials that are held, the invoke log; what is secret in it is sealed.",
    ),
    (
        "vault.key",
        "The key file of the vault, where it is locked under one. Keep a copy elsewhere: nothing else opens the vault.",
    ),
    (
        "instances/NAME/",
        "A local instance: instance.toml (its settings; `butterfly config-template --instance` prints one that names them all), instance.key (what it seals with, unless `key` in instance.toml says where that is), instance.db (its data), audit.db (its audit trail), its log, and its TLS keys.",
    ),
    (
        "logs/",
        "What the console, and instances in the background, told of themselves.",
    ),
    ("run/", "Which process hosts an instance in the background."),
];

/// Both as sections of a man page.
pub fn sections() -> String {
    let mut page = String::new();
    section(&mut page, "ENVIRONMENT", &VARIABLES);
    section(&mut page, "FILES", &FILES);
    page
}

fn section(page: &mut String, title: &str, rows: &[(&str, &str)]) {
    let _ = writeln!(page, ".SH {title}");
    if title == "FILES" {
        let _ = writeln!(page, "In the home:");
    }
    for (name, meaning) in rows {
        let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}", roff(name), roff(meaning));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{
        VAULT_KEY_FILE_VARIABLE, VAULT_PASSPHRASE_FILE_VARIABLE, VAULT_PASSPHRASE_VARIABLE,
    };

    #[test]
    fn what_lines_of_a_shell_get_is_told() {
        let told = |name: &str| {
            VARIABLES
                .iter()
                .any(|(names, _)| names.split(", ").any(|one| one == name))
        };
        for name in [
            "BUTTERFLY_INSTANCE",
            "BUTTERFLY_ENDPOINT",
            "BUTTERFLY_POINTER",
            "BUTTERFLY_REFERENCE",
            "BUTTERFLY_DESCRIPTION",
            "BUTTERFLY_CREDENTIAL",
            "BUTTERFLY_LOG_ID",
        ] {
            assert!(told(name), "{name}");
        }
    }

    #[test]
    fn what_unlocks_a_vault_is_told() {
        for name in [
            VAULT_KEY_FILE_VARIABLE,
            VAULT_PASSPHRASE_FILE_VARIABLE,
            VAULT_PASSPHRASE_VARIABLE,
        ] {
            assert!(VARIABLES.iter().any(|(told, _)| *told == name), "{name}");
        }
        let page = sections();
        assert!(
            page.contains(".SH ENVIRONMENT") && page.contains(".SH FILES"),
            "{page}"
        );
    }
}
