//! What is written about commands and keys, made from the table: a page, a section of the man page, a keymap file.
//!
//! A test compares the committed `COMMANDS.md` with what is made, so that the three cannot say something else than
//! what happens.

use super::keymap::RESERVED;
use super::verbs::{Counterpart, counterpart};
use super::{Command, FACTS, Keymap, Preset, Scope, commands};
use std::fmt::Write;

/// The page with all commands and keys, in Markdown.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Commands and keys of the console\n\n\
         Made by `butterfly docs` from the table of commands. Keys are those of the preset `vim`, and of `plain` where they\n\
         differ; `keymap.toml` in the home changes them (`butterfly config-template --keymap` prints one to begin with).\n\
         ⚠ asks first and names what it will hit; ✎ changes something, and is not there where only reading is wanted.\n",
    );
    for scope in Scope::all() {
        let rows: Vec<&Command> = commands().filter(|command| command.belongs_to(scope)).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {}\n\nScope `{}`.\n\n| keys | plain | command | what it does | command line |\n| --- | --- | --- | --- | --- |\n",
            scope.title(),
            scope.name()
        );
        for command in rows {
            markdown_row(&mut text, command, scope);
        }
    }
    let facts: Vec<String> = FACTS.iter().map(|(name, _)| format!("`{name}`")).collect();
    let _ = write!(
        text,
        "\n## Conditions\n\nWhat `when` of a keymap may name, with `!`, `&&`, `||` and parentheses: {}.\n",
        facts.join(", ")
    );
    text
}

fn markdown_row(text: &mut String, command: &Command, scope: Scope) {
    let (vim, plain) = (
        keys(Preset::Vim, command, scope),
        keys(Preset::Plain, command, scope),
    );
    let same = if vim == plain { String::new() } else { code(&plain) };
    let mark = match (command.dangerous, command.changes) {
        (true, _) => "⚠ ",
        (_, true) => "✎ ",
        _ => "",
    };
    let argument = match command.argument {
        "" => String::new(),
        argument => format!(" {}", argument.replace('|', "\\|")),
    };
    let verb = match counterpart(command.id) {
        Counterpart::Verb(verb) => format!("`butterfly {verb}`"),
        Counterpart::None(reason) => format!("none: {reason}"),
    };
    let _ = writeln!(
        text,
        "| {} | {same} | `:{}{argument}` | {mark}{} | {verb} |",
        code(&vim),
        command.name,
        told(command).replace('|', "\\|"),
    );
}

/// What a command does. Of one that filters the list that has the focus, which lists that can be: they are the scopes in
/// which its key works.
fn told(command: &Command) -> String {
    if !command.argument.contains("FILTER") || command.scopes.len() < 2 {
        return command.doc.to_owned();
    }
    let panes: Vec<&str> = command.scopes.iter().map(|scope| scope.title()).collect();
    format!("{} (in: {})", command.doc, panes.join(", "))
}

fn code(keys: &[String]) -> String {
    let marked: Vec<String> = keys
        .iter()
        .map(|keys| format!("`{}`", keys.replace('|', "\\|")))
        .collect();
    marked.join(" ")
}

fn keys(preset: Preset, command: &Command, scope: Scope) -> Vec<String> {
    let keymap = Keymap::of(preset);
    keymap
        .keys(command.id, &[scope])
        .map(|keys| keys.spelled())
        .collect()
}

/// A section of a man page with the console's keys, in roff.
pub fn roff() -> String {
    let mut text = String::from(".SH \"CONSOLE KEYS\"\n");
    for scope in Scope::all() {
        let _ = writeln!(text, ".SS \"{}\"", scope.title());
        for command in commands().filter(|command| command.belongs_to(scope)) {
            let keys = keys(Preset::Vim, command, scope);
            let shown = match keys.is_empty() {
                true => format!(":{}", command.name),
                false => keys.join(", "),
            };
            let _ = writeln!(
                text,
                ".TP\n\\fB{}\\fR\n{} (\\fI:{}\\fR)",
                roff_text(&shown),
                roff_text(&told(command)),
                roff_text(command.name)
            );
        }
    }
    text
}

/// A text in which nothing is a request to the formatter.
pub fn roff_text(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

/// A keymap file that says what is so anyway, with every line a comment that can be taken into use.
pub fn keymap_template() -> String {
    let mut text = String::from(
        "# Keys of the console. Every line that is a comment says what is so anyway: take it into use by removing the `#`\n\
         # and change it. A file that cannot be read changes nothing; a line that cannot be understood is told and passed over.\n\
         #\n\
         #   \"ctrl-t\" = \"theme light\"      a command with what follows it on the command line\n\
         #   \"u c\" = \"call circuit\"        keys in a row\n\
         #   \"i\" = { run = \"invoke\", when = \"pointer && !read_only\" }\n\
         #   \"f\" = false                   takes a key away\n\n\
         # vim: arrows and the motions of vim. plain: no letters needed for moving.\n\
         preset = \"vim\"\n",
    );
    let keymap = Keymap::of(Preset::Vim);
    for scope in Scope::all() {
        let _ = write!(text, "\n# {}\n[keys.{}]\n", scope.title(), scope.name());
        for binding in keymap.bindings().iter().filter(|binding| binding.scope == scope) {
            if RESERVED.contains(&binding.keys.spelled().as_str()) {
                let _ = writeln!(text, "# {} is always {}.", binding.keys.spelled(), binding.line());
                continue;
            }
            let keys = toml::Value::String(binding.keys.spelled());
            let _ = writeln!(
                text,
                "#{keys} = \"{}\"    # {}",
                binding.line(),
                binding.command.doc
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Id;

    #[test]
    fn the_committed_page_is_the_one_that_is_made() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/command/COMMANDS.md");
        if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
            std::fs::write(path, markdown()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == markdown(),
            "write it anew: butterfly docs > src/command/COMMANDS.md"
        );
    }

    #[test]
    fn every_command_is_on_the_page_and_in_the_man_page_with_its_first_key() {
        let (page, man) = (markdown(), roff());
        for command in commands() {
            assert!(page.contains(&format!("`:{}", command.name)), "{}", command.name);
            let name = roff_text(command.name);
            assert!(man.contains(&format!("\\fI:{name}\\fR")), "{}", command.name);
            if let Some(key) = command.keys.first() {
                assert!(page.contains(&format!("`{}`", key.replace('|', "\\|"))), "{key}");
            }
        }
    }

    #[test]
    fn the_row_of_the_filter_says_which_lists_it_filters() {
        let panes = "(in: Pointers, Invoke log, Instances, Credentials)";
        let page = markdown();
        let rows: Vec<&str> = page.lines().filter(|line| line.contains("`:filter ")).collect();
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row.contains(panes)), "{rows:?}");
        assert!(roff().contains(panes));
    }

    /// Bindings as text, to compare whole keymaps.
    fn bindings(keymap: &Keymap) -> Vec<String> {
        let mut told: Vec<String> = keymap
            .bindings()
            .iter()
            .map(|binding| {
                format!(
                    "{} {} {}",
                    binding.scope.name(),
                    binding.keys.spelled(),
                    binding.line()
                )
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn the_keymap_template_says_what_is_so_anyway_with_its_comments_and_without() {
        let template = keymap_template();
        let (keymap, problems) = Keymap::load(&template).unwrap();
        assert_eq!(problems, []);
        assert_eq!(bindings(&keymap), bindings(&Keymap::default()));
        let taken_into_use: String = template
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') && rest.contains(" = ") => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let (keymap, problems) = Keymap::load(&taken_into_use).unwrap();
        assert_eq!(problems, []);
        assert_eq!(bindings(&keymap), bindings(&Keymap::default()));
        assert!(keymap.keys(Id::Help, &[Scope::Global]).count() > 1);
    }
}
